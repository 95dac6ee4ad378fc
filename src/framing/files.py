"""Bytes of a user's file, and the text in them; files that are to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from framing.exceptions import UserError


def decode(data: bytes, source: str) -> str:
    """UTF-8, with or without a byte order mark; anything else is refused by its name."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:200].count(0) > len(data[:200]) // 4:
        raise UserError(f"{source}: this is UTF-16, not UTF-8; convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            as_arabic = data.decode("cp1256")
        except UnicodeDecodeError:
            as_arabic = ""
        letters = [c for c in as_arabic if c.isalpha() and ord(c) > 127]
        if len(letters) >= 8 and sum("\u0600" <= c <= "\u06ff" for c in letters) > 0.8 * len(letters):
            raise UserError(
                f"{source}: this looks like cp1256 (Windows Arabic), not UTF-8; "
                "convert it: iconv -f CP1256 -t UTF-8 OLD > NEW"
            ) from None
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{source}: line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def check_out(out: Path, endings: Sequence[str]) -> None:
    """Before any work is done: refuse a file that could not be written."""
    if out.suffix.lower() not in endings:
        raise UserError(f"--out {out}: unknown ending; use one of {', '.join(endings)}")
    if not out.absolute().parent.is_dir():
        raise UserError(f"--out {out}: there is no folder {out.absolute().parent}; make it first")
    if out.is_dir():
        raise UserError(f"--out {out}: is a folder; give a file")


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """A file's bytes; every way in which that fails is the user's to mend."""
    try:
        if limit is not None and path.stat().st_size > limit:
            raise UserError(f"{path}: larger than {limit // 1_000_000} MB; split it into articles")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; give the path of a file that exists") from None
    except IsADirectoryError:
        raise UserError(f"{path}: is a folder; give a file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """A path to write to, which becomes ``out`` when all is written: the file appears whole or not at all."""
    half = out.with_name(f".{out.name}.part")
    try:
        yield half
        half.replace(out)
    except OSError as error:
        raise UserError(f"--out {out}: cannot be written: {error.strerror or error}") from None
    finally:
        half.unlink(missing_ok=True)

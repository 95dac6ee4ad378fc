"""Articles as they come: bytes to text, HTML to its main text, a folder to the articles in it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from framing.boilerplate import drop_boilerplate
from framing.exceptions import UserError
from framing.files import decode, read_bytes
from framing.text import Sentence, sentences

TEXT_ENDINGS = {".txt", ".md", ""}
HTML_ENDINGS = {".html", ".htm", ".xhtml"}
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Article:
    """``text`` is what every offset counts in."""

    doc_id: str
    text: str

    def sentences(self) -> list[Sentence]:
        """The sentences of the article itself, in order, with the page's furniture left out."""
        return drop_boilerplate(sentences(self.text))


def main_text(html: str) -> str:
    """The article's text in a web page, one paragraph a line."""
    import trafilatura

    text = trafilatura.extract(html, include_comments=False, include_tables=False, deduplicate=False)
    return text or ""


def article_from_bytes(data: bytes, doc_id: str, source: str, html: bool | None = None) -> Article:
    """``html=None`` decides by looking."""
    text = decode(data, source)
    if html is None:
        html = bool(re.match(r"\s*<(?:!doctype\s+html|html|head|body|\?xml)\b", text[:500], re.IGNORECASE))
    if html:
        text = main_text(text)
    if not text.strip():
        raise UserError(f"{source}: holds no article text")
    return Article(doc_id, text)


def open_article(path: str) -> Article:
    """The article in a file, or on standard input (``-``). Raises ``UserError`` if there is none in it."""
    if path == "-":
        return article_from_bytes(sys.stdin.buffer.read(MAX_BYTES), "stdin", "standard input")
    file = Path(path)
    html = file.suffix.lower() in HTML_ENDINGS
    return article_from_bytes(read_bytes(file, MAX_BYTES), file.stem, path, html or None)


def expand(inputs: list[str]) -> list[str]:
    """Folders replaced by the articles in them, in the order of their names; hidden files are left out."""
    files: list[str] = []
    for name in inputs:
        path = Path(name)
        if name == "-" or not path.is_dir():
            if name != "-" and path.suffix.lower() not in TEXT_ENDINGS | HTML_ENDINGS | {".csv"}:
                raise UserError(f"{name}: unknown kind of input; give .txt, .html, .csv, a folder, or -")
            files.append(name)
            continue
        inside = sorted(
            str(p)
            for p in path.rglob("*")
            if p.is_file() and not p.name.startswith(".") and p.suffix.lower() in (TEXT_ENDINGS | HTML_ENDINGS) - {""}
        )
        if not inside:
            raise UserError(f"{name}: no .txt or .html files in this folder")
        files.extend(inside)
    return files

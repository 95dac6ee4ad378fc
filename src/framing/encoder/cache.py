"""Embeddings on disk: one sqlite file for everything that changes an embedding but the text."""

from __future__ import annotations

import sqlite3
import sys
import zlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

_SCHEMA = """CREATE TABLE IF NOT EXISTS embedding
             (text_sha256 BLOB PRIMARY KEY, vector BLOB NOT NULL, crc32 INTEGER NOT NULL) WITHOUT ROWID"""
_CHUNK = 500  # keys a query; sqlite's limit on variables is far above


class EmbeddingCache:
    """Vectors by sha256 of their text. Several processes may use one file; a damaged entry counts as absent."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._open()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._anew()

    def _open(self) -> None:
        with closing(self._connect()) as db, db:
            db.execute(_SCHEMA)

    def _anew(self) -> None:
        """Not a database any more: computing again is the whole remedy."""
        print(f"framing: {self.file} was damaged and is started anew", file=sys.stderr)
        for end in ("", "-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)
        self._open()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.file, timeout=60)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        return db

    def get(self, keys: Iterable[bytes]) -> dict[bytes, np.ndarray]:
        """The vectors that are there, as float32 arrays of shape ``(d,)``."""
        wanted = list(keys)
        try:
            return self._get(wanted)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._anew()
            return {}

    def _get(self, wanted: list[bytes]) -> dict[bytes, np.ndarray]:
        found: dict[bytes, np.ndarray] = {}
        with closing(self._connect()) as db:
            for i in range(0, len(wanted), _CHUNK):
                part = wanted[i : i + _CHUNK]
                marks = ",".join("?" * len(part))
                query = f"SELECT text_sha256, vector, crc32 FROM embedding WHERE text_sha256 IN ({marks})"  # noqa: S608
                for key, blob, crc in db.execute(query, part):
                    if zlib.crc32(blob) == crc and len(blob) % 4 == 0:
                        found[key] = np.frombuffer(blob, dtype="<f4")
        return found

    def put(self, keys: list[bytes], vectors: np.ndarray) -> None:
        """Keep ``(n, d)`` vectors; all of them or, if the process dies, none."""
        rows = []
        for key, vector in zip(keys, vectors, strict=True):
            blob = np.ascontiguousarray(vector, dtype="<f4").tobytes()
            rows.append((key, blob, zlib.crc32(blob)))
        with closing(self._connect()) as db, db:
            db.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?, ?)", rows)

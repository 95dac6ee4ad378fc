"""An inner split of RuSentNE's training rows, to choose by: its validation rows, which test, take no part.

python experiments/rusentne_inner.py FOLDER OUT

FOLDER holds ``train_data.csv``. OUT gets the two files that ``data.form=rusentne`` reads: a fifth of the sentences,
drawn by a hash of the sentence, as validation rows, so that no sentence stands in both.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

_FIFTH = 51  # of 256


def main(folder: str, out: str) -> None:
    """Write the two files, and say how many rows they have."""
    with (Path(folder) / "train_data.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    parts: dict[str, list[dict[str, str]]] = {"train_data.csv": [], "validation_data_labeled.csv": []}
    for row in rows:
        aside = hashlib.sha256(row["sentence"].encode()).digest()[0] < _FIFTH
        parts["validation_data_labeled.csv" if aside else "train_data.csv"].append(row)
    Path(out).mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        with (Path(out) / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t")
            writer.writeheader()
            writer.writerows(part)
        print(f"{name}: {len(part)} rows")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

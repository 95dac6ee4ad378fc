"""A file to measure on what another writer wrote: rows of some writers teach, those of others test.

python experiments/shift.py OUT WRITER ...

A writer is the letters of a ``doc_id`` in ``data/labels.csv``. Held-out rows are left out on both sides, and so is what
is tied by a group to both. Then: python -m framing train +exp=finetune protocol=published_split data.path=OUT
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from framing.files import whole_file

LABELS = Path(__file__).resolve().parent.parent / "data" / "labels.csv"


def main(out: str, *writers: str) -> None:
    """Write the file, and say how many rows stand on each side."""
    rows = pd.read_csv(LABELS, dtype=str, keep_default_na=False)
    rows = rows[rows["split"] == "train"].copy()
    rows["split"] = rows["doc_id"].str.extract("^([a-z]+)", flags=re.I)[0].isin(writers).map({True: "test", False: "train"})
    with whole_file(Path(out)) as stream:
        rows.to_csv(stream, index=False)
    print(rows["split"].value_counts().to_string())


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 2 else sys.exit(__doc__)

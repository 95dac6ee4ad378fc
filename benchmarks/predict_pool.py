"""How long a pooled model takes to answer, beside the fine-tuned encoder in it by itself.

python benchmarks/predict_pool.py MODEL [CSV]

MODEL is a model's address or folder, CSV a file of rows (default: 300 of data/labels.csv).
"""

from __future__ import annotations

import sys
import time

import pandas as pd

from framing import load_model
from framing.data import Rows
from framing.heads.pooled import PooledHead

N = 300


def main(address: str, file: str = "data/labels.csv") -> None:
    """Print both times and their ratio, in three alternating rounds."""
    frame = pd.read_csv(file, dtype=str, keep_default_na=False).sample(N, random_state=0)
    rows = Rows(frame["text"].tolist(), frame["target"].tolist())
    head = load_model(address).head
    if not isinstance(head, PooledHead):
        sys.exit(f"{address}: no pooled model")
    head.predict_proba(rows.take(range(8)))  # what is opened late is open now
    for _ in range(3):
        start = time.perf_counter()
        head.predict_proba(rows)
        pool = time.perf_counter() - start
        start = time.perf_counter()
        head.main.predict_proba(rows)
        alone = time.perf_counter() - start
        print(f"{N} rows: pool {pool:.1f} s, fine-tuned encoder alone {alone:.1f} s, ratio {pool / alone:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:3] or sys.exit(__doc__))

"""How long a pooled model takes to answer, beside the fine-tuned encoder in it by itself, and that in float32.

python benchmarks/predict_pool.py MODEL [CSV]

MODEL is a model's address or folder, CSV a file of rows (default: 300 of data/labels.csv).
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from framing import load_model
from framing.data import Rows
from framing.heads import Head
from framing.heads.pooled import PooledHead

N, ROUNDS = 300, 3


def main(address: str, file: str = "data/labels.csv") -> None:
    """Print the times and their ratios in three rounds, and how far probabilities differ from those in float32."""
    frame = pd.read_csv(file, dtype=str, keep_default_na=False).sample(N, random_state=0)
    rows = Rows(frame["text"].tolist(), frame["target"].tolist())
    head = load_model(address).head
    if not isinstance(head, PooledHead):
        sys.exit(f"{address}: no pooled model")
    own = head.main.config.precision
    head.predict_proba(rows.take(np.arange(8)))  # what is opened late is open now
    for _ in range(ROUNDS):
        _, pool = timed(head, rows)
        answers, alone = timed(head.main, rows)
        head.main.config.precision = "float32"
        exact, slow = timed(head.main, rows)
        head.main.config.precision = own
        apart = max(float(np.abs(answers[task] - exact[task]).max()) for task in answers)
        print(
            f"{N} rows: pool {pool:.1f} s, fine-tuned encoder alone {alone:.1f} s, ratio {pool / alone:.2f}; "
            f"in float32 {slow:.1f} s, ratio {slow / alone:.2f}, probabilities differ by {apart:.4f} at most"
        )


def timed(head: Head, rows: Rows) -> tuple[dict[str, np.ndarray], float]:
    """Its answers, and the seconds that they took."""
    start = time.perf_counter()
    return head.predict_proba(rows), time.perf_counter() - start


if __name__ == "__main__":
    main(*sys.argv[1:3] or sys.exit(__doc__))

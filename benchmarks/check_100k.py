"""How long 100,000 rows take to validate, beside pandas reading the same file unchecked.

python benchmarks/check_100k.py
"""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

import pandas as pd

from framing.compose import composer
from framing.config import make_tasks
from framing.data import read_table

N = 100_000


def main() -> None:
    """Print both times and their ratio, in three alternating rounds."""
    with composer(None) as compose:
        tasks = make_tasks(compose([]).config.tasks)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "doc_id", "target", "text", "stance", "attribution", "frame"])
            for i in range(N):
                text = f"قال متحدث رقم {i} إن القوات ستبقى في القاعدة إلى حين انتهاء مهمتها المتفق عليها مع الحكومة"
                stance = ("favor", "against", "neutral")[i % 3]
                writer.writerow([i, i // 10, "nato", text, stance, "official|other" if i % 2 else "", "security"])
        for _ in range(3):
            start = time.perf_counter()
            read_table(file, tasks)
            ours = time.perf_counter() - start
            start = time.perf_counter()
            pd.read_csv(file, dtype=str, keep_default_na=False)
            plain = time.perf_counter() - start
            print(f"validated {ours:.2f} s, read by pandas {plain:.2f} s, ratio {ours / plain:.1f}")


if __name__ == "__main__":
    main()

"""How long training takes with attention as plain products of matrices, beside the fused kernel.

python benchmarks/attention.py [ROWS]

The settings are those of +exp=finetune, the rows the first ones of data/labels.csv (default: 400).
"""

from __future__ import annotations

import sys
import time

import numpy as np
from torch.nn.attention import SDPBackend

from framing.compose import composer
from framing.config import make_tasks
from framing.data import read_table
from framing.encoder import Encoder, finetuning
from framing.heads.finetuned import FinetunedHead

ROUNDS = 3


def main(n: int = 400) -> None:
    """Print rows a second of both, and their ratio, in alternating rounds of one epoch."""
    with composer(None) as compose:
        config = compose(["+exp=finetune", "head.epochs=1", "head.composed=0"]).config
    table = read_table("data/labels.csv", make_tasks(config.tasks)).take(np.arange(n))
    encoder = Encoder(config.encoder)
    for _ in range(ROUNDS):
        speed = {}
        for kernel in (SDPBackend.FLASH_ATTENTION, SDPBackend.MATH):
            finetuning.ATTENTION = kernel
            head = FinetunedHead(config.head, table.tasks, encoder, 0)
            start = time.perf_counter()
            head.fit(table.rows, table.labels, np.arange(n))
            speed[kernel.name] = n / (time.perf_counter() - start)
        ratio = speed["MATH"] / speed["FLASH_ATTENTION"]
        print(f"{n} rows: {', '.join(f'{k} {v:.1f} rows/s' for k, v in speed.items())}, ratio {ratio:.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

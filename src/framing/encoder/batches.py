"""Texts in padded batches, for a network to learn from or to answer. Imported late: it needs torch at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from framing.encoder.network import Network, Tokens

_READ = 32  # texts answered at once
_KEEP = 1_500_000_000  # bytes of states below the trained layers


class Batches:
    """Padded batches of texts, with their states below the trained layers, which are kept if they are not too many."""

    def __init__(self, network: Network, tokens: Tokens, pad: int, keep: bool) -> None:
        self.network, self.tokens, self.pad = network, tokens, pad
        width = network.mark.shape[0]
        self.keep = keep and 4 * width * sum(len(ids) for ids in tokens.ids) <= _KEEP
        self.kept: dict[int, Tensor] = {}

    def get(self, rows: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """``(n, t, d)`` states, which tokens are text, and which of these are marked."""
        texts = [self.tokens.ids[i] for i in rows]
        longest = max(map(len, texts))
        real, marked = torch.zeros(2, len(rows), longest, dtype=torch.bool)
        for k, i in enumerate(rows):
            real[k, : len(texts[k])] = True
            marked[k, : len(texts[k])] = torch.from_numpy(self.tokens.marked[i])
        if all(i in self.kept for i in rows):
            states = torch.zeros(len(rows), longest, self.network.mark.shape[0])
            for k, i in enumerate(rows):
                states[k, : len(texts[k])] = self.kept[i]
            return states, real, marked
        ids = torch.full((len(rows), longest), self.pad)
        for k, text in enumerate(texts):
            ids[k, : len(text)] = torch.from_numpy(text)
        states = self.network.below(ids, real)
        if self.keep:
            self.kept |= {i: states[k, : len(texts[k])].clone() for k, i in enumerate(rows.tolist())}
        return states, real, marked


def has_bfloat16() -> bool:
    """Whether this processor multiplies in bfloat16; where it only imitates that, it is many times slower."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(bool(value) for name, value in capabilities.items() if "bf16" in name)


def in_bfloat16(precision: str) -> bool:
    """What ``precision`` (see :class:`Recipe`) comes to on this machine."""
    return precision == "bfloat16" or (precision == "auto" and has_bfloat16())


def predict(network: Network, tokens: Tokens, pad: int, bfloat16: bool) -> dict[str, np.ndarray]:
    """``(n, k)`` values for each task, before any softmax or sigmoid."""
    network.train(False)
    batches = Batches(network, tokens, pad, keep=False)
    order = np.argsort([len(ids) for ids in tokens.ids], kind="stable")
    given = {o.name: np.zeros((len(tokens), o.k), dtype=np.float32) for o in network.outputs}
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        for start in range(0, len(order), _READ):
            rows = order[start : start + _READ]
            for name, values in network(*batches.get(rows)).items():
                given[name][rows] = values.float().numpy()
    return given

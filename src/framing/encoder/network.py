"""One transformer shared by the outputs of several tasks. Imported late: it needs torch at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from framing.exceptions import UserError

_FAMILY = {"bert", "camembert", "roberta", "xlm-roberta"}  # embeddings, then layers of (states, attention mask)
_DROPOUT = 0.1  # of what the outputs see
_MARK = 0.1  # spread of the mark's vector before training
_NEAR, _FADE = 3, 24  # tokens


@dataclass(frozen=True)
class Output:
    """What one task wants of a row: ``k`` values, of its text with the target marked or without, and with the words
    that introduced the speaker or without."""

    name: str
    k: int
    multi: bool
    reads_target: bool
    reads_speaker: bool = False


@dataclass(frozen=True)
class Tokens:
    """``n`` texts as token ids, and which of those stand inside braces."""

    ids: list[np.ndarray]
    marked: list[np.ndarray]

    def __len__(self) -> int:
        return len(self.ids)


def tokenise(tokenizer: Any, texts: Sequence[str], prompt: str, max_tokens: int) -> Tokens:
    """Tokens of texts; those that touch ``{ ... }``, braces included, are marked."""
    encoded = tokenizer(
        [prompt + t for t in texts], truncation=True, max_length=max_tokens, return_offsets_mapping=True
    )
    ids, marked = [], []
    for text, row, offsets in zip(texts, encoded["input_ids"], encoded["offset_mapping"], strict=True):
        inside = np.zeros(len(prompt) + len(text), dtype=bool)
        depth = 0
        for at, character in enumerate(text, len(prompt)):
            depth += character == "{"
            inside[at] = depth > 0
            depth -= character == "}"
        ids.append(np.array(row, dtype=np.int64))
        marked.append(np.array([bool(inside[start:end].any()) for start, end in offsets]))
    return Tokens(ids, marked)


class Network(nn.Module):
    """The lower layers of a transformer as they are, the upper ones to be trained, and one layer of output a task.

    A learnt vector is added to the marked tokens where the trained layers begin. A task that reads the target sees the
    mean of the marked tokens beside a mean of all that weighs those near them more (the local context of Zeng et al.,
    Applied Sciences 2019); a task of many labels has an attention over the tokens for each label (Mullenbach et al.,
    NAACL 2018). There is no dropout inside the transformer: it brought nothing (experiments/finetune.md).
    """

    def __init__(self, transformer: Any, outputs: Sequence[Output], layers: int, frozen_layers: int) -> None:
        super().__init__()
        if transformer.config.model_type not in _FAMILY:
            raise UserError(
                f"head=finetune: a transformer of the kind {transformer.config.model_type} cannot be fine-tuned here; "
                f"use an encoder of the kind {', '.join(sorted(_FAMILY))}"
            )
        found = list(transformer.encoder.layer)
        used = min(layers or len(found), len(found))
        if not 0 <= frozen_layers < used:
            raise UserError(f"head.frozen_layers={frozen_layers}: of the encoder {used} layers are used; freeze fewer")
        width = transformer.config.hidden_size
        self.outputs = tuple(outputs)
        self.embeddings = transformer.embeddings
        self.lower = nn.ModuleList(found[:frozen_layers])
        self.upper = nn.ModuleList(found[frozen_layers:used])
        self.mark = nn.Parameter(torch.randn(width) * _MARK)
        self.dropout = nn.Dropout(_DROPOUT)
        self.heads = nn.ModuleList(_head(o, width) for o in outputs)
        self.requires_grad_(True)
        self.embeddings.requires_grad_(False)
        self.lower.requires_grad_(False)

    @torch.no_grad()
    def below(self, ids: Tensor, real: Tensor) -> Tensor:
        """``(n, t, d)`` states before the first trained layer: always the same for a text."""
        states = self.embeddings(input_ids=ids)
        for layer in self.lower:
            states = layer(states, _attended(real))
        return states

    def forward(self, states: Tensor, real: Tensor, marked: Tensor) -> dict[str, Tensor]:
        """``(n, k)`` values for each task, from the states that :meth:`below` gives."""
        states = states + marked.unsqueeze(-1) * self.mark
        for layer in self.upper:
            states = layer(states, _attended(real))
        states = states.float()
        any_marked = marked.any(dim=1, keepdim=True)
        target = _mean(states, torch.where(any_marked, marked, real).float())
        around = _mean(states, torch.where(any_marked, nearness(marked), 1.0) * real)
        given = {}
        for output, head in zip(self.outputs, self.heads, strict=True):
            if output.multi:
                given[output.name] = head(self.dropout(states), real)
            else:
                seen = torch.cat([target, around], dim=1) if output.reads_target else _mean(states, real.float())
                given[output.name] = head(self.dropout(seen))
        return given

    def train(self, mode: bool = True) -> Network:
        """As ever, but the transformer's own dropout stays off."""
        super().train(mode)
        for part in (self.embeddings, self.lower, self.upper):
            part.train(False)
        return self

    def learnt(self) -> dict[str, Tensor]:
        """Every tensor that training changes, by name."""
        return {name: p.detach() for name, p in self.named_parameters() if p.requires_grad}

    def take(self, tensors: Mapping[str, Tensor]) -> None:
        """Put such tensors back. Raises ``UserError`` unless they are exactly the ones that this network learns."""
        own = self.learnt()
        if {k: v.shape for k, v in own.items()} != {k: v.shape for k, v in tensors.items()}:
            raise UserError("the fine-tuned weights do not fit the encoder, the tasks or the layers that are used")
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def nearness(marked: Tensor) -> Tensor:
    """``(n, t)``: 1 for tokens up to ``_NEAR`` from the nearest marked one, falling in a straight line to 0."""
    at = torch.arange(marked.shape[1])
    distances = (at[None, :, None] - at[None, None, :]).abs().float()
    nearest = distances.masked_fill(~marked[:, None, :], 1e4).amin(dim=2)
    return (1 - (nearest - _NEAR).clamp(min=0) / _FADE).clamp(min=0)


def _attended(real: Tensor) -> Tensor:
    return real[:, None, None, :]


class LabelAttention(nn.Module):
    """For each label an attention over the tokens, and one value of what it looks at."""

    def __init__(self, width: int, k: int) -> None:
        super().__init__()
        self.look = nn.Linear(width, k)
        self.value = nn.Linear(width, k)

    def forward(self, states: Tensor, real: Tensor) -> Tensor:
        """``(n, k)`` values from ``(n, t, d)`` states."""
        weights = self.look(states).masked_fill(~real.unsqueeze(-1), -1e4).softmax(dim=1)
        return (weights * self.value(states)).sum(dim=1)


def _head(output: Output, width: int) -> nn.Module:
    if output.multi:
        return LabelAttention(width, output.k)
    return nn.Linear(width * 2 if output.reads_target else width, output.k)


def _mean(states: Tensor, weights: Tensor) -> Tensor:
    return (states * weights.unsqueeze(-1)).sum(dim=1) / weights.sum(dim=1, keepdim=True)

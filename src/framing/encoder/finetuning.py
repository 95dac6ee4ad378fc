"""The training loop: a whole transformer and the outputs on top of it, on a CPU. Imported late: it needs torch at once.

Every epoch draws from a generator of its own, seeded by the run's seed and the epoch's number. So a training that is
killed goes on from its last finished epoch with the same batches, and the same seed gives the same weights (one that
was killed: but for rounding, since the kept states below the trained layers are then computed in other batches).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, softplus

from framing.encoder.batches import Batches, in_bfloat16
from framing.encoder.network import Network, Output, Tokens
from framing.encoder.recipe import Recipe
from framing.progress import Progress

_BUCKET = 20  # batches that are sorted by length together: little padding, and still shuffled
_CLIP = 1.0  # of the gradient's norm
_MULTI = 2.0  # weight of the mean loss of a label where labels are many, beside a loss of one label
_STATE = "state.safetensors"

# Plain products of matrices: the fused kernel takes long over the gradients of short texts (benchmarks/attention.py).
ATTENTION = SDPBackend.MATH


@dataclass(frozen=True)
class Examples:
    """``n`` rows to learn from: tokens with the target marked, and with the words that introduced the speaker instead;
    and labels as tasks encode them."""

    marked: Tokens
    plain: Tokens
    labels: Mapping[str, np.ndarray]
    sentences: np.ndarray  # (n,) rows of one sentence have the same number, counted from 0
    refers: np.ndarray  # (n,) whether an earlier sentence introduced the speaker, as only one of the two texts says

    def __len__(self) -> int:
        return len(self.marked)


class Training:
    """One training of a network, epoch by epoch.

    ``validate`` gives a score of the network after an epoch, higher is better; with it the training stops after
    ``recipe.patience`` epochs without a better one, and the best epoch's weights are kept. ``folder`` keeps the state
    after each epoch until the training is done; one that finds a state there goes on from it.
    """

    def __init__(
        self,
        network: Network,
        examples: Examples,
        recipe: Recipe,
        seed: int,
        pad: int,
        validate: Callable[[int], float] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.network, self.examples, self.recipe, self.seed = network, examples, recipe, seed
        self.marked = Batches(network, examples.marked, pad, keep=True)
        self.plain = Batches(network, examples.plain, pad, keep=False)
        known: dict[bytes, int] = {}
        self.plain_text = np.array([known.setdefault(ids.tobytes(), len(known)) for ids in examples.plain.ids])
        self.validate, self.file = validate, folder / _STATE if folder else None
        reads = [o.reads_target for o in network.outputs]
        self.plain_share = 0.0 if all(reads) else recipe.unmarked if any(reads) else 1.0
        self.optimizer = torch.optim.AdamW(self._groups(), weight_decay=recipe.weight_decay, fused=True)
        self.peaks = [g["lr"] for g in self.optimizer.param_groups]
        self.labels = {name: torch.from_numpy(np.asarray(y)) for name, y in examples.labels.items()}
        self.weights = {o.name: _class_weights(o, examples.labels[o.name], recipe.balance) for o in network.outputs}
        self.contrast = {
            o.name: _contrast(examples.labels[o.name], examples.sentences, recipe.contrast)
            for o in network.outputs
            if o.reads_target and not o.multi
        }
        self.autocast = in_bfloat16(recipe.precision)
        self.epoch = 0  # the next one
        self.scores: list[float] = []  # of finished epochs
        self.kept: dict[str, Tensor] = {}  # the best epoch's weights

    def _groups(self) -> list[dict[str, Any]]:
        """Learning rates fall by ``lr_decay`` from each layer to the one below (Howard and Ruder, ACL 2018)."""
        recipe, layers = self.recipe, list(self.network.upper)
        groups = [
            {"params": list(layer.parameters()), "lr": recipe.lr * recipe.lr_decay ** (len(layers) - 1 - depth)}
            for depth, layer in enumerate(layers)
        ]
        return [*groups, {"params": [self.network.mark, *self.network.heads.parameters()], "lr": recipe.head_lr}]

    def run(self, label: str) -> None:
        """Train to the end, and leave the network with the weights to keep."""
        self._take_up()
        n, recipe = len(self.examples), self.recipe
        with Progress(label, recipe.epochs * n) as progress:
            progress.skip(self.epoch * n)
            while self.epoch < recipe.epochs and not self._stale():
                self._one_epoch(progress)
                self.epoch += 1
                if self.validate:
                    self.scores.append(self.validate(self.epoch))
                    if self.scores[-1] > max(self.scores[:-1], default=-math.inf):
                        self.kept = {name: t.clone() for name, t in self.network.learnt().items()}
                self._put_down()
        if self.kept:
            self.network.take(self.kept)
        if self.file:
            self.file.unlink(missing_ok=True)

    def _stale(self) -> bool:
        """Whether the best epoch lies too far back."""
        return bool(self.scores) and len(self.scores) - 1 - int(np.argmax(self.scores)) >= self.recipe.patience

    def _one_epoch(self, progress: Progress) -> None:
        rng = np.random.default_rng([self.seed, self.epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        recipe, network = self.recipe, self.network
        lengths = np.array([len(ids) for ids in self.examples.marked.ids])
        batches = _batches(lengths, self.examples.sentences, recipe.batch_size, rng)
        first, total = self.epoch * len(batches), recipe.epochs * len(batches)
        parameters = [p for g in self.optimizer.param_groups for p in g["params"]]
        network.train()
        for step, rows in enumerate(batches, first):
            for group, peak in zip(self.optimizer.param_groups, self.peaks, strict=True):
                group["lr"] = peak * _rate(step, total, recipe.warmup)
            plain = rng.random() < self.plain_share
            with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast), sdpa_kernel(ATTENTION):
                values = self._plain(rows) if plain else network(*self.marked.get(rows))
                loss = self._loss(values, rows, plain)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
            self.optimizer.step()
            progress.advance(len(rows))

    def _plain(self, rows: np.ndarray) -> dict[str, Tensor]:
        """``(n, k)`` values of the unmarked texts; rows of one sentence have the same, which is read once."""
        _, first, back = np.unique(self.plain_text[rows], return_index=True, return_inverse=True)
        return {name: values[back] for name, values in self.network(*self.plain.get(rows[first])).items()}

    def _loss(self, values: Mapping[str, Tensor], rows: np.ndarray, plain: bool) -> Tensor:
        """The sum over tasks of a row's mean loss. An unmarked text says nothing to a task that reads the target. A row
        whose speaker an earlier sentence introduced teaches a task nothing by the text that the task never sees."""
        total = torch.zeros(())
        for output in self.network.outputs:
            weights = self.weights[output.name]
            seen = np.ones(len(rows), dtype=bool)
            if 0 < self.plain_share < 1 and plain != output.reads_speaker:
                seen = ~self.examples.refers[rows]
            if (plain and output.reads_target) or not seen.any():
                continue
            given, gold = values[output.name][seen], self.labels[output.name][rows[seen]]
            if output.multi:
                loss = binary_cross_entropy_with_logits(given, gold.float(), pos_weight=weights) * _MULTI
            else:
                each = cross_entropy(
                    given, gold, weight=weights, label_smoothing=self.recipe.smoothing, reduction="none"
                )
                loss = (each * (self.contrast[output.name][rows[seen]] if output.reads_target else 1)).mean()
                if output.reads_target and self.recipe.margin:
                    loss = loss + self.recipe.margin * turned(given, gold, self.examples.sentences[rows[seen]])
            total = total + loss
        return total

    def _put_down(self) -> None:
        """Keep the state: whole, or not at all."""
        if not self.file:
            return
        tensors = {f"now/{k}": v for k, v in self.network.learnt().items()}
        tensors |= {f"kept/{k}": v for k, v in self.kept.items()}
        for i, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{i}/{k}": v for k, v in state.items()}
        half = self.file.with_suffix(".half")
        save_file(tensors, half, {"epoch": str(self.epoch), "scores": json.dumps(self.scores)})
        half.replace(self.file)

    def _take_up(self) -> None:
        """Go on from a kept state, if there is one that can be read."""
        if not self.file or not self.file.is_file():
            return
        try:
            with safe_open(self.file, "pt") as content:
                facts = content.metadata()
                tensors = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118
        except SafetensorError:
            return
        self.network.take({k.removeprefix("now/"): v for k, v in tensors.items() if k.startswith("now/")})
        self.kept = {k.removeprefix("kept/"): v for k, v in tensors.items() if k.startswith("kept/")}
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimizer/"):
                _, number, key = name.split("/")
                state.setdefault(int(number), {})[key] = tensor
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        self.epoch, self.scores = int(facts["epoch"]), json.loads(facts["scores"])


def _batches(lengths: np.ndarray, sentences: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """All rows in random batches of like lengths; rows of one sentence stand side by side, whose contrast teaches."""
    order = np.argsort(rng.permutation(int(sentences.max()) + 1)[sentences], kind="stable")
    longest = np.zeros(int(sentences.max()) + 1, dtype=np.int64)
    np.maximum.at(longest, sentences, lengths)
    batches: list[np.ndarray] = []
    for start in range(0, len(order), size * _BUCKET):
        part = order[start : start + size * _BUCKET]
        part = part[np.lexsort((sentences[part], longest[sentences[part]]))]
        batches += [part[i : i + size] for i in range(0, len(part), size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def _contrast(labels: np.ndarray, sentences: np.ndarray, weight: float) -> Tensor:
    """``(n,)``: ``weight`` for the rows of sentences that are labelled differently toward their targets, else 1."""
    kinds = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    lowest = np.full(int(sentences.max()) + 1, len(labels))
    highest = np.full(int(sentences.max()) + 1, -1)
    np.minimum.at(lowest, sentences, kinds)
    np.maximum.at(highest, sentences, kinds)
    return torch.from_numpy(np.where(lowest < highest, weight, 1.0)[sentences].astype(np.float32))


def turned(values: Tensor, gold: Tensor, sentences: np.ndarray) -> Tensor:
    """How far two rows of one sentence that are labelled differently fail to differ in the values of their two labels.

    ``values`` (n, k), ``gold`` and ``sentences`` (n,). The logistic loss of the difference between the rows' own
    differences: whatever the sentence says of a label, whichever target is asked, cancels in it. The mean over rows.
    """
    same = torch.from_numpy(sentences[:, None] == sentences[None, :]).triu(1)
    first, second = torch.nonzero(same & (gold[:, None] != gold[None, :]), as_tuple=True)
    a, b = gold[first, None], gold[second, None]

    def lead(rows: Tensor) -> Tensor:
        return (values[rows].gather(1, a) - values[rows].gather(1, b)).squeeze(1)

    return softplus(lead(second) - lead(first)).sum() / len(gold)


def _rate(step: int, total: int, warmup: float) -> float:
    """Up to 1 over the first share of the steps, then down to 0, both in a straight line."""
    rising = max(1, round(warmup * total))
    return (step + 1) / rising if step < rising else (total - step) / max(1, total - rising)


def _class_weights(output: Output, labels: np.ndarray, balance: float) -> Tensor:
    """``(k,)``: the inverse frequency of each class to the power of ``balance``; of many labels, the square root of the
    odds against each, so that rare ones are learnt and not shouted."""
    n = len(labels)
    if output.multi:
        yes = np.clip(labels.sum(axis=0), 1, None)
        weights = np.sqrt(np.clip((n - yes) / yes, 1, None))
    else:
        weights = n / (output.k * np.clip(np.bincount(labels, minlength=output.k), 1, None))
    return torch.tensor(weights**balance, dtype=torch.float32)

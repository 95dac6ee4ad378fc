"""The head that is the encoder itself, fine-tuned whole for all tasks at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framing.data import Rows
from framing.encoder import Encoder
from framing.encoder.recipe import Recipe
from framing.exceptions import UserError
from framing.heads.base import HeadConfig, shown
from framing.heads.composed import compose
from framing.labels import Task, View
from framing.metrics import group_counts, headline, scores
from framing.targets import Mode

if TYPE_CHECKING:
    from framing.encoder.network import Network, Tokens


@dataclass
class FinetuneConfig(Recipe, HeadConfig):
    """The run's encoder, fine-tuned: see :class:`framing.encoder.recipe.Recipe`."""

    kind: str = "finetune"


class FinetunedHead:
    """See :class:`framing.heads.base.Head`. Tasks that read the target see it marked, the others never do; those
    that read the speaker see who was introduced as such by an earlier sentence."""

    WEIGHTS, FACTS = "finetuned.safetensors", "finetuned.json"

    def __init__(self, config: FinetuneConfig, tasks: Sequence[Task], encoder: Encoder | None, seed: int) -> None:
        folder = encoder.model_folder() if encoder else None
        if encoder is None or folder is None:
            kind = encoder.config.kind if encoder else "none"
            raise UserError(f"head=finetune: encoder {kind} is no transformer to be fine-tuned; use e5_small or hub")
        self.config, self.tasks, self.seed = config, tuple(tasks), seed
        self._folder, self._prompt = folder, encoder.config.prompt
        self._network: Network | None = None
        self._tokenizer: Any = None
        self._longest = config.max_tokens
        self._seen: dict[str, list[bool]] = {}  # for each task, which classes training had
        self.after_epoch: Callable[[int, float], None] = lambda epoch, score: None  # told of the inner score

    def prepare(self, rows: Rows) -> None:
        """See :class:`Head`. Refuses an encoder or layers that cannot be fine-tuned before anything long is done;
        nothing else is the same from one training to the next."""
        self._open()

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """See :class:`Head`."""
        from framing.encoder.finetuning import Examples, Training

        network = self._open()
        self._seen = {t.name: (t.class_counts(labels[t.name]) > 0).tolist() for t in self.tasks}
        learn, inner = self._inner_split(groups)
        learnt_from, known = rows.take(learn), {t.name: labels[t.name][learn] for t in self.tasks}
        more, found = compose(learnt_from, known, self.tasks, round(self.config.composed * len(learn)), self.seed)
        learnt_from = Rows(
            learnt_from.texts + more.texts,
            learnt_from.targets + more.targets,
            learnt_from.introductions + more.introductions,
        )
        speaks = any(t.reads_speaker for t in self.tasks)
        examples = Examples(
            self._tokens(shown(learnt_from, View(target=True))),
            self._tokens(shown(learnt_from, View(speaker=speaks))),
            {name: np.concatenate([known[name], found[name]]) for name in known},
            np.unique(shown(learnt_from, View()), return_inverse=True)[1].ravel(),
            np.array([speaks and bool(introduction) for introduction in learnt_from.introductions]),
        )

        def validate(epoch: int) -> float:
            given = self.predict_proba(rows.take(inner))
            score = float(np.mean([_score(t, labels[t.name][inner], given[t.name]) for t in self.tasks]))
            self.after_epoch(epoch, score)
            return score

        Training(
            network,
            examples,
            self.config,
            self.seed,
            self._tokenizer.pad_token_id,
            validate if len(inner) else None,
            unfinished,
        ).run("fine-tuning")

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`Head`."""
        asked = [t for t in self.tasks if only is None or t.name in only]
        views = sorted({t.view for t in asked})
        values = self._values([text for view in views for text in shown(rows, view, mode)])
        start = {view: i * len(rows) for i, view in enumerate(views)}
        return {
            t.name: self._probabilities(t, values[t.name][start[t.view] : start[t.view] + len(rows)]) for t in asked
        }

    def _values(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """What the network says of each text; every distinct one is read once."""
        from framing.encoder.batches import in_bfloat16, predict

        assert self._network is not None
        distinct = list(dict.fromkeys(texts))
        position = {text: i for i, text in enumerate(distinct)}
        bfloat16 = in_bfloat16(self.config.precision)
        given = predict(self._network, self._tokens(distinct), self._tokenizer.pad_token_id, bfloat16)
        at = [position[t] for t in texts]
        return {name: values[at] for name, values in given.items()}

    def _probabilities(self, task: Task, values: np.ndarray) -> np.ndarray:
        """Softmax or sigmoid, in float64; a class that training never had gets 0."""
        seen = np.array(self._seen[task.name])
        x = np.where(seen, values.astype(np.float64), -np.inf)
        if task.multi:
            return 1 / (1 + np.exp(-x))
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def _inner_split(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows to learn from, and whole groups to stop early by: none if there is no patience."""
        everything = np.arange(len(groups))
        if not self.config.patience:
            return everything, everything[:0]
        names = np.unique(groups)
        count = round(self.config.inner * len(names))
        if not 0 < count < len(names):
            raise UserError(
                f"head.inner={self.config.inner}: {count} of {len(names)} documents would be kept for stopping early; "
                "set it otherwise, or head.patience=0 to train to the end"
            )
        chosen = np.random.default_rng(self.seed).choice(names, count, replace=False)
        inside = np.isin(groups, chosen)
        return np.flatnonzero(~inside), np.flatnonzero(inside)

    def _open(self) -> Network:
        """The encoder as it was before any fine-tuning, and new outputs on top."""
        import torch

        from framing.encoder.network import Network, Output
        from framing.encoder.transformer import open_model

        model = open_model(self._folder)
        self._tokenizer = model.tokenizer
        self._longest = min(self.config.max_tokens, model.max_seq_length or self.config.max_tokens)
        outputs = [Output(t.name, len(t.classes), t.multi, t.reads_target, t.reads_speaker) for t in self.tasks]
        torch.manual_seed(self.seed)
        self._network = Network(model[0].auto_model, outputs, self.config.layers, self.config.frozen_layers)
        return self._network

    def _tokens(self, texts: Sequence[str]) -> Tokens:
        from framing.encoder.network import tokenise

        return tokenise(self._tokenizer, texts, self._prompt, self._longest)

    def save(self, folder: Path) -> None:
        """See :class:`Head`."""
        from safetensors.torch import save_file

        assert self._network is not None
        save_file({k: v.contiguous() for k, v in self._network.learnt().items()}, folder / self.WEIGHTS)
        (folder / self.WEIGHTS).chmod(0o644)
        (folder / self.FACTS).write_text(json.dumps({"seen": self._seen}, indent=2), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """See :class:`Head`."""
        from safetensors.torch import load_file

        seen = json.loads((folder / self.FACTS).read_text(encoding="utf-8"))["seen"]
        for task in self.tasks:
            if [type(s) for s in seen[task.name]] != [bool] * len(task.classes):
                raise UserError(f"{folder / self.FACTS}: does not fit the classes of task {task.name}")
        self._seen = seen
        self._open().take(load_file(folder / self.WEIGHTS))


def _score(task: Task, gold: np.ndarray, probabilities: np.ndarray) -> float:
    """The score that models are chosen by."""
    counts = group_counts(task, gold, task.decide(probabilities), np.zeros(len(gold), dtype=int))
    return float(scores(task, counts[0])[headline(task)[0]])

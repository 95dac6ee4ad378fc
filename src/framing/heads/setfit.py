"""A peer to be measured against: contrastive fine-tuning of the same encoder by the library SetFit.

Tunstall et al., "Efficient Few-Shot Learning Without Prompts" (2022). One encoder is trained for each task, on the same
texts that our own heads see. It is never saved: the library keeps its head as a pickle.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framing.data import Rows
from framing.encoder import Encoder
from framing.exceptions import UserError
from framing.heads.base import HeadConfig, shown
from framing.labels import Task
from framing.progress import Progress
from framing.ranges import COUNT, NUMBER, check_ranges
from framing.targets import Mode

_TRIAL = 10  # steps by which the speed is measured


@dataclass
class SetfitConfig(HeadConfig):
    """iterations: pairs of each kind drawn for a row. batch_size: pairs. lr. max_tokens: longer texts are cut.
    max_seconds: of training in all, shared by the tasks; as many pairs are drawn as fit into it. 0: no limit."""

    kind: str = "setfit"
    iterations: int = 20
    batch_size: int = 16
    lr: float = 2e-5
    max_tokens: int = 192
    max_seconds: float = 900

    def __post_init__(self) -> None:
        check_ranges("head", self, dict.fromkeys(("iterations", "batch_size", "max_tokens"), COUNT))
        check_ranges("head", self, dict.fromkeys(("lr", "max_seconds"), NUMBER))


class SetfitHead:
    """See :class:`framing.heads.base.Head`."""

    def __init__(self, config: SetfitConfig, tasks: Sequence[Task], encoder: Encoder | None, seed: int) -> None:
        folder = encoder.model_folder() if encoder else None
        if encoder is None or folder is None:
            kind = encoder.config.kind if encoder else "none"
            raise UserError(f"head=setfit: encoder {kind} is no transformer to be fine-tuned; use e5_small or hub")
        _library()
        self.config, self.tasks, self.seed = config, tuple(tasks), seed
        self._folder, self._prompt = folder, encoder.config.prompt
        self._models: dict[str, Any] = {}
        self._known: dict[str, np.ndarray] = {}  # for each task, the classes that training had

    def prepare(self, rows: Rows) -> None:
        """See :class:`Head`: nothing here is the same from one training to the next."""

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """See :class:`Head`."""
        for task in self.tasks:
            texts = self._texts(rows, task, "marked")
            y = labels[task.name]
            self._known[task.name] = np.flatnonzero(task.class_counts(y) * (len(y) - task.class_counts(y)))
            self._models[task.name] = self._train(task, texts, y, self.config.max_seconds / len(self.tasks))

    def _train(self, task: Task, texts: list[str], y: np.ndarray, seconds: float) -> Any:
        setfit = _library()
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        from framing.encoder.transformer import open_model

        start = time.perf_counter()
        linear = LogisticRegression(class_weight="balanced", max_iter=1000)
        body = open_model(self._folder)
        body.max_seq_length = min(self.config.max_tokens, body.max_seq_length or self.config.max_tokens)
        head, strategy, given = linear, None, y.tolist()
        if task.multi:
            head, strategy = OneVsRestClassifier(linear), "one-vs-rest"
            given = y[:, self._known[task.name]].tolist()
        model = setfit.SetFitModel(body, head, multi_target_strategy=strategy)
        if seconds:
            spent = self._contrast(setfit, model, texts, given, _TRIAL)
            left = seconds - (time.perf_counter() - start) - self._reading(model, texts)
            steps = max(1, int(left / (spent / _TRIAL)))
        else:
            steps = -1
        self._contrast(setfit, model, texts, given, steps)
        model.fit(texts, given, num_epochs=1)
        return model

    def _contrast(self, setfit: Any, model: Any, texts: list[str], given: list[Any], steps: int) -> float:
        """The contrastive part, in so many steps at most; gives its seconds."""
        from datasets import Dataset
        from datasets.utils.logging import disable_progress_bar
        from transformers import ProgressCallback, TrainerCallback

        class _Told(TrainerCallback):
            """Our own bar instead of the library's, which does not know of ours."""

            def __init__(self, progress: Progress) -> None:
                self.progress = progress

            def on_step_end(self, *args: Any, **kwargs: Any) -> None:
                self.progress.advance()

        disable_progress_bar()
        all_steps = -(-2 * self.config.iterations * len(texts) // self.config.batch_size)
        with tempfile.TemporaryDirectory() as folder:
            arguments = setfit.TrainingArguments(
                output_dir=folder,
                batch_size=self.config.batch_size,
                num_epochs=1,
                num_iterations=self.config.iterations,
                max_steps=min(steps, all_steps) if steps > 0 else -1,
                body_learning_rate=self.config.lr,
                seed=self.seed,
                save_strategy="no",
                report_to="none",
                logging_strategy="no",
                show_progress_bar=False,
            )
            data = Dataset.from_dict({"text": texts, "label": given})
            trainer = setfit.Trainer(model=model, args=arguments, train_dataset=data)
            total = arguments.max_steps if arguments.max_steps > 0 else all_steps
            start = time.perf_counter()
            with warnings.catch_warnings(), Progress("SetFit", total) as progress:
                trainer.remove_callback(ProgressCallback)
                trainer.add_callback(_Told(progress))
                warnings.filterwarnings("ignore", message="'pin_memory' argument is set as true but no accelerator")
                trainer.train_embeddings(texts, given, args=arguments)
            return time.perf_counter() - start

    def _reading(self, model: Any, texts: list[str]) -> float:
        """Seconds that reading all texts will take, by a few of them."""
        few = texts[:: max(1, len(texts) // 32)][:32]
        start = time.perf_counter()
        model.model_body.encode(few)
        return (time.perf_counter() - start) * len(texts) / len(few)

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`Head`."""
        result = {}
        for task in (t for t in self.tasks if only is None or t.name in only):
            texts = self._texts(rows, task, mode)
            distinct = list(dict.fromkeys(texts))
            position = {text: i for i, text in enumerate(distinct)}
            model, known = self._models[task.name], self._known[task.name]
            given = model.model_head.predict_proba(model.model_body.encode(distinct, show_progress_bar=False))
            out = np.zeros((len(rows), len(task.classes)))
            columns = known if task.multi else model.model_head.classes_
            out[:, columns] = given[[position[t] for t in texts]]
            result[task.name] = out
        return result

    def _texts(self, rows: Rows, task: Task, mode: Mode) -> list[str]:
        return [self._prompt + text for text in shown(rows, task.view, mode)]

    def save(self, folder: Path) -> None:
        """Refused: raises ``UserError``."""
        raise UserError("head=setfit: is a peer to be measured, and never saved; set model.save=false")

    def load(self, folder: Path) -> None:
        """Refused, as :meth:`save`."""
        raise UserError("head=setfit: no such model is ever saved, and none is opened")


def _library() -> Any:
    try:
        import setfit
    except ImportError:
        raise UserError("head=setfit needs the library SetFit; run: pip install -e '.[peers]'") from None
    setfit.logging.set_verbosity_error()
    return setfit

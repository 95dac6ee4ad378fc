"""Heads that are scikit-learn estimators, on TF-IDF or on frozen embeddings."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import hstack

from framing.data import Rows
from framing.encoder import Encoder
from framing.exceptions import UserError
from framing.heads.base import HeadConfig, shown
from framing.labels import Task, View
from framing.ranges import COUNT, NUMBER, POSITIVE, check_ranges
from framing.targets import Mode, beside_mark, modes_of
from framing.text import fold


@dataclass
class MajorityConfig(HeadConfig):
    """Answers with the share of each class in training, whatever the text."""

    kind: str = "majority"


@dataclass
class TfidfConfig(HeadConfig):
    """Linear support vector machine on TF-IDF of words and of characters inside words.

    C: inverse regularisation. words, characters: shortest and longest n-gram. max_features: of each of these. near:
    words up to so many from the target's mark are counted once more, apart by the side on which they stand; 0 does
    without.
    """

    kind: str = "tfidf"
    C: float = 1.0
    words: list[int] = field(default_factory=lambda: [1, 2])
    characters: list[int] = field(default_factory=lambda: [2, 5])
    max_features: int = 100_000
    near: int = 0

    def __post_init__(self) -> None:
        check_ranges("head", self, {"C": POSITIVE, "max_features": COUNT, "near": NUMBER})
        for name in ("words", "characters"):
            lengths = getattr(self, name)
            if len(lengths) != 2 or not 1 <= lengths[0] <= lengths[1]:
                raise UserError(f"head.{name}={lengths}: the shortest and the longest n-gram are wanted, such as [1,2]")


@dataclass
class LogisticConfig(HeadConfig):
    """Logistic regression on standardised frozen embeddings."""

    kind: str = "logistic"
    C: float = 0.01

    def __post_init__(self) -> None:
        check_ranges("head", self, {"C": POSITIVE})


@dataclass
class SvmConfig(HeadConfig):
    """Support vector machine with an RBF kernel on standardised frozen embeddings."""

    kind: str = "svm"
    C: float = 1.0

    def __post_init__(self) -> None:
        check_ranges("head", self, {"C": POSITIVE})


@dataclass
class KnnConfig(HeadConfig):
    """The nearest neighbours by cosine among frozen embeddings, weighted by closeness."""

    kind: str = "knn"
    neighbours: int = 15

    def __post_init__(self) -> None:
        check_ranges("head", self, {"neighbours": COUNT})


class SklearnHead:
    """scikit-learn estimators on features of the text: one for a single-label task, one a label for others."""

    FILE = "head.skops"

    def __init__(self, config: HeadConfig, tasks: Sequence[Task], encoder: Encoder | None, seed: int) -> None:
        self.config, self.tasks, self.encoder, self.seed = config, tuple(tasks), encoder, seed
        self.vectorizers: dict[str, Any] = {}
        self.estimators: dict[str, list[Any]] = {}

    def prepare(self, rows: Rows) -> None:
        """See :class:`Head`."""
        if self.encoder:
            views = [(view, mode) for view in self._views() for mode in modes_of(view.target)]
            self.encoder.encode([text for view, mode in views for text in shown(rows, view, mode)])

    def fit(
        self, rows: Rows, labels: Mapping[str, np.ndarray], groups: np.ndarray, unfinished: Path | None = None
    ) -> None:
        """See :class:`Head`."""
        self.vectorizers, self.estimators = {}, {}
        features = {view: self._features(rows, view, "marked", fit=True) for view in self._views()}
        for task in self.tasks:
            X = features[task.view]
            y = labels[task.name]
            targets = [y[:, i] for i in range(y.shape[1])] if task.multi else [y]
            self.estimators[task.name] = [self._estimator(len(rows), t).fit(X, t) for t in targets]

    def predict_proba(
        self, rows: Rows, mode: Mode = "marked", only: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """See :class:`Head`."""
        result = {}
        asked = [t for t in self.tasks if only is None or t.name in only]
        features = {view: self._features(rows, view, mode, fit=False) for view in {task.view for task in asked}}
        for task in asked:
            X = features[task.view]
            fitted = self.estimators[task.name]
            out = np.zeros((len(rows), len(task.classes)))
            if task.multi:
                for i, estimator in enumerate(fitted):
                    known = list(estimator.classes_)
                    if 1 in known:
                        out[:, i] = _probabilities(estimator, X)[:, known.index(1)]
            else:
                out[:, fitted[0].classes_] = _probabilities(fitted[0], X)
            result[task.name] = out
        return result

    def _views(self) -> list[View]:
        """Every way in which a task sees the rows."""
        return sorted({task.view for task in self.tasks})

    def _features(self, rows: Rows, view: View, mode: Mode, fit: bool) -> Any:
        if self.config.kind == "majority":
            return np.zeros((len(rows), 1))
        texts = shown(rows, view, mode)
        if isinstance(self.config, TfidfConfig):
            texts = [fold(t) for t in texts]
            name = "text" + "_target" * view.target + "_speaker" * view.speaker
            X = self._counts(name, texts, fit, _words_and_characters)
            near = self.config.near if view.target else 0
            if not near:
                return X
            beside = self._counts("near", [beside_mark(t, near) for t in texts], fit, _words_beside)
            return hstack([X, beside], format="csr")
        assert self.encoder is not None
        return self.encoder.encode(texts)

    def _counts(self, key: str, texts: list[str], fit: bool, make: Callable[[TfidfConfig, int], Any]) -> Any:
        """Features of texts by the vectorizer that goes by ``key``, made and fitted first if so wanted."""
        assert isinstance(self.config, TfidfConfig)
        if not fit:
            return self.vectorizers[key].transform(texts)
        self.vectorizers[key] = make(self.config, len(texts))
        X = self.vectorizers[key].fit_transform(texts)
        for _, part in self.vectorizers[key].transformer_list:
            # skops would write a file of its own for each NumPy integer in here
            part.vocabulary_ = {term: int(index) for term, index in part.vocabulary_.items()}
        return X

    def _estimator(self, n: int, y: np.ndarray) -> Any:
        from sklearn.dummy import DummyClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC, LinearSVC

        match self.config:
            case _ if len(np.unique(y)) == 1:  # a label that this part of the data never or always has
                return DummyClassifier(strategy="prior")
            case MajorityConfig():
                return DummyClassifier(strategy="prior")
            case TfidfConfig(C=C):
                return LinearSVC(C=C, class_weight="balanced", random_state=self.seed)
            case LogisticConfig(C=C):
                linear = LogisticRegression(C=C, class_weight="balanced", solver="newton-cholesky")
                return make_pipeline(StandardScaler(), linear)
            case SvmConfig(C=C):
                return make_pipeline(StandardScaler(), SVC(C=C, class_weight="balanced", random_state=self.seed))
            case KnnConfig(neighbours=k):
                return KNeighborsClassifier(min(k, n), metric="cosine", weights="distance", algorithm="brute")
        raise TypeError(f"{type(self.config).__name__} is not the configuration of an estimator")

    def save(self, folder: Path) -> None:
        """See :class:`Head`."""
        import skops.io

        content = {"vectorizers": self.vectorizers, "estimators": self.estimators}
        skops.io.dump(content, folder / self.FILE, compression=zipfile.ZIP_DEFLATED, compresslevel=3)

    def load(self, folder: Path) -> None:
        """See :class:`Head`. Types beyond those that skops knows to be harmless are refused."""
        import skops.io

        content = skops.io.load(folder / self.FILE, trusted=TRUSTED_TYPES)
        self.vectorizers, self.estimators = content["vectorizers"], content["estimators"]


_FEW_TEXTS = 20  # of fewer, hardly a word stands in two
_UNSEEN = 0.5  # neighbours that every class is given beside those that were found

# What a head file may hold beyond skops' own list. A constant: a model file never says what is to be trusted.
TRUSTED_TYPES: list[str] = []


def _words_and_characters(config: TfidfConfig, n: int) -> Any:
    """Of ``n`` texts. A brace is a word of its own: it says which force is meant."""
    from sklearn.pipeline import make_union

    return make_union(
        _vectorizer(config, n, config.words, r"\w+|[{}]"),
        _vectorizer(config, n, config.characters, analyzer="char_wb"),
    )


def _words_beside(config: TfidfConfig, n: int) -> Any:
    """Of ``n`` texts that :func:`beside_mark` gave: words and their pairs."""
    from sklearn.pipeline import make_union

    return make_union(_vectorizer(config, n, (1, 2), r"\S+"))


def _vectorizer(
    config: TfidfConfig, n: int, lengths: Sequence[int], pattern: str | None = None, analyzer: str = "word"
) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        sublinear_tf=True,
        min_df=2 if n >= _FEW_TEXTS else 1,
        max_features=config.max_features,
        lowercase=False,
        ngram_range=tuple(lengths),
        token_pattern=pattern,
        analyzer=analyzer,
    )


def _probabilities(estimator: Any, X: Any) -> np.ndarray:
    """Probabilities; of a support vector machine the softmax of its margins, which is not calibrated; of neighbours
    their share with half a neighbour more for each class (Krichevsky and Trofimov, IEEE Trans. Inf. Theory 1981)."""
    if hasattr(estimator, "predict_proba"):
        found = estimator.predict_proba(X)
        if hasattr(estimator, "n_neighbors"):  # no neighbour of a class does not make it impossible
            found = (found * estimator.n_neighbors + _UNSEEN) / (estimator.n_neighbors + _UNSEEN * found.shape[1])
        return found
    margins = estimator.decision_function(X)
    if margins.ndim == 1:
        margins = np.stack([-margins / 2, margins / 2], axis=1)
    weights = np.exp(margins - margins.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)

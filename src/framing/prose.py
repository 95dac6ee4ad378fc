"""A run in plain sentences, made from its figures alone: what was asked, what was found, how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from framing.ceiling import Ceiling
from framing.evaluate import Evaluation
from framing.labels import Task
from framing.metrics import headline
from framing.slices import Slice
from framing.stored import StoredRun
from framing.summary import few_groups_warning, verdict
from framing.uncertainty import Interval

NEW_DATA = "new_data"  # the protocol of a saved model that is put to rows of another file

_SCORES = {
    "macro_f1": "F1 of each class, the mean over classes, each counting the same",
    "micro_f1": "F1 over all labels given and all labels due, frequent ones counting more",
    "f_avg": "mean F1 of favor and against (SemEval-2016 task 6)",
    "accuracy": "share of rows that are right",
    "exact_match": "share of rows whose whole set of labels is right",
}

_PROTOCOLS = {
    "grouped_kfold": "Every row was answered once, by a model that had learnt from no row of its group: the groups "
    "were dealt into {folds} parts, and each part was answered by a model trained on the others.",
    "nested": "Every row was answered once, by a model that had learnt from no row of its group: the groups were dealt "
    "into {folds} parts, and each part was answered by a model trained on the others, whose settings were chosen on "
    "those others alone, in {inner_folds} parts of their own.",
    "by_date": "Learnt from the past, measured on what came later: the latest documents were answered by a model that "
    "had learnt from older ones alone.",
    "leave_one_out": "Every value of {column!r} was left out once: its rows were answered by models that had learnt "
    "from no row of it, and from no row of their group.",
    "fixed_split": "The rows were split by the column {column!r}: learnt from {train!r}, measured on {test!r}; no "
    "group stands on both sides.",
    "published_split": "The rows were split by the makers of the data: trained on {train!r}, measured on {test!r}. "
    "Where the same sentence stands on both sides, this split flatters.",
    NEW_DATA: "A saved model answered every row once. Nothing was trained or fitted on these rows for this evaluation.",
}


def question(tasks: Sequence[Task]) -> list[str]:
    """What every row was asked, a sentence for each task."""
    found = []
    for task in tasks:
        classes = f"{', '.join(task.classes[:-1])} or {task.classes[-1]}" if len(task.classes) > 1 else task.classes[0]
        how_many = "Any number of" if task.multi else "Exactly one of"
        toward = ", toward the target that the row is read with" if task.reads_target else ""
        found.append(f"{task.name}: {how_many[0].lower()}{how_many[1:]} {classes}{toward}.")
    return found


def explained(tasks: Sequence[Task]) -> list[tuple[str, str]]:
    """What the headline scores of these tasks mean."""
    names = dict.fromkeys(metric for task in tasks for metric in headline(task))
    return [(name, _SCORES[name]) for name in names]


def protocol(run: StoredRun) -> str:
    """How the rows were split, in words."""
    settings = dict(run.facts["protocol"])
    kind = str(settings.get("kind", ""))
    if kind not in _PROTOCOLS:
        return f"The rows were split by the protocol {kind!r}, with these settings: {_settings(settings)}."
    return _PROTOCOLS[kind].format(**{"folds": len(set(run.folds.tolist())), "train": "", "test": "", **settings})


def training(run: StoredRun) -> str:
    """What the models had learnt from."""
    model = run.facts.get("model")
    if model:
        return (
            f"The saved model {model['path']} learnt from {model['rows']} rows of a file with sha256 "
            f"{model['data_sha256']}: {model['command']}"
        )
    return (
        "For every split a model was trained on what the split leaves. The model that the run saved, if it saved one, "
        "has learnt from all rows of the file, those that were held out included; it is not the one that was measured."
    )


def _settings(settings: dict[str, Any]) -> str:
    return ", ".join(f"{k} {v}" for k, v in settings.items() if k != "kind")


def asked(evaluation: Evaluation) -> str:
    """On what it was measured."""
    table, tested = evaluation.table, evaluation.tested
    frame = table.frame.iloc[tested]
    languages = {c for c in frame["lang"] if c} if "lang" in frame else set()
    n_groups = len(set(evaluation.groups[tested].tolist()))
    tasks = ", ".join(t.name for t in table.tasks)
    return (
        f"Can {evaluation.main.head} tell {tasks} of a sentence it has not seen? Asked of {len(tested)} rows: "
        f"{frame['text'].nunique()} sentences from {frame['doc_id'].nunique()} documents ({n_groups} independent "
        f"groups){f', in {len(languages)} languages' if len(languages) > 1 else ''}."
    )


def found(evaluation: Evaluation) -> list[str]:
    """For each task: how often it is right, the score that models are chosen by, and how it stands to the others."""
    lines = []
    for task in evaluation.table.tasks:
        metric = headline(task)[0]
        scores = evaluation.main.scores[task.name]
        what = "the whole set of labels is right" if task.multi else "the answer is right"
        right = scores["exact_match" if task.multi else "accuracy"]
        line = f"{task.name}: {what} on {_in_hundred(right)} rows; {metric} {scores[metric]}."
        for other, differences in evaluation.differences.items():
            d = differences[task.name][metric]
            word = verdict(d)
            told = (
                f"Not distinguishable from {other}" if word == "not distinguishable" else f"{word.title()} than {other}"
            )
            line += f" {told} ({d.signed})."
        lines.append(line)
    return lines


def _in_hundred(share: Interval) -> str:
    return f"{100 * share.value:.0f} of 100"


def how_sure(run: StoredRun, evaluation: Evaluation, cut: Sequence[Slice], ceiling: Ceiling | None) -> list[str]:
    """What the figures rest on, and where they are weakest."""
    uncertainty = run.facts["uncertainty"]
    first = evaluation.table.tasks[0]
    score = evaluation.main.scores[first.name][headline(first)[0]]
    lines = [
        f"In brackets stand {evaluation.level:.0%} intervals: {uncertainty['rounds']} times the {score.n_groups} "
        "groups were drawn anew and everything was scored again. What training again, or other readers, would change "
        "is not in them."
    ]
    warning = few_groups_warning(evaluation)
    if warning:
        lines.append(warning[0].upper() + warning[1:])
    beside = ceiling.scores(first) if ceiling else {}
    if ceiling and beside:
        both = beside[ceiling.columns[-1]][headline(first)[0]]
        lines.append(
            f"Of two readers ({ceiling.readings.kind}), one reaches {headline(first)[0]} {both} in {first.name} if the "
            f"other is taken for right; {evaluation.main.head} reaches {beside[''][headline(first)[0]]} on these rows."
        )
    sure = evaluation.main.scores[first.name]
    if "sure/coverage" in sure and "sure/precision" in sure:
        lines.append(
            f"Where it may keep silent, it answers {first.name} on {_in_hundred(sure['sure/coverage'])} rows, and "
            f"{_in_hundred(sure['sure/precision'])} of these answers are right."
        )
    solid = [s for s in cut if s.by in ("lang", "target", "outlet") and not s.is_thin]
    if solid:
        weakest = min(solid, key=lambda s: s.scores[first.name].value)
        lines.append(
            f"Of the languages, targets and outlets with enough groups, {first.name} is weakest on {weakest.value}: "
            f"{weakest.scores[first.name]} ({weakest.n_rows} rows)."
        )
    return lines

"""What kinds of rows a run gets wrong, and how: stance and who speaks.

python experiments/error_kinds.py RUN

RUN as for ``framing errors``, on ``data/labels.csv``. A row is wrong in attribution unless the whole set of labels is
right. Intervals are of a bootstrap over groups.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np

from framing.exceptions import UserError
from framing.labels import Task
from framing.registry import open_run
from framing.speakers import introductions_in_rows
from framing.stored import StoredRun
from framing.summary import markdown_table
from framing.targets import spans_of
from framing.track import DEFAULT_URI
from framing.uncertainty import UncertaintyConfig, bootstrap_shares, draw_weights


def row_kinds(run: StoredRun) -> dict[str, np.ndarray]:
    """Masks of rows by name. Columns are those of ``labels.csv``."""
    frame = run.frame
    stance, source = run.gold(run.task("stance")), run.gold(run.task("attribution")).sum(axis=1)
    sentence = frame.groupby(["doc_id", "text"]).ngroup().to_numpy()
    several = np.bincount(sentence)[sentence] > 1
    there = np.zeros((sentence.max() + 1, 3), dtype=bool)
    there[sentence, stance] = True
    favor, against, neutral = there[sentence].T
    words = frame["text"].str.split().str.len().to_numpy()
    named = np.array([bool(spans_of(x, t)) for x, t in zip(frame["text"], frame["target"], strict=True)])
    back = np.array(introductions_in_rows(frame["doc_id"].tolist(), frame["text"].tolist())) != ""
    natural = frame["doc_id"].str.fullmatch(r"as[e-q]\d+").to_numpy()
    return {
        "all": np.ones(len(frame), dtype=bool),
        "one force in the sentence": ~several,
        "several, the same stance toward all": several & (favor.astype(int) + against + neutral == 1),
        "several, a position and neutral": several & neutral & (favor ^ against),
        "several, favor and against": several & favor & against,
        "the force is named": named,
        "the force is meant and not found by name": ~named,
        "up to 20 words": words <= 20,
        "21 to 35 words": (words > 20) & (words <= 35),
        "36 to 50 words": (words > 35) & (words <= 50),
        "more than 50 words": words > 50,
        "nobody speaks": source == 0,
        "speakers of one class": source == 1,
        "speakers of several classes": source > 1,
        "refers back to its speaker": back,
        "by writers who had looked at real articles": natural,
        "Arabic, by the others": (frame["lang"] == "ar").to_numpy() & ~natural,
        "other languages": (frame["lang"] != "ar").to_numpy(),
    }


def stance_mistakes(run: StoredRun, task: Task) -> dict[str, np.ndarray]:
    """Which class was taken for which."""
    gold, said = run.gold(task), run.predicted(task)
    pairs = [(g, s) for g in range(len(task.classes)) for s in range(len(task.classes)) if g != s]
    return {f"{task.classes[g]} taken for {task.classes[s]}": (gold == g) & (said == s) for g, s in pairs}


def set_mistakes(run: StoredRun, task: Task) -> dict[str, np.ndarray]:
    """What is missing from a set, and what is too much in it."""
    gold, said = run.gold(task).astype(bool), run.predicted(task).astype(bool)
    missed, added = (gold & ~said).any(axis=1), (said & ~gold).any(axis=1)
    return {
        "somebody found where nobody speaks": added & ~gold.any(axis=1),
        "nobody found": missed & ~said.any(axis=1),
        "one class taken for another": missed & added,
        "one of several not found": missed & said.any(axis=1) & ~added,
        "one too many": added & ~missed & gold.any(axis=1),
    }


def shares(named: Mapping[str, tuple[np.ndarray, np.ndarray]], groups: np.ndarray) -> dict[str, str]:
    """Share of ``top`` among ``bottom``, two masks of rows, with its interval."""
    config = UncertaintyConfig()
    counts = {
        name: np.stack([np.bincount(groups, weights=mask) for mask in (top & bottom, bottom)], axis=1)
        for name, (top, bottom) in named.items()
    }
    found = bootstrap_shares(counts, draw_weights(int(groups.max()) + 1, config), config.level)
    return {name: str(interval) for name, interval in found.items()}


def main(name: str) -> None:
    """Print the tables."""
    run = open_run(name, DEFAULT_URI)
    kinds, groups = row_kinds(run), run.groups
    for task, how in (("stance", stance_mistakes), ("attribution", set_mistakes)):
        task = run.task(task)
        gold, said = run.gold(task), run.predicted(task)
        wrong = (gold != said).reshape(len(gold), -1).any(axis=1)
        mistakes = how(run, task)
        of_wrong = shares({k: (mask, wrong) for k, mask in mistakes.items()}, groups)
        lines = [("mistake", "rows", "of all mistakes")]
        lines += [(k, str(int(mask.sum())), of_wrong[k]) for k, mask in mistakes.items()]
        print(f"**{task.name}: {wrong.sum()} of {len(wrong)} rows are wrong**\n\n{markdown_table(lines)}\n")
        rate = shares({k: (wrong, mask) for k, mask in kinds.items()}, groups)
        rows = [("kind of row", "rows", "wrong", "of all mistakes")]
        rows += [
            (k, str(int(mask.sum())), rate.get(k, ""), f"{(wrong & mask).sum() / wrong.sum():.2f}")
            for k, mask in kinds.items()
        ]
        print(f"{markdown_table(rows)}\n")


if __name__ == "__main__":
    try:
        if len(sys.argv) != 2:
            sys.exit(__doc__)
        main(sys.argv[1])
    except UserError as error:
        sys.exit(str(error))

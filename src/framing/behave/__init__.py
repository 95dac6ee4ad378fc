"""Behavioural tests of a model: changes that must leave an answer alone, changes that must turn it, and pairs whose two
answers are known.

After Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList" (ACL 2020). Suites are made by
rule from a labelled table (``rules``) or were written by hand (``pairs``); anything with ``tasks`` and ``predict_rows``
can be asked.
"""

from __future__ import annotations

from framing.behave.cases import Case, Reading, Suite
from framing.behave.pairs import can_answer, written_suites
from framing.behave.rules import CASES, RULES, rule_suites
from framing.behave.score import Answers, Behaviour, Outcome, asked_tasks, put
from framing.data import Table
from framing.uncertainty import UncertaintyConfig

__all__ = [
    "CASES",
    "RULES",
    "Answers",
    "Behaviour",
    "Case",
    "Outcome",
    "Reading",
    "Suite",
    "asked_tasks",
    "behave",
    "can_answer",
    "put",
    "rule_suites",
    "written_suites",
]


def behave(
    model: Answers, table: Table, cases: int = CASES, seed: int = 0, uncertainty: UncertaintyConfig | None = None
) -> Behaviour:
    """Put every suite to a model: those by rule on rows of the table, and, if it knows stance, the pairs.

    ``cases`` is the most that a rule makes. Raises ``UserError`` where the model has no task that can be asked, or a
    file of pairs cannot be read.
    """
    tasks = asked_tasks(model.tasks)
    suites = rule_suites(table, tasks, cases, seed)
    if can_answer(tasks[0]):
        suites += written_suites(tasks[0])
    return put(model, suites, uncertainty)

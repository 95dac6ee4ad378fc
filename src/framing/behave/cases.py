"""What a behavioural test is made of: two readings, and what must be true of the two answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from framing.targets import show

# Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList" (ACL 2020), section 2.2:
# INV: the answer must be kept. DIR: it must become another. MFT: both answers are known.
Kind = Literal["INV", "DIR", "MFT"]


@dataclass(frozen=True)
class Reading:
    """A text read with a target; ``lang`` is an ISO 639 code."""

    text: str
    target: str
    lang: str

    def shown(self) -> tuple[str, str]:
        """The text as a task that reads the target sees it, and as one that does not."""
        return show(self.text, self.target, True), show(self.text, self.target, False)


@dataclass(frozen=True)
class Case:
    """Two readings. Cases of one ``group`` are not independent of each other.

    ``gold`` holds, for each task that is labelled, the right answers to the two as cells of a CSV. ``note`` says what
    makes the two differ, where that is not plain.
    """

    id: str
    group: str
    before: Reading
    after: Reading
    gold: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Suite:
    """Cases of one kind. ``about`` completes the sentence "the second text has ..."; ``tasks`` are names."""

    name: str
    kind: Kind
    about: str
    tasks: tuple[str, ...]
    cases: tuple[Case, ...]

    @cached_property
    def by_construction(self) -> bool:
        """Whether the model is shown the same text twice in every case, so that no model could fail one."""
        return bool(self.cases) and all(c.before.shown() == c.after.shown() for c in self.cases)

    def expects_same(self, case: Case, task: str) -> bool:
        """Whether the two answers of a task must be equal."""
        if self.kind == "MFT":
            first, second = case.gold[task]
            return first == second
        return self.kind == "INV"

"""Verbs to functions.

Exit codes: 0 done, 1 something failed, 2 the user's input or configuration cannot be used, 130 Ctrl-C, 143 SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from framing import signals, verbs
from framing.compose import composer, jobs
from framing.exceptions import UserError
from framing.parser import SHOWN, build_parser

if TYPE_CHECKING:
    from framing.experiment import Outcome, Request
    from framing.studies import Study


def run(arguments: Sequence[str]) -> int:
    """Parse, act, and turn what went wrong into one line and an exit code."""
    options = build_parser().parse_args(arguments)
    signals.install()
    by_name = {
        "train": _train,
        "search": _search,
        "transfer": _transfer,
        "curve": _curve,
        "check": _check,
        "agree": _agree,
        "predict": _predict,
        "evaluate": verbs.evaluate,
        "report": verbs.report,
        "errors": verbs.errors,
        "compare": verbs.compare,
        "behave": verbs.behave,
        "promote": _promote,
        "ui": _ui,
    }
    verb = by_name[options.verb]
    try:
        return verb(options)
    except UserError as error:
        for line in str(error).splitlines():
            print(f"framing: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nframing: stopped", file=sys.stderr)
        return 130
    except signals.Terminated:
        print("framing: terminated", file=sys.stderr)
        return 143
    except BrokenPipeError:  # `| head` has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _train(options: argparse.Namespace) -> int:
    with composer(options.conf) as compose:
        if options.show:
            print(compose(options.overrides).yaml, end="")
            return 0
        requests = [compose(o) for o in jobs(options.overrides)] if options.multirun else None
        request = None if requests else compose(options.overrides)
    if request:
        _report(_run_one(request))
        return 0
    assert requests is not None
    return _sweep(requests, options.overrides)


def _run_one(request: Request) -> Outcome:
    from framing.experiment import train

    return train(request)


def _sweep(requests: list[Request], overrides: Sequence[str]) -> int:
    """One parent, a child for each combination; one that fails does not stop the others."""
    from dataclasses import replace

    from framing import track

    config = requests[0].config
    tracking = track.resolve(config.tracking.uri, config.tracking.experiment, config.tracking.artifacts)
    failed = 0
    with track.run(tracking, f"sweep {' '.join(o for o in overrides if not o.startswith('data.'))}") as parent:
        parent.tags({"overrides": " ".join(overrides), "sweep": "parent"})
        for number, request in enumerate((replace(r, parent=parent.id) for r in requests), 1):
            print(f"framing: run {number} of {len(requests)}: {request.run_name}", file=sys.stderr)
            try:
                _report(_run_one(request))
            except UserError as error:
                failed += 1
                print(f"framing: {error}", file=sys.stderr)
        parent.metrics({"runs": len(requests), "failed": failed})
    if failed:
        print(f"framing: {failed} of {len(requests)} runs failed", file=sys.stderr)
    return 1 if failed else 0


def _report(outcome: Outcome) -> None:
    """The figures, where everything is, and what to do next."""
    from framing.retrained_page import gap_lines
    from framing.summary import head_table, verdicts
    from framing.terminal import show_table

    lines = head_table(outcome.evaluation)
    level, tested = outcome.evaluation.level, len(outcome.evaluation.tested)
    show_table(lines, f"{tested} tested rows, {level:.0%} intervals over groups", whole=lines[0])
    print("\n".join([*verdicts(outcome.evaluation), *gap_lines(outcome.evaluation)]))
    if outcome.held_out:
        lines = head_table(outcome.held_out)
        show_table(lines, f"held out: {len(outcome.held_out.tested)} rows that no choice has seen", whole=lines[0])
    registered = outcome.registered
    folder = os.path.relpath(outcome.folder)
    print(f"\nrun      {outcome.run_id}")
    if registered:
        print(f"model    models:/framing/{registered.version}, also in {folder}/model")
        if registered.champion:
            print("         it is now models:/framing@champion")
        else:
            print(f"         champion stays: {registered.reason}")
            if "stand-in" not in registered.reason:
                print(f"         to move it: python -m framing promote {outcome.run_id}")
    print(f"results  {folder}/artifacts/report.html, summary.md and model_card.md beside it")
    print(f"compare  python -m framing compare OTHER_RUN {outcome.run_id}, or in a browser: python -m framing ui")
    if registered:
        print("use      python -m framing predict ARTICLE")


def _search(options: argparse.Namespace) -> int:
    from framing.search import search

    found = search(_composed(options, "search"))
    kept = [o for o in options.overrides if not o.lstrip("+~").startswith("search.")]
    best = [f"{k}={v}" for k, v in found.settings.items()]
    print(f"best of {found.finished} finished trials ({found.stopped} stopped early): inner score {found.score:.3f}")
    print(f"run      {found.run_id}")
    print(f"use      python -m framing train {' '.join([*kept, *best])}")
    return 0


def _transfer(options: argparse.Namespace) -> int:
    from framing.studies import run_transfer

    by = list(dict.fromkeys(column.strip() for column in options.by.split(",") if column.strip()))
    if not by:
        raise UserError("--by: names no column; give one or more, as in --by lang,target")
    _report_study(run_transfer(_composed(options, f"transfer --by {','.join(by)}"), by))
    return 0


def _curve(options: argparse.Namespace) -> int:
    from framing.studies import run_curve

    _report_study(run_curve(_composed(options, f"curve --repeats {options.repeats}"), options.repeats))
    return 0


def _composed(options: argparse.Namespace, verb: str) -> Request:
    from dataclasses import replace

    with composer(options.conf) as compose:
        return replace(compose(options.overrides), verb=verb)


def _report_study(study: Study) -> None:
    from framing.summary import markdown_table

    for title, lines in study.tables.items():
        print(f"\n{title}\n\n{markdown_table(lines)}")
    print(f"\nrun      {study.run_id}")
    print(f"results  {os.path.relpath(study.folder)}/artifacts/summary.md")


def _check(options: argparse.Namespace) -> int:
    from framing.checks import ERROR, SEVERITIES, WARNING, find
    from framing.config import make_tasks
    from framing.data import read_table

    with composer(options.conf) as compose:
        config = compose(options.overrides).config
    table = read_table(options.file, make_tasks(config.tasks))
    findings = find(table, config.protocol.folds)
    if options.run:
        from framing.label_errors import probable_label_errors

        findings += probable_label_errors(table, options.run, options.tracking_uri)
    for severity in SEVERITIES:
        lines = [f.line(table.path) for f in findings if f.severity == severity]
        shown = lines if options.all else lines[:SHOWN]
        for line in shown:
            print(f"{severity}: {line}")
        if len(lines) > len(shown):
            print(f"{severity}: and {len(lines) - len(shown)} more; --all shows them")
    counts = {s: sum(f.severity == s for f in findings) for s in SEVERITIES}
    said = ", ".join(f"{n} {severity}{'' if n == 1 else 's'}" for severity, n in counts.items())
    print(f"{options.file}: {len(table)} rows in {table.frame['doc_id'].nunique()} documents; {said}")
    for task in table.tasks:
        numbers = zip(task.classes, task.class_counts(table.labels[task.name]), strict=True)
        print(f"  {task.name}: " + ", ".join(f"{c} {n}" for c, n in numbers))
    return 2 if counts[ERROR] or (options.strict and counts[WARNING]) else 0


def _agree(options: argparse.Namespace) -> int:
    from framing.agree import report, table_lines

    labels = options.labels
    if labels is None:
        beside = options.file.parent / "labels.csv"
        labels = beside if beside.is_file() else None
    print("\n".join(table_lines(report(options.file, labels))))
    return 0


def _predict(options: argparse.Namespace) -> int:
    from framing.files import check_out
    from framing.predict import ENDINGS, predict, read_inputs, show, write

    if options.out:
        check_out(options.out, ENDINGS)
    model = verbs.open_model(options)
    skipped: list[str] = []
    table = predict(model, read_inputs(options.inputs, options.text_out, skipped))
    if table.empty:
        raise UserError(f"{options.inputs[0]}: no sentence found")
    if options.out:
        write(table, options.out)
        print(f"{len(table)} rows written to {options.out}", file=sys.stderr)
    else:
        show(table, model)
    if skipped:
        print(f"framing: {len(skipped)} inputs were skipped, see above", file=sys.stderr)
    return 1 if skipped else 0


def _promote(options: argparse.Namespace) -> int:
    from framing.registry import promote

    print(promote(options.run, options.tracking_uri))
    return 0


def _ui(options: argparse.Namespace) -> int:
    from framing.track import ui

    return ui(options.tracking_uri, options.host, options.port)

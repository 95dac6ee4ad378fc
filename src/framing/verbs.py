"""Verbs about a finished run or a saved model: its mistakes, its report, and how it does on new data."""

from __future__ import annotations

import argparse
import shlex
import sys
from typing import TYPE_CHECKING

from framing.exceptions import UserError

if TYPE_CHECKING:
    import pandas as pd

    from framing.evaluate import Evaluation
    from framing.model import Model

PAGES = (".html", ".md")
LISTS = (".csv", ".html")
BEHAVIOUR = "behave.csv"  # among a run's artifacts


def errors(options: argparse.Namespace) -> int:
    """``framing errors``: what a run got wrong, on the terminal, as CSV or as a page."""
    from framing.files import check_out, whole_file
    from framing.mistakes import Mistakes, readings
    from framing.registry import open_run

    if options.out:
        check_out(options.out, LISTS)
    if options.top < 1:
        raise UserError(f"--top {options.top}: at least 1 is needed")
    run = open_run(options.run, options.tracking_uri)
    head = options.head or run.head
    if head not in run.heads:
        raise UserError(f"run {run.name}: has measured no head {head!r}; it has {', '.join(run.heads)}")
    tasks = [run.task(options.task)] if options.task else list(run.tasks)
    given = readings(run)
    found = Mistakes(run, head, given)
    if not options.out:
        for task in tasks:
            frame = found.of(task)
            _show_mistakes(f"{task.name}: {head}, {len(frame)} mistakes in {len(run.frame)} rows", frame, options.top)
        return 0
    with whole_file(options.out) as half:
        if options.out.suffix.lower() == ".csv":
            import pandas as pd

            frames = [found.with_nearest(t, found.with_doubt(t, found.of(t))) for t in tasks]
            table = pd.concat(frames, ignore_index=True).drop(columns="position")
            table.to_csv(half, index=False)
            print(f"{len(table)} mistakes written to {options.out}", file=sys.stderr)
        else:
            from framing.pages import errors_page
            from framing.report import confident

            wrong = [confident(found, t, options.top, doubt=True) for t in tasks]
            command = shlex.join(["python", "-m", "framing", "errors", options.run])
            page = errors_page(run.name, head, command, wrong, given.missing)
            half.write_text(page, encoding="utf-8")
            print(f"written to {options.out}", file=sys.stderr)
    return 0


def _show_mistakes(title: str, frame: pd.DataFrame, top: int) -> None:
    from framing.terminal import show_table

    header = ("", "confidence", "mistake", "target", "id", "text")
    lines = [
        (m["rank"], f"{m['confidence']:.3f}", m["mistake"], m["target"], m["id"], m["text"])
        for m in frame.head(top).to_dict("records")
    ]
    show_table([header, *lines], title, whole=header[:4], apart=True)


def report(options: argparse.Namespace) -> int:
    """``framing report``: one page of HTML or a model card, by the ending."""
    from framing.files import check_out, whole_file
    from framing.pages import model_card, report_page
    from framing.registry import run_folder
    from framing.report import report_of
    from framing.rescore import rescored
    from framing.stored import HELD_OUT, read_run

    check_out(options.out, PAGES)
    folder = run_folder(options.run, options.tracking_uri)
    run = read_run(folder, options.run)
    held_out = rescored(read_run(folder, options.run, HELD_OUT)) if (folder / HELD_OUT).is_file() else None
    behaviour = options.behave or folder / BEHAVIOUR
    if options.behave and not behaviour.is_file():
        raise UserError(
            f"--behave {behaviour}: no such file; make it: python -m framing behave MODEL --out {behaviour}"
        )
    given = ["--behave", str(options.behave)] if options.behave else []
    command = shlex.join(["python", "-m", "framing", "report", options.run, *given])
    found = report_of(run, None, held_out, command, behaviour if behaviour.is_file() else None)
    page = report_page(found) if options.out.suffix.lower() == ".html" else model_card(found)
    with whole_file(options.out) as half:
        half.write_text(page, encoding="utf-8")
    print(f"written to {options.out}", file=sys.stderr)
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """``framing evaluate``: a saved model on labelled rows of another file."""
    from framing import new_data, record
    from framing.calibrate import CalibrationConfig
    from framing.measures import measure
    from framing.summary import few_groups_warning
    from framing.uncertainty import UncertaintyConfig

    if options.out and options.out.exists():
        raise UserError(f"--out {options.out}: is there already; give a folder that is not")
    if options.out and not options.out.absolute().parent.is_dir():
        raise UserError(f"--out {options.out}: there is no folder {options.out.absolute().parent}; make it first")
    model = open_model(options)
    uncertainty = UncertaintyConfig()
    evaluation = new_data.evaluate_on(model, options.file, uncertainty)
    for task in model.tasks:
        if task not in evaluation.table.tasks:
            print(f"framing: {options.file}: no column {task.column!r}; task {task.name} is left out", file=sys.stderr)
    for said in (new_data.warning(model, evaluation.table), few_groups_warning(evaluation)):
        if said:
            print(f"framing: {said}", file=sys.stderr)
    _show_scores(evaluation)
    if options.out:
        command = shlex.join(["python", "-m", "framing", "evaluate", options.model, options.file])
        facts = new_data.facts(model, options.model, evaluation, uncertainty, command)
        options.out.mkdir()
        measures = measure(evaluation, uncertainty, CalibrationConfig(), None)
        record.write_results(options.out, evaluation, None, facts, measures)
        print(f"written to {options.out}; read {options.out}/report.html", file=sys.stderr)
    return 0


def compare(options: argparse.Namespace) -> int:
    """Two runs, or more, against each other."""
    from framing import compare_page as page
    from framing.compare import chosen_uncertainty, compare_two, rank, slice_columns
    from framing.entrants import common_tasks, entrants
    from framing.files import check_out
    from framing.registry import open_run

    if options.out:
        check_out(options.out, page.ENDINGS)
    runs = entrants(options.runs, lambda name: open_run(name, options.tracking_uri))
    tasks = common_tasks(runs, options.task)
    uncertainty = chosen_uncertainty(runs[0], options.level, options.rounds)
    columns = slice_columns(runs[0], options.slice)
    if len(runs) == 2:
        compared = [compare_two(runs[0], runs[1], task, columns, uncertainty) for task in tasks]
        sections, frame = page.two(runs[0], runs[1], compared, uncertainty, options.changed), page.two_frame(compared)
    else:
        rankings = [rank(runs, task, uncertainty) for task in tasks]
        sections, frame = page.many(rankings, uncertainty), page.many_frame(rankings)
    if options.out:
        page.write(options.out, sections, frame)
    page.show(sections[:1] if options.out else sections)
    return 0


def behave(options: argparse.Namespace) -> int:
    """A saved model through the behavioural suites."""
    from framing.behave import asked_tasks, can_answer
    from framing.behave import behave as put_to
    from framing.behave.report import check_outs, pass_rate, show, write_all
    from framing.data import read_table

    check_outs(options.out)
    if options.cases < 1 or options.failures < 0 or not 0 <= options.min_pass <= 1:
        raise UserError("behave: --cases must be at least 1, --failures at least 0, --min-pass from 0 to 1")
    model = open_model(options)
    tasks = asked_tasks(model.tasks)
    table = read_table(options.data, tasks)
    if not can_answer(tasks[0]):
        print("framing: no task stance of favor, against and neutral: the pairs are left out", file=sys.stderr)
    found = put_to(model, table, options.cases, options.seed)
    source = f"`{table.path}` (sha256 `{table.sha256[:16]}`)"
    write_all(found, options.out, f"`{options.model}`", source, options.failures)
    show(found, options.failures)
    rate = pass_rate(found)
    if rate < options.min_pass:
        print(f"framing: {rate:.3f} of the cases passed; --min-pass asks for {options.min_pass}", file=sys.stderr)
        return 1
    return 0


def open_model(options: argparse.Namespace) -> Model:
    """The model of a folder or an address; addresses are looked up where ``--tracking-uri`` says."""
    from framing import load_model

    source = options.model
    if source.startswith(("models:/", "runs:/")):
        from framing.registry import model_folder

        source = model_folder(source, options.tracking_uri)
    return load_model(source)


def _show_scores(evaluation: Evaluation) -> None:
    from framing.report_tables import control_grid, score_grid
    from framing.terminal import show_table

    for task in evaluation.table.tasks:
        for found in (score_grid(task, evaluation, task.name), control_grid(task, evaluation)):
            show_table(found.lines, found.caption)

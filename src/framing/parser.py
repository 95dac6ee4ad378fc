"""The command line, with nothing heavy imported."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from framing import __version__

_EPILOG = """examples:
  python -m framing train +exp=baseline              train, evaluate, track and save
  python -m framing train +exp=baseline head=svm     the same with another head
  python -m framing train -m +exp=baseline head=logistic,svm,knn
  python -m framing search +exp=finetune             search the settings of the fine-tuned head
  python -m framing transfer +exp=baseline           from one language or target to another
  python -m framing curve +exp=baseline              what would more labels give?
  python -m framing check mine.csv                   is this file fit to train on?
  python -m framing predict article.txt              who says what about which force
  python -m framing predict articles/ --out out.csv
  python -m framing report baseline                  the run as one page to read
  python -m framing errors baseline                  what it got wrong
  python -m framing evaluate MODEL new.csv           a saved model on other rows
  python -m framing behave                           what does the model heed, and what not?
  python -m framing compare baseline baseline:tfidf  is it better, and could it be told?
  python -m framing ui                               compare runs in the browser"""


CHAMPION = "models:/framing@champion"
_RUN_HELP = "RUN is a run's id, the beginning of it, its name, or the folder of its artifacts."
SHOWN = 20  # findings of one severity that `check` prints unasked


def build_parser() -> argparse.ArgumentParser:
    """The command line, with nothing heavy imported."""
    parser = argparse.ArgumentParser(
        prog="python -m framing",
        description="Stance, attribution and frame of news sentences toward foreign forces.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"framing {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, text: str, more: str = "") -> argparse.ArgumentParser:
        raw = argparse.RawDescriptionHelpFormatter
        return verbs.add_parser(name, help=text, description=f"{text}\n\n{more}".strip(), formatter_class=raw)

    train = verb(
        "train",
        "Train, evaluate, track and save a classifier.",
        "OVERRIDE is Hydra's: +exp=NAME takes an experiment of conf/exp/, key=value changes one setting\n"
        "(data.path=mine.csv, head=svm, head.C=0.1, encoder=hub, 'task=[stance]'). --show prints them all.",
    )
    train.add_argument("-m", "--multirun", action="store_true", help="one run for every combination of values a,b,c")
    train.add_argument("--show", action="store_true", help="print the composed configuration and stop")
    _add_overrides(train)

    search = verb(
        "search",
        "Search the settings of a fine-tuned head.",
        "Optuna tries what search.space lists (conf/exp/finetune.yaml) on one inner split; every trial is a run under\n"
        "one parent. Stopped and started again it goes on. OVERRIDE as for train (search.trials=20).",
    )
    _add_overrides(search)

    transfer = verb(
        "transfer",
        "Learn from one language or target, and test on the others.",
        "Every value of a column that has 60 rows or more is learnt from alone and tested on every other, in grouped\n"
        "folds, with the in-domain score beside. OVERRIDE as for train (+exp=baseline, head=svm).",
    )
    transfer.add_argument(
        "--by", default="lang,target", metavar="COLUMNS", help="columns, separated by commas (default: %(default)s)"
    )
    _add_overrides(transfer)

    curve = verb(
        "curve",
        "The learning curve by documents, with a forecast.",
        "The head learns from growing parts of the training documents of each fold. A fitted power law says what more\n"
        "documents would give, and what 100 more rows would be worth to each target and language. OVERRIDE as for\n"
        "train.",
    )
    curve.add_argument(
        "--repeats", type=int, default=5, metavar="N", help="how often documents are drawn (default: %(default)s)"
    )
    _add_overrides(curve)

    check = verb(
        "check",
        "Validate a CSV of labelled sentences without training.",
        "Only `text` and one label column are needed. OVERRIDE as for train ('task=[stance,tone]', protocol.folds=3).",
    )
    check.add_argument("file", metavar="FILE")
    check.add_argument("--strict", action="store_true", help="fail on warnings too")
    check.add_argument("--all", action="store_true", help=f"print every finding, not the first {SHOWN} of a severity")
    check.add_argument("--run", metavar="RUN", help="add probable label errors, by this run's out-of-fold answers")
    _add_overrides(check)
    _add_uri(check)

    agree = verb(
        "agree",
        "How far readers agree: Krippendorff's alpha and pairwise F1.",
        "FILE has the columns id, annotator, task, label (sets joined by |). With the file of the rows, each language\n"
        "and target is told apart.",
    )
    agree.add_argument("file", nargs="?", type=Path, default=Path("data/annotations.csv"), metavar="FILE")
    agree.add_argument("--labels", type=Path, metavar="CSV", help="the rows (default: labels.csv beside FILE)")

    predict = verb(
        "predict",
        "Apply a saved model to articles or to a CSV.",
        "INPUT is a text or HTML article, a folder of them, - for standard input, or a CSV with a column `text` (and\n"
        "optionally id, doc_id, target). One row comes out for a sentence and each force that it mentions.",
    )
    predict.add_argument("inputs", nargs="+", metavar="INPUT")
    predict.add_argument(
        "--model",
        default=CHAMPION,
        help="a model's address or folder (default: %(default)s)",
    )
    predict.add_argument("--out", type=Path, metavar="FILE", help="write .csv, .jsonl or .parquet; else print a table")
    predict.add_argument("--text-out", type=Path, metavar="DIR", help="write the texts that the offsets count in")
    _add_uri(predict)

    evaluate = verb(
        "evaluate",
        "Measure a saved model on labelled rows of another file.",
        "The same scores, intervals and controls as in training, with the calibration that the model was saved with.\n"
        "--out writes a folder that report, errors and compare open as they do a run.",
    )
    evaluate.add_argument("model", metavar="MODEL", help="a model's address or folder (models:/framing@champion)")
    evaluate.add_argument("file", metavar="CSV", help="as for train: `text`, and a column for each task to be scored")
    evaluate.add_argument("--out", type=Path, metavar="FOLDER", help="write everything into this new folder")
    _add_uri(evaluate)

    report = verb(
        "report",
        "A run as one page to read, or as a model card.",
        f"{_RUN_HELP} Nothing is trained again: the figures are made from what the run has stored.\n"
        ".html gives a page that needs no network; .md a model card with the same figures.",
    )
    report.add_argument("run", metavar="RUN")
    report.add_argument(
        "--out", type=Path, default=Path("report.html"), metavar="FILE", help=".html or .md (default: %(default)s)"
    )
    report.add_argument(
        "--behave", type=Path, metavar="CSV", help="what `behave MODEL --out FILE.csv` wrote, for the part on behaviour"
    )
    _add_uri(report)

    errors = verb(
        "errors",
        "The mistakes of a run, the most confident first.",
        f"{_RUN_HELP} The CSV holds them all, with the sentences around them, the labels of\n"
        "single readers, the nearest training rows, and whether the gold label is itself in doubt.",
    )
    errors.add_argument("run", metavar="RUN")
    errors.add_argument("--task", help="only this one (default: all)")
    errors.add_argument("--head", help="of another head that the run measured (default: its own)")
    errors.add_argument(
        "--top", type=int, default=30, metavar="N", help="so many of a task, except in a CSV (%(default)s)"
    )
    errors.add_argument("--out", type=Path, metavar="FILE", help="write .csv or .html; else print a table")
    _add_uri(errors)

    compare = verb(
        "compare",
        "Is run B better than run A? Which of several runs can be told apart?",
        "RUN is a run's id, the beginning of it, its name, or the folder of its artifacts; RUN:HEAD is another head\n"
        "that it measured (baseline:tfidf). The runs must have tested the same rows of one file in the same folds.\n"
        "Two runs, A and B: the difference B - A of every score, of each class and of parts of the rows, with its\n"
        "interval and a permutation test over groups; the rows that only one has right; and, where the two cannot be\n"
        "told apart, how large a difference would have shown, and how many groups a small one needs. More runs: a\n"
        "ranking in which those that cannot be told apart share a letter.",
    )
    compare.add_argument("runs", nargs="+", metavar="RUN")
    compare.add_argument("--task", action="append", default=[], help="only this one; may be repeated (default: all)")
    compare.add_argument(
        "--slice",
        action="append",
        default=[],
        metavar="COLUMN",
        help="compare for each value of this column; may be repeated (default: lang, target and outlet, those that "
        "have 2 to 12 values)",
    )
    compare.add_argument("--level", type=float, help="of intervals and tests (default: as the first run's)")
    compare.add_argument("--rounds", type=int, help="bootstrap draws (default: as the first run's)")
    compare.add_argument(
        "--changed", type=int, default=10, metavar="N", help="changed rows to show (default: %(default)s)"
    )
    compare.add_argument("--out", type=Path, metavar="FILE", help="write .md or .csv, and print the verdicts alone")
    _add_uri(compare)

    behave = verb(
        "behave",
        "Behavioural tests of a saved model.",
        "Changes that must leave an answer alone (spelling, names, places, one more clause), targets exchanged, and\n"
        "pairs written by hand whose two answers are known. Says how many cases pass, and lists what fails.",
    )
    behave.add_argument(
        "model",
        nargs="?",
        default=CHAMPION,
        metavar="MODEL",
        help="a model's address or folder (default: %(default)s)",
    )
    behave.add_argument(
        "--data", type=Path, default=Path("data/labels.csv"), metavar="CSV", help="the rows that rules change"
    )
    behave.add_argument("--cases", type=int, default=200, metavar="N", help="at most so many of a rule (%(default)s)")
    behave.add_argument("--seed", type=int, default=0, metavar="N", help="of the rows that are drawn (%(default)s)")
    behave.add_argument(
        "--failures", type=int, default=3, metavar="N", help="list the first so many of each suite (%(default)s)"
    )
    behave.add_argument(
        "--out",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="write the page (.md), or every case (.csv, .jsonl, .parquet); may be given more than once",
    )
    behave.add_argument(
        "--min-pass", type=float, default=0.0, metavar="SHARE", help="exit with 1 if a smaller share of cases passes"
    )
    _add_uri(behave)

    promote = verb("promote", "Make the model of a run the champion.")
    promote.add_argument("run", metavar="RUN", help="a run's id, the beginning of it, or its name")
    _add_uri(promote)

    ui = verb("ui", "Open the MLflow UI on the runs of this folder.")
    ui.add_argument("--host", default="127.0.0.1")
    ui.add_argument("--port", type=int, default=5000)
    _add_uri(ui)
    return parser


def _add_overrides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("overrides", nargs="*", metavar="OVERRIDE")
    parser.add_argument("--conf", type=Path, metavar="DIR", help="a folder of your own configuration files")


def _add_uri(parser: argparse.ArgumentParser) -> None:
    default = os.environ.get("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    parser.add_argument("--tracking-uri", default=default, help="where runs are kept (default: %(default)s)")

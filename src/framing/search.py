"""Settings of a fine-tuned head, searched with Optuna: one fixed inner split, every trial tracked, no weights kept.

A trial learns from some of the groups and is scored on the others after each epoch; one that does worse than the
median of those before it at the same epoch is stopped. The first trial is the settings as they stand, so that whatever
is found has beaten them on the same rows. Rows that are held out take no part.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from framing import record, track
from framing.config import Config, RangeConfig
from framing.encoder import cache_folder
from framing.exceptions import UserError
from framing.experiment import Request
from framing.heads.finetuned import FinetuneConfig, FinetunedHead
from framing.heads.pooled import PoolConfig
from framing.prepare import Clock, Prepared, prepare
from framing.unfinished import source

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True)
class Found:
    """What a search came to. ``settings`` are overrides for ``train``."""

    settings: dict[str, Any]
    score: float
    finished: int
    stopped: int
    run_id: str


def search(request: Request) -> Found:
    """Run the trials that the study lacks. Raises ``UserError`` for what the user can mend."""
    optuna = _optuna()
    config = request.config
    base = config.head
    if isinstance(base, PoolConfig):
        raise UserError("search: head=pool is a fine-tuned head with others beside it; search +exp=finetune")
    if not isinstance(base, FinetuneConfig):
        raise UserError(f"search: head={base.kind} is not fine-tuned; sweep it: train -m head.C=0.1,1,10")
    if config.search.trials < 1:
        raise UserError(f"search.trials={config.search.trials}: at least 1 is needed")
    if not config.search.space:
        raise UserError("search: there is nothing to try; give search.space (see conf/exp/finetune.yaml)")
    for name, values in config.search.space.items():
        _check(name, values, base)
    start = prepare(request, Clock())
    decides = record.what_decides(config, start.chosen, start.encoder)
    name = _name(config, decides)
    with _alone(name):
        return _search(request, start, _study(optuna, config, name))


def _search(request: Request, start: Prepared, study: Any) -> Found:
    """See :func:`search`."""
    optuna = _optuna()
    config, base = request.config, request.config.head
    assert isinstance(base, FinetuneConfig)
    table, groups, encoder = start.chosen, start.chosen_groups, start.encoder
    tracking = track.resolve(config.tracking.uri, config.tracking.experiment, config.tracking.artifacts)
    again = study.user_attrs.get("run_id")
    with track.run(tracking, f"search {request.run_name}", again=again) as parent:
        study.set_user_attr("run_id", parent.id)
        if not again:
            parent.params(request.unresolved)
            parent.tags({**record.facts(request, table, encoder), "search": "parent"})

        def objective(trial: Trial) -> float:
            tried = {name: _suggest(trial, name, r, base) for name, r in config.search.space.items()}
            settings = replace(base, **{**tried, "inner": config.search.inner, "patience": config.search.patience})
            print(f"framing: trial {trial.number + 1}: {_words(tried)}", file=sys.stderr)
            with track.run(tracking, f"trial {trial.number + 1}", parent.id) as run:
                run.params({"head": asdict(settings)})
                run.tags({"search": "trial"})
                scores: list[float] = []

                def after_epoch(epoch: int, score: float) -> None:
                    scores.append(score)
                    run.metrics({"inner_score": score}, epoch)
                    trial.report(score, epoch)
                    if trial.should_prune():
                        raise optuna.TrialPruned

                stopped = ""
                try:
                    head = FinetunedHead(settings, table.tasks, encoder, config.seed)
                    head.after_epoch = after_epoch
                    head.fit(table.rows, table.labels, groups)
                except optuna.TrialPruned:
                    stopped = "worse than the median"
                except UserError as error:  # these values do not go together; others may
                    stopped = str(error)
                    print(f"framing: trial {trial.number + 1}: {stopped}", file=sys.stderr)
                if scores:
                    run.metrics({"best_inner_score": max(scores)})
                if stopped:
                    run.tags({"stopped": stopped})
            if stopped:
                raise optuna.TrialPruned
            return max(scores)

        done = sum(t.state.is_finished() and t.state.name != "FAIL" for t in study.trials)
        if done:
            print(f"framing: {done} of {config.search.trials} trials were done before", file=sys.stderr)
        study.optimize(objective, n_trials=max(0, config.search.trials - done))
        states = [t.state.name for t in study.trials]
        if "COMPLETE" not in states:
            raise UserError("search: none of the trials came to its end; see what is said of them above")
        best = {f"head.{name}": value for name, value in study.best_params.items()}
        parent.metrics({"best_inner_score": study.best_value, "trials": len(states), "stopped": states.count("PRUNED")})
        parent.tags({f"best.{k}": str(v) for k, v in best.items()})
    return Found(best, study.best_value, states.count("COMPLETE"), states.count("PRUNED"), parent.id)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise UserError("search needs Optuna; run: pip install -e '.[search]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _name(config: Config, decides: Mapping[str, Any]) -> str:
    """Of the study of exactly this question: all that decides a trial's score, the source code included."""
    searched = {k: v for k, v in asdict(config.search).items() if k in ("space", "inner", "patience")}
    facts = {**decides, "search": searched, "source": source()}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """No other process is at the same study."""
    from filelock import FileLock, Timeout

    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"search-{name}.lock", timeout=0):
            yield
    except Timeout:
        raise UserError("search: another process is at this very search; wait for it, or stop it") from None


def _study(optuna: Any, config: Config, name: str) -> Any:
    """A trial that was killed in the middle is tried again."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        study = optuna.create_study(
            storage=config.search.storage,
            study_name=f"framing-{name}",
            load_if_exists=True,
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=config.search.seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
        )
    except (SQLAlchemyError, ImportError, optuna.exceptions.OptunaError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(f"search.storage={config.search.storage}: cannot be used ({reason})") from None
    if not study.trials:
        space, head = config.search.space, config.head
        standing = {name: getattr(head, name) for name in space}
        study.enqueue_trial({k: v for k, v in standing.items() if not space[k].choices or v in space[k].choices})
    state = optuna.trial.TrialState
    for trial in study.trials:
        if trial.state == state.RUNNING:
            study.tell(trial.number, state=state.FAIL)
    trials = study.trials
    done = [t.params or t.system_attrs.get("fixed_params") for t in trials if t.state != state.FAIL]
    for trial in trials:
        if trial.state == state.FAIL and trial.params and trial.params not in done:
            study.enqueue_trial(trial.params)
            done.append(trial.params)
    return study


def _check(name: str, values: RangeConfig, head: FinetuneConfig) -> None:
    """Refuse what cannot be tried, before anything is."""
    if name in ("inner", "patience"):
        raise UserError(f"search.space.{name}: is how trials are scored, not what is tried; set search.{name}")
    if not hasattr(head, name) or name == "kind":
        raise UserError(f"search.space.{name}: is not a setting of head={head.kind}")
    if not values.choices and not values.low < values.high:
        raise UserError(f"search.space.{name}: give choices, or low below high")
    if values.log and values.low <= 0:
        raise UserError(f"search.space.{name}: a logarithm needs low above 0")
    kind = type(getattr(head, name))
    for value in values.choices or (kind(values.low), kind(values.high)):
        if not isinstance(value, kind) and not (kind is float and isinstance(value, int)):
            raise UserError(f"search.space.{name}: {value!r} is no {kind.__name__}, which this setting is")
        replace(head, **{name: value})  # refuses what is out of its range


def _suggest(trial: Trial, name: str, values: RangeConfig, head: FinetuneConfig) -> Any:
    """A value of the kind that the setting has."""
    if values.choices:
        return trial.suggest_categorical(name, values.choices)
    if isinstance(getattr(head, name), int):
        return trial.suggest_int(name, int(values.low), int(values.high), log=values.log)
    return trial.suggest_float(name, values.low, values.high, log=values.log)


def _words(tried: Mapping[str, Any]) -> str:
    return ", ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in tried.items())

"""Optuna's study: it draws settings, is told what came of them, and outlives kills.

The sampler (TPE) is made anew for every trial, of a seed for its number: what is drawn follows from
the seed and from the trials before, so that a sweep that was killed goes on with the same trials as
one that was not. A trial that was cut keeps its settings and goes on in its own folder, as the
commands do: a vision model as if it had not been stopped, an agent from its last checkpoint, with
episodes of its own.
"""

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darla.running.one_line import one_line
from darla.running.progress import progress_bar
from darla.running.seeds import Purpose, derive_seed
from darla.running.tasks import ClusterWords, in_order, run_tasks
from darla_agents.learning.callbacks import Watch
from darla_agents.learning.tensorboard_layout import RETURN
from darla_agents.sweeping.journal import open_journal
from darla_agents.sweeping.measures import MAXIMIZE, ValidationReturn
from darla_agents.sweeping.optuna_library import optuna_library
from darla_agents.sweeping.space import Choices, Dimension
from darla_agents.sweeping.sweep_file import Sweep
from darla_agents.sweeping.trial import TrialTask, run_trial, try_task

JOURNAL = "journal.log"
"""The journal's name in a sweep's folder."""
COMPLETE, PRUNED, FAILED, RUNNING = "complete", "pruned", "failed", "running"
_FAILURE = "failure"  # a trial's user attribute
_NAME = "sweep"
_MOST_FAILURES = 3  # of the first trials, if all of them fail
_JUDGED_BY = 5  # finished trials before any is pruned
_UNJUDGED = 2  # the number of the first evaluation that may end a trial


@dataclass(frozen=True)
class TrialResult:
    """What came of a trial."""

    number: int
    state: str
    """complete, pruned, failed or running (cut)."""
    drawn: Mapping[str, Any]
    """What was drawn for each setting that is searched."""
    values: tuple[float, ...] | None
    """Its measures; None unless it is complete."""
    seen: Mapping[int, float]
    """Returns while its agent learned, by the number of the evaluation."""
    failure: str
    """Why it failed; empty where it did not."""


class SweepStudy:
    """The trials of a sweep in a folder that nobody else writes to."""

    def __init__(self, sweep: Sweep, out: Path, seed: int) -> None:
        """Open the journal in the folder, or begin one; a ValueError where it is damaged."""
        optuna = optuna_library()
        self._sweep, self._out, self._seed = sweep, out, seed
        self.study = optuna.create_study(
            storage=open_journal(out / JOURNAL, sweep.space),
            pruner=_pruner(sweep),
            study_name=_NAME,
            directions=[measure.direction for measure in sweep.measures],
            load_if_exists=True,
        )
        self._distributions = {name: _distribution(each) for name, each in sweep.space.items()}

    def results(self) -> list[TrialResult]:
        """Return what came of every trial so far, in their order."""
        return [_result(trial) for trial in self.study.get_trials(deepcopy=False)]

    def best(self) -> list[TrialResult]:
        """Return the best trial; of two measures those that no other is better than in both."""
        if not any(each.state == COMPLETE for each in self.results()):
            return []
        if len(self._sweep.measures) == 1:
            return [_result(self.study.best_trial)]
        return [_result(trial) for trial in self.study.best_trials]

    def run(self, trials: int, progress: bool) -> None:
        """Run trials until so many have finished in all, also those that were pruned or failed.

        A ValueError where the first ones all fail; the message has the last one's.
        """
        finished = sum(each.state != RUNNING for each in self.results())
        with progress_bar(trials, "trials", "sweep", done=finished, shown=progress) as bar:
            while finished < trials:
                bar.set_postfix_str(self._told_best())
                self._run_trial(progress)
                finished += 1
                bar.update()
                self._stop_if_none_succeeds()
            bar.set_postfix_str(self._told_best())

    def run_batches(self, trials: int, batch: int, words: ClusterWords, progress: bool) -> None:
        """Run trials as :meth:`run` does, but draw a batch of them before any of it is run.

        ``trials`` is a multiple of ``batch``. A batch that was cut goes on with the same trials.
        """
        finished = sum(each.state != RUNNING for each in self.results())
        with progress_bar(trials, "trials", "sweep", done=finished, shown=progress) as bar:
            while finished < trials:
                bar.set_postfix_str(self._told_best())
                drawn = self._drawn_together(batch)
                tasks = [
                    TrialTask(
                        self._sweep, self._sweep.values(each.params), self.folder(each.number)
                    )
                    for each in drawn
                ]
                with closing(run_tasks(try_task, tasks, words)) as results:
                    for trial, outcome in zip(drawn, in_order(results), strict=True):
                        self._tell(trial, outcome)
                        bar.update()
                finished += len(drawn)
                self._stop_if_none_succeeds()
            bar.set_postfix_str(self._told_best())

    def folder(self, number: int) -> Path:
        """Return the folder of a trial."""
        return self._out / "trials" / f"{number:04d}"

    def _run_trial(self, progress: bool) -> None:
        """Run the next trial, or the one that was cut."""
        optuna = optuna_library()
        trial = next(iter(self._cut()), None) or self._draw()
        values = self._sweep.values(trial.params)
        pruned = optuna.trial.TrialState.PRUNED
        folder, watch = self.folder(trial.number), self._watch(trial, values)
        try:
            measured = run_trial(self._sweep, values, folder, watch, progress)
        except optuna.TrialPruned:
            self.study.tell(trial, state=pruned)
        except ValueError as error:
            self._tell(trial, one_line(error))
        else:
            self._tell(trial, measured)

    def _task(self, trial: Any) -> TrialTask:
        """Return a trial as what another process can run."""
        values = self._sweep.values(trial.params)
        return TrialTask(self._sweep, values, self.folder(trial.number))

    def _tell(self, trial: Any, outcome: tuple[float, ...] | str) -> None:
        """Tell Optuna a trial's measures, or why it failed."""
        if not isinstance(outcome, str) and not all(map(math.isfinite, outcome)):
            outcome = f"a measure is not finite: {outcome}"
        if isinstance(outcome, str):
            trial.set_user_attr(_FAILURE, outcome)
            self.study.tell(trial, state=optuna_library().trial.TrialState.FAIL)
        else:
            self.study.tell(trial, list(outcome))

    def _cut(self) -> list[Any]:
        """Return the trials that a killed process was at."""
        optuna = optuna_library()
        running = (optuna.trial.TrialState.RUNNING,)
        left = self.study.get_trials(deepcopy=False, states=running)
        return [optuna.trial.Trial(self.study, each._trial_id) for each in left]

    def _drawn_together(self, batch: int) -> list[Any]:
        """Return the trials of a batch that have no outcome: those of the last one, or new ones.

        One that was killed while it was drawn is drawn to its end; none of it has an outcome then.
        """
        left, drawn = self._cut(), len(self.study.get_trials(deepcopy=False))
        missing = -drawn % batch if left or drawn % batch else batch
        return left + [self._draw() for _ in range(missing)]

    def _draw(self) -> Any:
        """Return a new trial, whose settings are drawn."""
        optuna = optuna_library()
        number = len(self.study.get_trials(deepcopy=False))
        seed = derive_seed(self._seed, Purpose.SWEPT_SETTINGS, number)
        self.study.sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
        return self.study.ask(fixed_distributions=self._distributions)

    def _watch(self, trial: Any, values: Mapping[str, Mapping[str, Any]]) -> Watch | None:
        """Return what tells Optuna the returns of an agent that learns, and may end its trial."""
        measure, several = self._sweep.measures[0], len(self._sweep.measures) > 1
        if several or not isinstance(measure, ValidationReturn):
            return None
        config = self._sweep.agent_config(values, self.folder(trial.number))
        known = set(_result(self.study.get_trials(deepcopy=False)[trial.number]).seen)
        return _telling(trial, measure.domain, config.eval_freq, config.total_timesteps, known)

    def _stop_if_none_succeeds(self) -> None:
        """Raise a ValueError where there are some trials, and all of them have failed."""
        found = self.results()
        if len(found) >= _MOST_FAILURES and all(each.state == FAILED for each in found):
            raise ValueError(
                f"all {len(found)} trials have failed, the last with: {found[-1].failure}; mend "
                "that, or search elsewhere, in another --out"
            )

    def _told_best(self) -> str:
        """Say what is best so far, for the bar."""
        found = self.best()
        if not found:
            return ""
        if len(found) > 1:
            return f"{len(found)} on the front"
        return ", ".join(
            f"{measure.label} {value:.3g}"
            for measure, value in zip(self._sweep.measures, found[0].values or (), strict=True)
        )


def _telling(trial: Any, domain: str, every: int, total: int, known: set[int]) -> Watch:
    """Return what tells of evaluations, by number: at the same steps, whatever a rollout has.

    What was told before a kill is not told again.
    """
    pruned: Callable[[], Exception] = optuna_library().TrialPruned

    def watch(step: int, results: Mapping[str, Mapping[str, float]]) -> None:
        """Tell of an evaluation; the last one ends no trial."""
        number = step // every
        if number not in known:
            known.add(number)
            trial.report(results[domain][RETURN], number)
        if step < total and trial.should_prune():
            raise pruned()

    return watch


def _pruner(sweep: Sweep) -> Any:
    """Return what decides that a trial ends early."""
    pruners = optuna_library().pruners
    if not sweep.pruned:
        return pruners.NopPruner()
    return pruners.MedianPruner(n_startup_trials=_JUDGED_BY, n_warmup_steps=_UNJUDGED)


def _distribution(dimension: Dimension) -> Any:
    """Return a dimension as Optuna has it."""
    distributions = optuna_library().distributions
    if isinstance(dimension, Choices):
        return distributions.CategoricalDistribution(dimension.labels)
    low, high, log, step = dimension.low, dimension.high, dimension.log, dimension.step
    if dimension.whole:
        return distributions.IntDistribution(int(low), int(high), log=log, step=int(step or 1))
    return distributions.FloatDistribution(low, high, log=log, step=step)


def _result(trial: Any) -> TrialResult:
    """Return a trial of Optuna's as ours."""
    states = {"COMPLETE": COMPLETE, "PRUNED": PRUNED, "FAIL": FAILED}
    state = states.get(trial.state.name, RUNNING)
    return TrialResult(
        number=trial.number,
        state=state,
        drawn=dict(trial.params),
        values=tuple(trial.values) if state == COMPLETE else None,
        seen=dict(trial.intermediate_values),
        failure=str(trial.user_attrs.get(_FAILURE, "")),
    )


def improves(direction: str, value: float, best: float) -> bool:
    """Whether a value is better than the best so far."""
    return value > best if direction == MAXIMIZE else value < best

"""Run the toolkit's own commands, as a reader of the study would."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from darla.running.children import start
from darla.running.progress import progress_bar
from darla.running.tasks import ClusterWords, in_order, run_tasks

A = TypeVar("A")
T = TypeVar("T")
SCRIPTS = Path(__file__).resolve().parents[1]


def call(script: str, *arguments: object, shown: bool = False) -> None:
    """Run one of the scripts, named without ``.py``, with these options.

    It may write its progress where this process does if it is ``shown``, for those that run alone.
    A ValueError where it failed holds the last line of its own message.
    """
    command = [sys.executable, str(SCRIPTS / f"{script}.py"), *map(str, arguments)]
    errors_to = None if shown else subprocess.PIPE
    with start(command, stdout=subprocess.DEVNULL, stderr=errors_to) as process:
        _, errors = process.communicate()
    if process.returncode:
        last = (errors or "").strip().splitlines()[-1:] or ["it said why itself"]
        raise ValueError(f"{' '.join(command[1:])}: {last[0]}")


def finished(
    runs: Sequence[Future[T | None]], title: str, unit: str, failed: list[str]
) -> Iterator[T]:
    """Yield what runs return as they finish, with a progress bar; None is passed over.

    The messages of those that raise a ValueError go into ``failed``; others do not wait for them.
    """
    with progress_bar(len(runs), unit, title) as bar:
        for run in as_completed(runs):
            bar.update()
            try:
                found = run.result()
            except ValueError as error:
                failed.append(str(error))
                continue
            if found is not None:
                yield found


def finished_on_cluster(
    job: Callable[[A], T | None],
    arguments: Sequence[A],
    words: ClusterWords,
    title: str,
    unit: str,
    failed: list[str],
) -> Iterator[T]:
    """Yield what a job returns for each argument, in their order; its nodes share all folders.

    Otherwise as :func:`finished`. The job is a function of a module, for nodes to import it.
    """
    with (
        progress_bar(len(arguments), unit, title) as bar,
        closing(run_tasks(partial(_attempt, job), arguments, words)) as ended,
    ):
        for found, error in in_order(ended):
            bar.update()
            if error is not None:
                failed.append(error)
            if found is not None:
                yield found


def _attempt(job: Callable[[A], T | None], argument: A) -> tuple[T | None, str | None]:
    """Return what a job returns, or what its ValueError says, for others are to go on."""
    try:
        return job(argument), None
    except ValueError as error:
        return None, str(error)

"""Environments in worker processes, whose errors reach the user with their text.

The worker of Stable-Baselines3's ``SubprocVecEnv`` dies of any exception, and its parent sees a
bare ``EOFError``. Here a worker leaves a note before it dies, and the parent raises what it says.
"""

import multiprocessing.connection
import tempfile
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
from stable_baselines3.common.vec_env import SubprocVecEnv, VecEnv

from darla.running.atomic import read_json, write_json

_LOST = (EOFError, ConnectionResetError, BrokenPipeError)


def make_worker_envs(factories: Sequence[Callable[[], gym.Env[Any, Any]]]) -> VecEnv:
    """Make each environment in a process of its own.

    Args:
        factories: one for each environment; sent to the workers.

    Raises:
        ValueError: a factory raised one; the message names the environment.
        RuntimeError: a factory raised anything else; the message holds the worker's traceback.
    """
    return ReportingSubprocVecEnv(factories)


class ReportingSubprocVecEnv(SubprocVecEnv):
    """A ``SubprocVecEnv`` that says which environment failed, and why."""

    def __init__(self, factories: Sequence[Callable[[], gym.Env[Any, Any]]]) -> None:
        self._notes = tempfile.TemporaryDirectory(prefix="darla-workers-")
        folder = Path(self._notes.name)
        reporting: list[Callable[[], gym.Env[Any, Any]]] = [
            partial(_make_reporting, factory, folder / f"{index}.json")
            for index, factory in enumerate(factories)
        ]
        try:
            super().__init__(reporting)
        except _LOST as error:
            raise self._what_happened(error) from error

    def reset(self) -> Any:
        """Reset all environments."""
        try:
            return super().reset()
        except _LOST as error:
            raise self._what_happened(error) from error

    def step_async(self, actions: Any) -> None:
        """Send actions to the workers."""
        try:
            super().step_async(actions)
        except _LOST as error:
            raise self._what_happened(error) from error

    def step_wait(self) -> Any:
        """Wait for the workers' answers."""
        try:
            return super().step_wait()
        except _LOST as error:
            raise self._what_happened(error) from error

    def close(self) -> None:
        """End the workers; those that have died already are no obstacle."""
        try:
            super().close()
        except _LOST:
            self.closed = True
        finally:
            self._notes.cleanup()

    def _what_happened(self, error: BaseException) -> Exception:
        """Read the notes of workers that died, and end the others."""
        multiprocessing.connection.wait([process.sentinel for process in self.processes], 5)
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()
        self.closed, self.waiting = True, False
        notes = {int(path.stem): read_json(path) for path in Path(self._notes.name).glob("*.json")}
        if not notes:
            return RuntimeError(f"an environment's worker died without a word ({error!r})")
        index, note = min(notes.items())
        where = f"environment {index} failed in its worker process"
        if note["user_error"]:
            return ValueError(f"{where}: {note['message']}")
        return RuntimeError(f"{where}:\n{note['traceback']}")


class _ReportErrors(gym.Wrapper[Any, Any, Any, Any]):
    """Leaves a note about an exception before it kills the worker."""

    def __init__(self, env: gym.Env[Any, Any], note: Path) -> None:
        super().__init__(env)
        self._note = note

    def reset(self, **arguments: Any) -> tuple[Any, dict[str, Any]]:
        return _reporting(self._note, partial(self.env.reset, **arguments))

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        return _reporting(self._note, partial(self.env.step, action))


def _make_reporting(factory: Callable[[], gym.Env[Any, Any]], note: Path) -> gym.Env[Any, Any]:
    return _ReportErrors(_reporting(note, factory), note)


def _reporting(note: Path, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        user_error = isinstance(error, ValueError | OSError)
        text = {
            "user_error": user_error,
            "message": str(error),
            "traceback": traceback.format_exc(),
        }
        write_json(note, text)
        raise SystemExit(1) from error  # the parent says it

"""Environments for Stable-Baselines3, each in a worker process of its own."""

from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import connection
from typing import Any

import gymnasium as gym
import numpy as np
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from darla.running.worker_pool import WorkerPool


class WorkerVecEnv(VecEnv):
    """Each environment in a process of its own, doing what it would do in a ``DummyVecEnv``.

    Unlike those of ``SubprocVecEnv``, whose parent sees a bare ``EOFError``, errors keep their
    text, and a ValueError or an OSError names its environment; after any of them all workers are
    ended. Factories are sent to the workers.
    """

    def __init__(self, factories: Sequence[Callable[[], gym.Env[Any, Any]]]) -> None:
        self.num_envs = len(factories)
        self._pool = WorkerPool([partial(_OneEnv, each) for each in factories], who="environment")
        spaces = [self.get_attr(name)[0] for name in ("observation_space", "action_space")]
        super().__init__(self.num_envs, *spaces)

    def reset(self) -> Any:
        """Reset all environments."""
        starts = zip(self._seeds, self._options, strict=True)
        shown = self._pool.ask([("begin", seed, options) for seed, options in starts])
        self._reset_seeds()
        self._reset_options()
        observations, self.reset_infos = map(list, zip(*shown, strict=True))
        return _join(observations)

    def step_async(self, actions: np.ndarray) -> None:
        """Send actions to the workers."""
        self._pool.send([("act", action) for action in actions])

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Wait for the workers' answers."""
        shown, self.reset_infos = map(list, zip(*self._pool.receive(), strict=True))
        observations, rewards, dones, infos = zip(*shown, strict=True)
        ends = np.concatenate(dones)
        return _join(observations), np.concatenate(rewards), ends, [info for (info,) in infos]

    def close(self) -> None:
        """End the workers; closing twice is harmless."""
        self._pool.close()

    def get_images(self) -> Sequence[np.ndarray | None]:
        """Return the picture that each environment renders."""
        return self._ask(None, "get_images")

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of environments."""
        return self._ask(indices, "get_attr", attr_name)

    def has_attr(self, attr_name: str) -> bool:
        """Whether all environments have an attribute."""
        return all(self._ask(None, "has", attr_name))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of environments."""
        self._ask(indices, "set_attribute", attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of environments, and return what each returns."""
        return self._ask(indices, "call", method_name, method_args, method_kwargs)

    def env_is_wrapped(self, wrapper_class: type[Any], indices: Any = None) -> list[bool]:
        """Tell which environments have a wrapper of a class around them."""
        return self._ask(indices, "env_is_wrapped", wrapper_class)

    def _ask(self, indices: Any, *request: Any) -> list[Any]:
        """Call a method, which returns a list of one, of some workers; return what they return."""
        chosen = list(self._get_indices(indices))
        requests = [request if index in chosen else ("skip",) for index in range(self.num_envs)]
        answers = self._pool.ask(requests)
        return [answers[index][0] for index in chosen]


class _OneEnv(DummyVecEnv):
    """The one environment of a worker; the parent calls methods by their names."""

    def __init__(self, factory: Callable[[], gym.Env[Any, Any]], _: connection.Connection) -> None:
        super().__init__([factory])

    def begin(self, seed: int | None, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Reset; returns the observation, batched, and the info."""
        self._seeds, self._options = [seed], [options]
        return self.reset(), self.reset_infos[0]

    def act(self, action: Any) -> tuple[Any, dict[str, Any]]:
        """Step; returns what the step led to, batched, and the info of the last reset."""
        return self.step(np.asarray(action)[None]), self.reset_infos[0]

    def call(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
        """Call a method of the environment."""
        return self.env_method(name, *arguments, **named)

    def has(self, name: str) -> list[bool]:
        """Whether the environment has an attribute."""
        return [self.has_attr(name)]

    def set_attribute(self, name: str, value: Any) -> list[None]:
        """Set an attribute of the environment."""
        self.set_attr(name, value)
        return [None]

    def skip(self) -> None:
        """Do nothing: others are asked."""


def _join(observations: Sequence[Any]) -> Any:
    """Join batches of one observation each, arrays or dictionaries of arrays."""
    if isinstance(observations[0], dict):
        return {
            name: np.concatenate([each[name] for each in observations]) for name in observations[0]
        }
    return np.concatenate(observations)

"""Options that are passed to every reset of an environment."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym


class ResetOptions(gym.Wrapper[Any, Any, Any, Any]):
    """Passes options to every reset, beside those that the caller gives, which win."""

    def __init__(self, env: gym.Env[Any, Any], options: Mapping[str, Any]) -> None:
        super().__init__(env)
        self._options = dict(options)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset with all options."""
        return self.env.reset(seed=seed, options={**self._options, **(options or {})})

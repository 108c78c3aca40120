"""What happens while an agent learns: evaluation, the best model, checkpoints, the progress bar."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from tqdm import tqdm

from darla.running.progress import progress_bar
from darla.running.stop_requests import StopRequest
from darla.tracking.run_writer import RunWriter
from darla_agents.learning.tensorboard_layout import ALARM, RETURN, SUCCESS, evaluation_tag
from darla_agents.playing.alarm_watch import AlarmWatch, RaisedAlarm
from darla_agents.playing.episode_queue import PlayedEpisode, Policy, play_queue, share_of_alarms
from darla_agents.playing.played_worlds import PlayedWorlds

Watch = Callable[[int, Mapping[str, Mapping[str, float]]], None]
"""Is told after each evaluation the step and, by domain, what :func:`summarise` says; an error that
it raises ends the training there."""


class PeriodicCallback(BaseCallback):
    """Does something every so many steps of all environments together, between rollouts.

    Between rollouts the weights are those that the last update left, so that a checkpoint taken
    there and the number of steps beside it belong together. It may be done when training ends as
    well.
    """

    def __init__(self, interval: int, at_end: bool = True) -> None:
        super().__init__()
        self._interval = interval
        self._at_end = at_end
        self._last = 0

    def _on_training_start(self) -> None:
        """Count from the step that training begins with."""
        self._last = self.model.num_timesteps

    def _on_rollout_start(self) -> None:
        """Act when an interval has passed."""
        if self.model.num_timesteps // self._interval > self._last // self._interval:
            self._last = self.model.num_timesteps
            self.act()

    def _on_step(self) -> bool:
        """Go on."""
        return True

    def _on_training_end(self) -> None:
        """Act once more for the last steps."""
        if self._at_end and self.model.num_timesteps > self._last:
            self.act()

    def act(self) -> None:
        """Do it."""
        raise NotImplementedError


class EvaluateDomains(PeriodicCallback):
    """Plays the same episodes in every domain, and keeps the model that is best in the source.

    Only the source, which comes first, decides which model is best: choosing it by a target would
    not be transfer without training there. There is a seed for each episode, the same in every
    domain and evaluation. The writer gets ``eval/<domain>/return``, where the task says
    ``eval/<domain>/success``, and where there is an alarm of the policy ``eval/<domain>/alarm``,
    the share of steps at which it was raised. ``best_return`` is the source's of the best model so
    far, None when there is none; ``keep_best`` is called with what :func:`summarise` says of the
    source when the model is the best. In the end ``watch`` is told of the evaluation.
    """

    def __init__(
        self,
        interval: int,
        domains: Mapping[str, PlayedWorlds],
        policy: Policy,
        seeds: Sequence[int],
        writer: RunWriter,
        best_return: float | None,
        keep_best: Callable[[dict[str, float]], None],
        alarm: RaisedAlarm | None = None,
        watch: Watch | None = None,
    ) -> None:
        super().__init__(interval)
        self._told = watch
        self._domains = domains
        self._policy = policy
        self._seeds = seeds
        self._writer = writer
        self._best = -np.inf if best_return is None else best_return
        self._keep_best = keep_best
        self._watch = None if alarm is None else AlarmWatch(alarm)

    def act(self) -> None:
        """Evaluate in every domain."""
        results = {
            domain: summarise(list(play_queue(worlds, self._policy, self._seeds, self._watch)))
            for domain, worlds in self._domains.items()
        }
        for domain, result in results.items():
            for quantity, value in result.items():
                tag = evaluation_tag(domain, quantity)
                self._writer.add_scalar(tag, value, self.model.num_timesteps)
        self._writer.send()  # before a checkpoint says that this step is done
        source = next(iter(results.values()))
        if source[RETURN] >= self._best:
            self._best = source[RETURN]
            self._keep_best(source)
        if self._told is not None:
            self._told(self.model.num_timesteps, results)


def summarise(episodes: Sequence[PlayedEpisode]) -> dict[str, float]:
    """Return the mean return and, where episodes tell them, shares of successes and of alarms.

    The first is of episodes, the second of their steps.
    """
    found = {RETURN: float(np.mean([episode.total for episode in episodes]))}
    told = [episode.success for episode in episodes if episode.success is not None]
    if told:
        found[SUCCESS] = float(np.mean(told))
    shares = share_of_alarms(episodes)
    return found if shares is None else {**found, ALARM: shares}


class SaveCheckpoints(PeriodicCallback):
    """Calls ``save`` every so many steps of all environments together."""

    def __init__(self, interval: int, save: Callable[[], None]) -> None:
        super().__init__(interval, at_end=False)
        self._save = save

    def act(self) -> None:
        """Save."""
        self._save()


class StopWhenAsked(BaseCallback):
    """Ends the training where the process is asked to stop, after saving where it stands."""

    def __init__(self, request: StopRequest, save: Callable[[], None]) -> None:
        super().__init__()
        self._request = request
        self._save = save

    def _on_step(self) -> bool:
        """Save and stop, if that was asked for."""
        if self._request.asked:
            self._save()
        return not self._request.asked


class StopAtNaN(PeriodicCallback):
    """Stops training when a weight is NaN or infinite, before that can be saved in ``folder``."""

    def __init__(self, interval: int, folder: Path) -> None:
        super().__init__(interval)
        self._folder = folder

    def act(self) -> None:
        """Raise a ValueError where a weight is NaN or infinite."""
        for name, weight in self.model.policy.named_parameters():
            if not torch.isfinite(weight).all():
                raise ValueError(
                    f"{name} became NaN or infinite by step {self.model.num_timesteps}; the "
                    f"checkpoints in {self._folder} are intact: lower learning_rate or "
                    "max_grad_norm and train into another --out"
                )


class ShowProgress(BaseCallback):
    """A progress bar over all steps, with the mean return and success of the last 100 episodes."""

    def __init__(self, total: int, title: str, enabled: bool = True) -> None:
        super().__init__()
        self._total = total
        self._title = title
        self._enabled = enabled
        self._bar: tqdm[Any] | None = None

    def _on_training_start(self) -> None:
        """Show the bar."""
        done = self.model.num_timesteps
        self._bar = progress_bar(self._total, "steps", self._title, done=done, shown=self._enabled)

    def _on_step(self) -> bool:
        """Count a step of all environments."""
        assert self._bar is not None
        self._bar.update(self.training_env.num_envs)
        return True

    def _on_rollout_end(self) -> None:
        """Show the mean return and success of the last episodes."""
        assert self._bar is not None
        buffer, successes = self.model.ep_info_buffer, self.model.ep_success_buffer
        if buffer:
            numbers = {RETURN: f"{np.mean([episode['r'] for episode in buffer]):.2f}"}
            if successes:
                numbers[SUCCESS] = f"{np.mean(list(successes)):.2f}"
            self._bar.set_postfix(numbers, refresh=False)

    def _on_training_end(self) -> None:
        """Leave the bar as it is."""
        assert self._bar is not None
        self._bar.close()

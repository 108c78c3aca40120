import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.monitor import Monitor

from darla_agents.learning.callbacks import (
    EvaluateDomains,
    PeriodicCallback,
    SaveCheckpoints,
    ShowProgress,
    StopAtNaN,
    summarise,
)
from darla_agents.playing.episode_queue import PlayedEpisode
from darla_agents.playing.played_worlds import SinglePlayedWorlds
from toy_tasks import BrightSideEnv


class Fixed:
    """Always takes one action."""

    needs_observations = True

    def __init__(self, action):
        self.action = action

    def begin(self, environment, seed):
        pass

    def act(self, observations, environments):
        return np.full(len(observations), self.action)


class Writer:
    def __init__(self):
        self.scalars = []

    def add_scalar(self, tag, value, step):
        self.scalars.append((tag, value, step))

    def send(self):
        pass


def learn(callbacks, steps=64, already=0):
    env = Monitor(BrightSideEnv(size=36))
    settings = {"n_steps": 16, "batch_size": 16, "n_epochs": 1, "device": "cpu"}
    model = PPO("CnnPolicy", env, policy_kwargs={"net_arch": [4]}, **settings)
    model.num_timesteps = already
    return model.learn(steps - already, callback=callbacks, reset_num_timesteps=False)


class Note(PeriodicCallback):
    def __init__(self, interval, **arguments):
        super().__init__(interval, **arguments)
        self.steps = []

    def act(self):
        self.steps.append(self.model.num_timesteps)


@pytest.mark.parametrize(
    ("interval", "already", "steps"),
    [(16, 0, [16, 32, 48, 64]), (20, 0, [32, 48, 64]), (100, 0, [64]), (32, 40, [72])],
)
def test_things_are_done_between_rollouts(interval, already, steps):
    note, silent = Note(interval), Note(interval, at_end=False)
    learn([note, silent], already=already)
    assert note.steps == steps
    assert silent.steps == steps[:-1]


def test_checkpoints_are_saved_with_the_weights_of_their_step():
    saved = []
    model_steps = SaveCheckpoints(32, lambda: saved.append(model_steps.model.num_timesteps))
    learn([model_steps])
    assert saved == [32]


def evaluate(action, best_return, domains=("source", "new_floor")):
    environments = {
        domain: SinglePlayedWorlds([BrightSideEnv(domain) for _ in range(2)]) for domain in domains
    }
    writer, kept = Writer(), []
    callback = EvaluateDomains(
        64, environments, Fixed(action), [3, 4, 5], writer, best_return, kept.append
    )
    learn([callback])
    return writer.scalars, kept


def test_every_domain_gets_its_tags():
    scalars, kept = evaluate(2, None)
    assert scalars == [
        (f"eval/{domain}/{quantity}", 0.0, 64)
        for domain in ("source", "new_floor")
        for quantity in ("return", "success")
    ]
    assert kept == [{"return": 0.0, "success": 0.0}]


def test_domains_play_the_same_episodes():
    scalars, _ = evaluate(1, None)
    values = {tag: value for tag, value, _ in scalars}
    assert 0 < values["eval/source/return"] < 5
    assert values["eval/source/return"] == values["eval/new_floor/return"]


@pytest.mark.parametrize(("best", "better"), [(None, True), (0.0, True), (4.9, False)])
def test_the_source_alone_decides_what_is_best(best, better):
    _, kept = evaluate(1, best)
    assert bool(kept) == better


def test_alarms_have_a_tag_of_their_own():
    class Alarmed(Fixed):
        def act(self, observations, environments):
            self.raised = np.arange(len(observations)) == 0  # one of two, and the one that is left
            return super().act(observations, environments)

    policy, writer = Alarmed(2), Writer()
    worlds = {"source": SinglePlayedWorlds([BrightSideEnv() for _ in range(2)])}
    learn([EvaluateDomains(64, worlds, policy, [3, 4], writer, None, print, policy)])
    assert writer.scalars[-1] == ("eval/source/alarm", 0.5, 64)


def test_a_summary_is_of_means():
    episodes = [PlayedEpisode(0, 0, 1.0, 3, True), PlayedEpisode(1, 1, 0.0, 5, None)]
    assert summarise(episodes) == {"return": 0.5, "success": 1.0}  # where it is known
    assert summarise(episodes[1:]) == {"return": 0.0}


def test_the_progress_bar_counts_all_steps(capsys):
    learn([ShowProgress(64, "pixels ppo seed 0")], already=16)
    shown = capsys.readouterr().err
    assert "pixels ppo seed 0" in shown
    assert "return=" in shown
    learn([ShowProgress(64, "hidden", enabled=False)])
    assert "hidden" not in capsys.readouterr().err


def test_weights_that_become_nan_stop_the_run(tmp_path):
    class Poison(Note):
        def act(self):
            self.model.policy.action_net.bias.data[0] = float("nan")

    with pytest.raises(ValueError, match=rf"action_net.bias became NaN .* step 32; .*{tmp_path}"):
        learn([Poison(32), StopAtNaN(16, tmp_path)])

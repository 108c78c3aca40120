"""Agents whose encoders raise alarms: how often, and when they stop."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darla_agents.playing.alarm_watch import AlarmWatch
from darla_agents.playing.episode_queue import PlayedEpisode, play_queue, share_of_alarms
from darla_agents.playing.evaluate import EvaluateTransferConfig, evaluate_transfer
from darla_agents.playing.played_worlds import (
    BatchedPlayedWorlds,
    PlayedWorlds,
    SinglePlayedWorlds,
)
from darla_agents.playing.rows import read_rows
from darla_agents.playing.watch import WatchConfig, watch
from toy_agents import make_toy_agent
from toy_alarms import make_toy_alarm
from toy_commands import run_darla
from toy_encoder import make_toy_bundle
from toy_worlds import ToyWorldEnv, ToyWorlds


class Scheduled:
    """A policy and its alarm, which is raised at some observations of every episode."""

    needs_observations = True

    def __init__(self, strange: Sequence[int]) -> None:
        self.strange, self.looks = strange, dict[int, int]()
        self.raised = np.zeros(0, dtype=bool)

    def begin(self, environment: int, seed: int) -> None:
        self.looks[environment] = -1

    def act(self, observations: np.ndarray, environments: Sequence[int]) -> np.ndarray:
        self.looks |= {number: self.looks[number] + 1 for number in environments}
        self.raised = np.array([self.looks[number] in self.strange for number in environments])
        return np.ones(len(environments), dtype=int)


def alone(count: int) -> PlayedWorlds:
    return SinglePlayedWorlds([ToyWorldEnv() for _ in range(count)])


def together(count: int) -> PlayedWorlds:
    return BatchedPlayedWorlds(ToyWorlds(count))


SEEDS = [3, 4, 7, 12]  # episodes of 5, 2, 5 and 2 steps


@pytest.mark.parametrize("worlds", [alone, together])
@pytest.mark.parametrize("count", [1, 3])
def test_episodes_end_when_the_alarm_was_raised_so_often_in_a_row(worlds, count: int) -> None:
    policy = Scheduled((0, 2, 3))
    plain = list(play_queue(worlds(count), policy, SEEDS))
    assert [episode.length for episode in plain] == [5, 2, 5, 2]
    assert {episode.alarms for episode in plain} == {None}
    heard = list(play_queue(worlds(count), policy, SEEDS, AlarmWatch(policy)))
    assert [episode.alarms for episode in heard] == [3 / 5, 1 / 2, 3 / 5, 1 / 2]
    assert [replace(episode, alarms=None) for episode in heard] == plain
    stopped = list(play_queue(worlds(count), policy, SEEDS, AlarmWatch(policy, stop_after=2)))
    assert [episode.length for episode in stopped] == [3, 2, 3, 2]  # of 4 observations
    assert [episode.alarms for episode in stopped] == [3 / 4, 1 / 2, 3 / 4, 1 / 2]
    assert stopped[0].total == pytest.approx(3 * (3 + 1 / 3))
    assert stopped[0].success is False  # what the environment says there, and not unknown
    assert stopped[1] == heard[1]


def test_no_episode_ends_before_its_first_step() -> None:
    policy = Scheduled((0, 1))
    (episode,) = play_queue(alone(1), policy, [3], AlarmWatch(policy, stop_after=1))
    assert (episode.length, episode.alarms) == (1, 1.0)
    policy = Scheduled((0,))
    (episode,) = play_queue(alone(1), policy, [3], AlarmWatch(policy, stop_after=1))
    assert episode.length == 5


def test_the_share_of_alarms_is_of_steps() -> None:
    episodes = [PlayedEpisode(0, 0, 0.0, 9, None, 1.0), PlayedEpisode(1, 1, 0.0, 1, None, 0.0)]
    assert share_of_alarms(episodes) == 0.9
    assert share_of_alarms([PlayedEpisode(0, 0, 0.0, 9, None)]) is None


@pytest.fixture
def config(tmp_path: Path) -> EvaluateTransferConfig:
    bundle = make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agents" / "a", kind="latent", encoder=bundle)
    return EvaluateTransferConfig(
        agents=(tmp_path / "agents",),
        domains=("source", "new_floor"),
        episodes=3,
        random=False,
        out=tmp_path / "rows.csv",
        device="cpu",
        progress=False,
        alarm=make_toy_alarm(tmp_path / "alarm.json", bundle),
        alarm_score="reconstruction",
    )


def test_an_evaluation_tells_where_the_alarm_is_raised(config: EvaluateTransferConfig) -> None:
    found = evaluate_transfer(config)
    shares = {domain: share for (_, domain), share in found.alarms.items()}
    assert shares == {"source": 1.0, "new_floor": 0.0}
    silent = replace(config, alarm=None, alarm_score=None, out=config.out.with_name("b.csv"))
    assert evaluate_transfer(silent).alarms == {}
    assert read_rows(config.out) == read_rows(silent.out)  # who listens plays no other episodes


def test_an_agent_that_stops_is_another_player(config: EvaluateTransferConfig) -> None:
    evaluate_transfer(config)
    stopping = replace(config, stop_after=2, actions="both")
    evaluate_transfer(stopping)
    rows = read_rows(config.out)
    lengths = {(row.kind, row.actions, row.domain): row.length for row in rows}
    for actions in ("most_probable", "sampled"):
        assert lengths["latent_stop2", actions, "source"] == 1
        assert lengths["latent_stop2", actions, "new_floor"] == 5
    assert lengths["latent", "most_probable", "source"] == 5
    assert len(rows) == 6 + 12
    assert evaluate_transfer(stopping).played == 0
    other = replace(stopping, alarm_score="density")  # stops otherwise: other rows
    assert evaluate_transfer(other).played == 12


def test_the_command_prints_alarms(
    config: EvaluateTransferConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--agents", *config.agents, "--out", config.out, "--domains", "source"]
    words += ["--episodes", 2, "--no-random", "--alarm", config.alarm]
    assert run_darla("evaluate-transfer", *words, "--alarm-score", "reconstruction") == 0
    printed = capsys.readouterr().out
    assert "alarm raised: a@" in printed and "in source: 100.0% of its steps" in printed


def test_alarms_that_do_not_fit_are_refused_before_anything_is_played(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    refused = [
        (replace(config, alarm=None), "no alarm is given; name the file of its calibration"),
        (replace(config, alarm=None, alarm_score=None, stop_after=3), "needs to be calibrated"),
        (replace(config, stop_after=0), "stop_after is 0; give a number of steps from 1"),
        (replace(config, alarm_score="densty"), "did you mean 'density'"),
    ]
    make_toy_agent(tmp_path / "pixels" / "p")
    pixels = replace(config, agents=(tmp_path / "pixels",))
    refused.append((pixels, "the agent p@.* an agent of kind pixels sees none"))
    make_toy_agent(tmp_path / "random" / "r", kind="random_encoder", encoder=tmp_path / "encoder")
    untrained = replace(config, agents=(tmp_path / "random",))
    refused.append((untrained, "the agent r@.* was calibrated for another encoder"))
    for each, message in refused:
        with pytest.raises(ValueError, match=message) as error:
            evaluate_transfer(each)
        assert "\n" not in str(error.value)
    with pytest.raises(FileNotFoundError):
        evaluate_transfer(replace(config, alarm=tmp_path / "none.json", stop_after=2))
    assert not config.out.exists() or read_rows(config.out) == []


def frames_of(path: Path) -> list[np.ndarray]:
    with Image.open(path) as video:
        found = []
        for number in range(video.n_frames):
            video.seek(number)
            found.append(np.asarray(video.convert("RGB")).astype(int))
        return found


def test_a_video_shows_alarms_and_ends_episodes_for_them(
    config: EvaluateTransferConfig, tmp_path: Path
) -> None:
    shown = WatchConfig(
        agent=tmp_path / "agents" / "a",
        domains=("source", "new_floor"),
        steps=6,
        scale=1,
        out=tmp_path / "watch.gif",
        alarm=config.alarm,
        alarm_score="reconstruction",
    )
    plain = frames_of(watch(shown))
    for frame in plain:
        source, other = frame[18, 4 + 20], frame[18 + 64 + 22, 4 + 20]  # the top edges
        assert source[0] > 200 and source[1:].max() < 60
        assert not (other[0] > 200 and other[1:].max() < 60)
    stopped = frames_of(watch(replace(shown, stop_after=1)))
    # an episode of two observations, and again the first two of the next seeds
    assert len(stopped) != len(plain) or any(
        (a != b).any() for a, b in zip(stopped, plain, strict=True)
    )
    with pytest.raises(ValueError, match="needs to be calibrated"):
        watch(replace(shown, alarm=None, alarm_score=None, stop_after=1))

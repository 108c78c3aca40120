"""The example of a MuJoCo task whose look is in its model, where MuJoCo is installed."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco", reason="needs gymnasium[mujoco]")

from darla import FrameDataset
from darla.environments.looks import Looks
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.rows import read_rows
from scripts.examples.inverted_pendulum import LONGEST_BALANCE, LONGEST_LOOK, PaintedPendulum
from toy_commands import run_darla

TOML = Path(__file__).parents[2] / "scripts/examples/inverted_pendulum.toml"


def pictures(*seeds: int, **drawn: str) -> list[np.ndarray]:
    """Return the first picture of an episode of each seed."""
    env = PaintedPendulum(**drawn)
    shown = [env.reset(seed=seed)[0]["picture"] for seed in seeds]
    env.close()
    return shown


@pytest.mark.parametrize("part", ["colors", "texture", "light", "camera"])
def test_each_part_of_the_look_is_drawn_anew_and_belongs_to_the_seed(part: str) -> None:
    usual = np.stack(pictures(0, 1, 2, 3))
    first = np.stack(pictures(0, 1, 2, 3, **{part: "any"}))
    again = np.stack(pictures(3, 2, 1, 0, **{part: "any"}))[::-1]
    np.testing.assert_array_equal(first, again)

    def changed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.abs(one.astype(float) - other).mean(axis=(1, 2, 3))

    assert (changed(first, usual) > 1).any()
    assert changed(first[1:], first[:-1]).max() > 1 > changed(usual[1:], usual[:-1]).max()


def test_looks_change_nothing_but_pictures() -> None:
    usual, drawn = PaintedPendulum(), PaintedPendulum(colors="any", light="any", camera="any")
    one, other = (env.reset(seed=5)[1]["factors"] for env in (usual, drawn))
    assert (one["cart"], one["angle"]) == (other["cart"], other["angle"])
    action = np.array([0.5], np.float32)
    for _ in range(3):
        one, other = (env.step(action)[0] for env in (usual, drawn))
        np.testing.assert_array_equal(one["velocities"], other["velocities"])
        assert usual.observation_space.contains(one) and (one["picture"] != other["picture"]).any()


def test_a_pole_that_falls_ends_an_episode_unless_it_begins_anywhere() -> None:
    env, push = PaintedPendulum(), np.array([3.0], np.float32)
    env.reset(seed=0)
    ends = [env.step(push)[2:4] for _ in range(LONGEST_BALANCE)]
    assert (True, False) in ends and ends[-1][1]
    env = PaintedPendulum(starts="anywhere")
    angles = [abs(env.reset(seed=seed)[1]["factors"]["angle"]) for seed in range(20)]
    assert max(angles) > 0.2
    assert [env.step(push)[2:4] for _ in range(LONGEST_LOOK)] == [
        *[(False, False)] * (LONGEST_LOOK - 1),
        (False, True),
    ]


def test_frames_to_learn_from_show_one_look_in_places_far_apart() -> None:
    env = PaintedPendulum(colors="any", light="any", starts="anywhere")
    shown = [env.reset(seed=3)[1]["factors"]]
    shown += [env.step(np.zeros(1, np.float32))[4]["factors"] for _ in range(LONGEST_LOOK)]
    assert np.ptp([each["cart"] for each in shown]) > 0.4
    assert np.ptp([each["angle"] for each in shown]) > 0.2
    assert len({(each["floor_brightness"], each["light"]) for each in shown}) == 1


def test_its_looks_are_domains_of_it() -> None:
    looks = Looks.from_toml(TOML)
    assert looks.targets == ("new_colors", "new_light", "new_texture", "new_camera")
    for look in looks.domains.values():
        PaintedPendulum(**look.env_kwargs).close()
    with pytest.raises(ValueError, match="unknown colors 'anny'; did you mean 'any'"):
        PaintedPendulum(colors="anny")


def test_commands_learn_from_its_pictures_and_keep_the_velocities_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = f"--env scripts.examples.inverted_pendulum:PaintedPendulum --looks {TOML}"

    def run(command: str) -> None:
        assert run_darla(*command.split()) == 0, command

    run(f"collect {env} --num-frames 64 --chunk-size 32 --workers 1 --out frames")
    dataset = FrameDataset.open(tmp_path / "frames")
    assert dataset.attributes["look"]["name"] == "d_u"
    assert dataset.episode_starts[:10].nonzero()[0].tolist() == [*range(0, 10, LONGEST_LOOK + 1)]
    assert dataset.attributes["factors"]["light"]["role"] == "look"
    run(
        "train-vision --data frames --objective look_state_nce --channels 4 4 --hidden-units 8 "
        "--epochs 1 --out see"
    )
    run(
        f"train-agent {env} --encoder see/encoder --anyway --mask-look --total-timesteps 16 "
        "--num-envs 1 --eval-episodes 1 --no-progress --out agent "
        "--settings n_steps=8 batch_size=8 n_epochs=1"
    )
    shown = load_agent(tmp_path / "agent").model.observation_space
    assert {name: space.shape for name, space in shown.spaces.items()} == {
        "picture": (32,),
        "velocities": (2,),
    }
    run(
        "evaluate-transfer --agents agent --trust scripts.examples.inverted_pendulum "
        "--episodes 1 --random-episodes 1"
    )
    rows = read_rows(tmp_path / "results/transfer.csv")
    assert {row.domain for row in rows} >= {"source", "new_colors", "new_camera"}

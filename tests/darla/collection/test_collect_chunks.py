"""What one chunk of frames holds, made in this process."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.collection.chunk_maker import StockChunkMaker
from darla.collection.collect import CollectConfig
from darla.environments.looks import Look, Looks
from darla.frames.writer import FrameChunk
from toy_envs import TOY_FACTORS, counting_frame


def config_of(env: str = "Toy/Counting-v0", **changes: Any) -> CollectConfig:
    settings: dict[str, Any] = {
        "policy": "random",
        "num_frames": 100,
        "chunk_size": 40,
        "size": (16,),
        "env_kwargs": {"size": 16},
        "imports": ("toy_envs",),
    }
    return CollectConfig(env=env, **{**settings, **changes})


def chunk_of(index: int = 0, **changes: Any) -> FrameChunk:
    return StockChunkMaker(config_of(**changes)).make(index)


@pytest.mark.parametrize("ending", ["truncated", "terminated"])
@settings(max_examples=10)
@given(length=st.integers(1, 50), index=st.integers(0, 2))
def test_random_frames_are_whole_episodes_in_order(ending: str, length: int, index: int) -> None:
    kwargs = {"size": 16, "episode_length": length, "ending": ending}
    chunk = chunk_of(index, env_kwargs=kwargs)
    assert len(chunk) == (20 if index == 2 else 40)
    episodes, steps = np.divmod(np.arange(len(chunk)), length + 1)
    for frame, episode, step in zip(chunk.frames, episodes, steps, strict=True):
        np.testing.assert_array_equal(frame, counting_frame(step, episode, 16))
    np.testing.assert_array_equal(chunk.episode_starts, steps == 0)
    np.testing.assert_array_equal(chunk.actions == -1, steps == 0)
    np.testing.assert_array_equal(chunk.rewards, np.maximum(chunk.actions, 0))
    np.testing.assert_array_equal(chunk.factors, np.stack([steps, episodes], axis=1))


@settings(max_examples=10)
@given(length=st.integers(1, 30), per_look=st.sampled_from([2, 4, 8, 20]))
def test_where_looks_are_not_only_restyled_episodes_are_cut(length: int, per_look: int) -> None:
    kwargs = {"size": 16, "episode_length": length}
    chunk = chunk_of(env_kwargs=kwargs, frames_per_look=per_look)
    episodes, steps = np.divmod(np.arange(len(chunk)), min(length + 1, per_look))
    for frame, episode, step in zip(chunk.frames, episodes, steps, strict=True):
        np.testing.assert_array_equal(frame, counting_frame(step, episode, 16))
    np.testing.assert_array_equal(chunk.episode_starts, steps == 0)


@settings(max_examples=10)
@given(length=st.integers(1, 30), per_look=st.sampled_from([2, 4, 8, 20]))
def test_looks_that_are_only_restyled_change_while_episodes_go_on(
    length: int, per_look: int
) -> None:
    looks = Looks({"source": Look(), "d_u": Look(restyle={"brightness": (0.0, 1.0)})})
    kwargs = {"size": 16, "episode_length": length}
    chunk = chunk_of(env_kwargs=kwargs, frames_per_look=per_look, looks=looks)
    rows = np.arange(len(chunk))
    episodes, steps = np.divmod(rows, length + 1)
    np.testing.assert_array_equal(chunk.factors, np.stack([steps, episodes], axis=1))
    fresh = steps % per_look == 0  # each episode begins with a look of its own
    np.testing.assert_array_equal(chunk.episode_starts, fresh)
    np.testing.assert_array_equal(chunk.actions == -1, fresh)
    plain = np.stack([counting_frame(*row, 16) for row in zip(steps, episodes, strict=True)])
    looks_of = np.cumsum(fresh)
    brightness = (chunk.frames.astype(float) - plain).mean(axis=(1, 2, 3))
    per_frame = {look: brightness[looks_of == look] for look in set(looks_of)}
    assert all(np.ptp(each) < 25 for each in per_frame.values())
    assert len({round(float(each[0])) for each in per_frame.values()}) > len(per_frame) // 3


def test_random_actions_are_all_of_the_space() -> None:
    assert set(chunk_of(env_kwargs={"size": 16, "episode_length": 100}).actions) == {-1, 0, 1, 2}


def test_a_chunk_depends_on_its_index_and_seed_alone() -> None:
    maker = StockChunkMaker(config_of())
    forward = [maker.make(index) for index in (0, 1)]
    backward = [StockChunkMaker(config_of()).make(index) for index in (1, 0)][::-1]
    for one, other in zip(forward, backward, strict=True):
        np.testing.assert_array_equal(one.actions, other.actions)
        np.testing.assert_array_equal(one.frames, other.frames)
    assert (forward[0].actions != forward[1].actions).any()
    assert (chunk_of(seed=1).actions != forward[0].actions).any()


def test_factors_are_fresh_in_every_frame_and_match_the_picture() -> None:
    chunk = chunk_of(env="Toy/Factors-v0", policy="factors", frames_per_look=1)
    floor, yaw, shape, x, visible = chunk.factors.T
    assert len(np.unique(floor)) == len(chunk)
    np.testing.assert_array_equal(chunk.frames[:, 8, 8, 0], np.round(255 * floor))
    np.testing.assert_array_equal(chunk.frames[:, 8, 8, 1], np.round(255 * yaw / (2 * np.pi)))
    np.testing.assert_array_equal(visible, np.abs(x) <= 1)
    brightest = chunk.frames[:, 8, :, 2].max(axis=1)
    np.testing.assert_array_equal(brightest, visible * np.where(shape == 0, 255, 128))
    assert chunk.episode_starts.all()
    assert (chunk.actions == -1).all()
    assert not chunk.rewards.any()


@pytest.mark.parametrize(
    ("in_view", "low", "high"), [(0.0, 0, 0), (0.8, 0.7, 0.9), (1.0, 1, 1), (None, 0.4, 0.6)]
)
def test_the_share_in_view_can_be_set(in_view: float | None, low: float, high: float) -> None:
    chunk = chunk_of(
        env="Toy/Factors-v0", policy="factors", in_view=in_view, num_frames=500, chunk_size=500
    )
    assert low <= chunk.factors[:, -1].mean() <= high


def test_factors_are_described() -> None:
    described = StockChunkMaker(config_of("Toy/Factors-v0")).attributes["factors"]
    assert list(described) == list(TOY_FACTORS)
    assert described["agent_yaw"] == {
        "kind": "circular",
        "low": 0.0,
        "high": pytest.approx(2 * np.pi),
        "unit": "radian",
        "categories": [],
        "role": "state",
    }
    assert described["object_shape"]["categories"] == ["box", "ball"]
    assert StockChunkMaker(config_of()).attributes["factors"]["step"]["low"] is None


def test_an_environment_without_factors_to_set_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"Toy/Counting-v0 does not offer factors .*'random'"):
        StockChunkMaker(config_of(policy="factors"))


def test_a_missing_or_unknown_factor_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong, said in (({}, "'nothing'"), ({"object_shape": "cube"}, "'cube'; expected one of")):
        maker = StockChunkMaker(config_of("Toy/Factors-v0"))
        env: Any = maker._env.unwrapped
        full = dict(env._info()["factors"])
        del full["object_shape"]
        monkeypatch.setattr(env, "_info", lambda full=full, wrong=wrong: {"factors": full | wrong})
        with pytest.raises(ValueError, match=f"reported factor 'object_shape' as {said}"):
            maker.make(0)


def test_pictures_of_one_color_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"40 of 40 frames of chunk 0 .* one constant colour"):
        chunk_of(env="Toy/OneColor-v0")


def test_symbols_that_are_no_pictures_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"40 of 40 frames .* are black, .* symbols and no pic"):
        chunk_of(env="Toy/Symbol-v0")


def test_a_few_pictures_of_one_color_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    maker = StockChunkMaker(config_of(env_kwargs={"size": 16, "episode_length": 39}))
    env: Any = maker._env.unwrapped
    draw = env._frame

    def blank_at_first(blank: int) -> Any:
        return lambda: np.zeros((16, 16, 3), np.uint8) if env.count < blank else draw()

    monkeypatch.setattr(env, "_frame", blank_at_first(20))
    maker.make(0)
    monkeypatch.setattr(env, "_frame", blank_at_first(21))
    with pytest.raises(ValueError, match="21 of 40 frames"):
        maker.make(0)


def test_progress_counts_every_frame_once() -> None:
    counts: list[int] = []
    StockChunkMaker(config_of(env_kwargs={"size": 16, "step_seconds": 0.01})).make(0, counts.append)
    assert sum(counts) == 40
    assert len(counts) > 2


def test_an_agent_acts_on_what_it_sees(tmp_path: Any) -> None:
    config = config_of(policy="agent", agent=tmp_path, size=(8,))
    chunk = StockChunkMaker(config, "toy_envs:load_step_reader").make(0)
    steps = np.arange(40) % 11
    np.testing.assert_array_equal(chunk.actions, np.where(steps == 0, -1, (steps - 1) % 3))
    assert chunk.frames.shape == (40, 8, 8, 3)


@pytest.mark.parametrize(
    ("load_policy", "message"),
    [
        (None, "needs a function that loads agents"),
        ("no_such_module:load", "cannot load agents with 'no_such_module:load'"),
        ("toy_envs:no_such_function", "cannot load agents with 'toy_envs:no_such_function'"),
    ],
)
def test_agents_that_cannot_be_loaded_are_errors(
    tmp_path: Any, load_policy: str | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        StockChunkMaker(config_of(policy="agent", agent=tmp_path), load_policy)

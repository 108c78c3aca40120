"""What chunks hold that are made in many environments side by side."""

import dataclasses
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.collection.batched_chunks import BatchedChunkMaker, make_chunk_maker, num_envs_for
from darla.collection.chunk_maker import StockChunkMaker
from darla.collection.collect import CollectConfig
from darla.environments.spec import EnvironmentSpec
from darla.environments.vectors import make_vector_env
from darla.frames.writer import FrameChunk
from darla.running.vector_infos import rows_of
from toy_envs import TOY_FACTORS, counting_frame
from toy_tasks import ACTIONS
from toy_vector_envs import CountingVectorEnv, FactorVectorEnv


def config_of(env: str = "Toy/ManyCounting-v0", **changes: Any) -> CollectConfig:
    settings: dict[str, Any] = {
        "policy": "random",
        "num_frames": 1700,
        "chunk_size": 1000,
        "size": (8,),
        "env_kwargs": {"size": 8},
        "imports": ("toy_envs", "toy_vector_envs"),
    }
    return CollectConfig(env=env, **{**settings, **changes})


def assert_same(one: FrameChunk, other: FrameChunk) -> None:
    for name in ("frames", "factors", "actions", "rewards", "episode_starts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("ending", ["truncated", "terminated"])
@settings(max_examples=6)
@given(length=st.integers(1, 260), index=st.integers(0, 1))
def test_each_environment_fills_a_segment_with_whole_episodes(
    ending: str, length: int, index: int
) -> None:
    kwargs = {"size": 8, "episode_length": length, "ending": ending}
    maker = make_chunk_maker(config_of(env_kwargs=kwargs))
    assert maker.renderer == "batched"
    chunk = maker.make(index)
    segment = 175 if index else 250
    assert len(chunk) == 4 * segment
    episodes, steps = np.divmod(np.arange(len(chunk)) % segment, length + 1)
    for row in range(0, len(chunk), 13):
        expected = counting_frame(steps[row], episodes[row], 8)
        np.testing.assert_array_equal(chunk.frames[row], expected)
    np.testing.assert_array_equal(chunk.episode_starts, steps == 0)
    np.testing.assert_array_equal(chunk.actions == -1, steps == 0)
    np.testing.assert_array_equal(chunk.rewards, np.maximum(chunk.actions, 0))
    np.testing.assert_array_equal(chunk.factors, np.stack([steps, episodes], axis=1))


@given(size=st.integers(1, 9000), frames=st.integers(1, 9000))
def test_segments_are_long_and_not_too_many(size: int, frames: int) -> None:
    count = num_envs_for(config_of(chunk_size=size, num_frames=frames))
    assert 1 <= count <= 16
    assert count == 1 or min(size, frames) // count >= 250


def test_a_segment_may_be_a_frame_longer_than_another() -> None:
    chunk = make_chunk_maker(config_of(num_frames=1003)).make(1)
    assert chunk.episode_starts.sum() == 3  # of four environments three have a frame to fill
    chunk = make_chunk_maker(config_of(chunk_size=1003)).make(0)
    starts = np.flatnonzero(chunk.episode_starts)
    assert {0, 250, 501, 752} <= set(starts)


def test_random_actions_differ_between_environments_chunks_and_seeds() -> None:
    kwargs = {"size": 8, "episode_length": 300}
    maker = make_chunk_maker(config_of(env_kwargs=kwargs))
    first, again, second = maker.make(0), maker.make(0), maker.make(1)
    assert_same(first, again)
    assert set(first.actions) == {-1, 0, 1, 2}
    segments = first.actions.reshape(4, 250)
    assert (segments[0] != segments[1]).any()
    assert (first.actions[:175] != second.actions[:175]).any()
    other = make_chunk_maker(config_of(env_kwargs=kwargs, seed=1)).make(0)
    assert (other.actions != first.actions).any()


def test_an_agent_acts_on_what_each_environment_shows(tmp_path: Any) -> None:
    config = config_of(policy="agent", agent=tmp_path)
    chunk = make_chunk_maker(config, "toy_envs:load_step_reader").make(0)
    steps = np.arange(1000) % 250 % 11
    np.testing.assert_array_equal(chunk.actions, np.where(steps == 0, -1, (steps - 1) % 3))


@pytest.mark.parametrize("rendering", ["batched", "stock"])
@pytest.mark.parametrize("actions", sorted(ACTIONS))
def test_actions_of_several_numbers_are_kept_with_the_frames_that_they_led_to(
    rendering: str, actions: str
) -> None:
    config = config_of(
        "Toy/ManyActed-v0",
        rendering=rendering,
        size=(8,),
        num_frames=500,
        chunk_size=500,
        env_kwargs={"actions": actions},
    )
    maker = make_chunk_maker(config)
    assert maker.renderer == rendering
    chunk, space = maker.make(0), ACTIONS[actions]
    maker.close()
    if actions == "discrete":
        assert chunk.action_vectors is None and "action_size" not in maker.attributes
        return
    vectors = chunk.action_vectors
    assert vectors is not None and maker.attributes["action_size"] == vectors.shape[1]
    assert (chunk.actions == -1).all()
    np.testing.assert_array_equal(np.isnan(vectors).all(axis=1), chunk.episode_starts)
    assert all(
        space.contains(vector.reshape(space.shape).astype(space.dtype))
        for vector in vectors[~chunk.episode_starts]
    )
    # the bright side of the frame before says which actions are paid
    right = chunk.frames[:-1, 4, 6, 0] > chunk.frames[:-1, 4, 2, 0]
    acted = ~chunk.episode_starts[1:]
    paid = (vectors[1:, 0] > 0) == right
    np.testing.assert_array_equal(chunk.rewards[1:][acted] == 1, paid[acted])


@pytest.mark.parametrize("size", [(8,), (12, 10)])
@pytest.mark.parametrize(("in_view", "per_look"), [(None, 1), (0.7, 1), (None, 10), (0.7, 5)])
def test_settings_are_drawn_as_frame_by_frame(
    size: tuple[int, ...], in_view: float | None, per_look: int
) -> None:
    config = config_of(
        "Toy/ManyFactors-v0",
        policy="factors",
        size=size,
        in_view=in_view,
        frames_per_look=per_look,
        chunk_size=230,
        num_frames=300,
    )
    batched, stock = make_chunk_maker(config), StockChunkMaker(config)
    assert batched.renderer == "batched"
    assert batched.attributes == {**stock.attributes, "renderer": "batched"}
    for index in (0, 1):
        chunk = batched.make(index)
        assert_same(chunk, stock.make(index))
        starts = np.arange(len(chunk)) % per_look == 0
        np.testing.assert_array_equal(chunk.episode_starts, starts)
        floor, yaw, shape, x, _ = chunk.factors.T
        new_look = np.r_[True, floor[1:] != floor[:-1]]
        np.testing.assert_array_equal(new_look, starts)
        assert (np.diff(yaw) != 0).all() and (np.diff(x) != 0).all()
        assert {*shape} == {0.0, 1.0} and (per_look == 1 or np.diff(shape)[~starts[1:]].any())


def test_a_vector_environment_that_cannot_keep_looks_draws_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = FactorVectorEnv.sample_settings

    def forgetful(envs: Any, rng: Any, count: int, in_view: float | None) -> np.ndarray:
        return original(envs, rng, count, in_view)

    monkeypatch.setattr(FactorVectorEnv, "sample_settings", forgetful)
    many = config_of("Toy/ManyFactors-v0", policy="factors", frames_per_look=1)
    assert make_chunk_maker(many).renderer == "batched"
    assert make_chunk_maker(dataclasses.replace(many, frames_per_look=2)).renderer == "stock"


@pytest.mark.parametrize("rendering", ["batched", "stock"])
def test_looks_that_are_tied_to_shapes_cannot_be_kept(rendering: str) -> None:
    config = config_of(
        "Darla/SeekAvoid-v0",
        policy="factors",
        env_kwargs={"domain": "source_pairs"},
        imports=("darla_envs",),
        rendering=rendering,
        frames_per_look=2,
    )
    with pytest.raises(ValueError, match="ties looks to shapes") as caught:
        make_chunk_maker(config).make(0)
    assert "\n" not in str(caught.value)


def test_a_look_must_be_known_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {
        name: dataclasses.replace(factor, role="state") for name, factor in TOY_FACTORS.items()
    }
    for name, factor in plain.items():
        monkeypatch.setitem(TOY_FACTORS, name, factor)
    config = config_of("Toy/ManyFactors-v0", policy="factors", frames_per_look=2)
    for rendering in ("batched", "stock"):
        with pytest.raises(ValueError, match="no factor of the environment is said to be of the"):
            make_chunk_maker(dataclasses.replace(config, rendering=rendering))


@pytest.mark.parametrize(
    ("env", "policy"),
    [
        ("Toy/Factors-v0", "factors"),  # no vector entry point
        ("Toy/ManyBlind-v0", "random"),  # pictures by rendering alone
        ("Toy/ManySameStep-v0", "random"),  # another order of frames
    ],
)
def test_what_cannot_be_batched_is_drawn_one_by_one(env: str, policy: str) -> None:
    config = config_of(env, policy=policy, num_frames=20)
    maker = make_chunk_maker(config)
    assert maker.attributes["renderer"] == "stock"
    assert_same(maker.make(0), StockChunkMaker(config).make(0))


def test_one_by_one_can_be_asked_for() -> None:
    assert isinstance(make_chunk_maker(config_of(rendering="stock")), StockChunkMaker)


def test_settings_are_refused_as_by_single_environments() -> None:
    with pytest.raises(ValueError, match=r"Toy/ManyCounting-v0 does not offer factors"):
        make_chunk_maker(config_of(policy="factors"))
    with pytest.raises(ValueError, match="unexpected keyword argument 'sise'"):
        make_chunk_maker(config_of(env_kwargs={"sise": 8}))
    with pytest.raises(ValueError, match="'imag'; did you mean 'image'"):
        make_chunk_maker(config_of(key="imag"))
    with pytest.raises(ValueError, match="Did you mean: `ManyCounting`"):
        make_chunk_maker(config_of("Toy/ManyCountin-v0"))


def test_the_key_says_which_picture() -> None:
    kwargs = {"size": 8, "second_image": True}
    map_chunk, image_chunk = (
        make_chunk_maker(config_of(env_kwargs=kwargs, num_frames=300, key=key)).make(0)
        for key in ("map", "image")
    )
    np.testing.assert_array_equal(map_chunk.frames, 255 - image_chunk.frames)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"object_shape": "cube"}, "'cube'; expected one of box, ball"),
        ({}, "'nothing'; expected one of box, ball"),
    ],
)
def test_a_missing_or_unknown_factor_is_an_error(wrong: dict[str, str], said: str) -> None:
    maker: Any = make_chunk_maker(config_of("Toy/ManyFactors-v0", policy="factors"))
    env = maker._env.envs[1]
    full = dict(env._info()["factors"])
    del full["object_shape"]
    env._info = lambda: {"factors": full | wrong}
    with pytest.raises(ValueError, match=f"reported factor 'object_shape' as {said}"):
        maker.make(0)


def test_progress_counts_every_frame_once() -> None:
    for policy in ("random", "factors"):
        counts: list[int] = []
        config = config_of("Toy/ManyFactors-v0", policy=policy)
        make_chunk_maker(config).make(1, counts.append)
        assert sum(counts) == 700


def test_environments_draw_in_the_thread_of_their_worker() -> None:
    envs: Any = make_vector_env(
        EnvironmentSpec("Toy/ManyCounting-v0"), 2, imports=["toy_vector_envs"]
    )
    assert envs.num_threads == 1
    envs = make_vector_env(
        EnvironmentSpec("Toy/ManyCounting-v0", {"num_threads": 3}), 2, imports=["toy_vector_envs"]
    )
    assert envs.num_threads == 3
    assert make_vector_env(EnvironmentSpec("CartPole-v1"), 2, imports=["toy_vector_envs"]) is None


def test_a_vector_entry_point_may_be_given_to_an_id_that_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = gym.spec("Toy/Counting-v0")
    monkeypatch.setattr(spec, "vector_entry_point", partial(CountingVectorEnv, episode_length=3))
    maker = make_chunk_maker(config_of("Toy/Counting-v0"))
    assert maker.renderer == "batched"
    assert np.flatnonzero(maker.make(0).episode_starts)[1] == 4


def test_wrappers_of_an_id_are_kept_by_drawing_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    reward = gym.envs.registration.WrapperSpec(
        "Doubled", "gymnasium.wrappers:TransformReward", {"func": lambda reward: 2 * reward}
    )
    monkeypatch.setattr(gym.spec("Toy/ManyCounting-v0"), "additional_wrappers", (reward,))
    maker = make_chunk_maker(config_of())
    assert maker.renderer == "stock"
    assert maker.make(0).rewards.max() == 4


def test_infos_are_taken_apart() -> None:
    infos: dict[str, Any] = {}
    recorder = gym.vector.VectorEnv()
    recorder.num_envs = 2
    rows = [{"factors": {"x": 1.5, "shape": "box"}}, {"factors": {"x": 2.5}, "won": True}]
    for index, row in enumerate(rows):
        infos = recorder._add_info(infos, row, index)
    assert rows_of(infos, 2) == rows


@pytest.mark.parametrize(
    ("task", "per_look", "looks", "named"),
    [
        ("Darla/GoToObject-v0", 1, 1, ()),
        ("Darla/SeekAvoid-v0", 1, 1, ()),
        ("Darla/SeekAvoid-v0", 3, 1, ()),
        ("Darla/SeekAvoid-v0", 3, 3, ()),
        ("Darla/PickColor-v0", 1, 3, ("floor", "wall")),
    ],
)
def test_both_renderers_show_the_same_settings(
    task: str, per_look: int, looks: int, named: tuple[str, ...]
) -> None:
    config = config_of(
        task,
        policy="factors",
        env_kwargs={"domain": "d_u"},
        imports=("darla_envs",),
        size=(64,),
        num_frames=60,
        chunk_size=45,
        frames_per_look=per_look,
        looks_per_state=looks,
        look_factors=named,
    )
    batched, stock = make_chunk_maker(config), StockChunkMaker(config)
    assert isinstance(batched, BatchedChunkMaker)
    assert batched.attributes == {**stock.attributes, "renderer": "batched"}
    for index in (0, 1):
        ours, theirs = batched.make(index), stock.make(index)
        np.testing.assert_array_equal(ours.factors, theirs.factors)
        np.testing.assert_array_equal(ours.episode_starts, theirs.episode_starts)
        differences = np.abs(ours.frames.astype(int) - theirs.frames)
        assert differences.mean() < 0.05
        assert (differences > 8).mean() < 0.001


def test_agents_and_chance_act_in_batched_rooms() -> None:
    config = config_of("Darla/GoToObject-v0", env_kwargs={}, imports=("darla_envs",), size=(64,))
    maker = make_chunk_maker(config)
    assert maker.renderer == "batched"
    chunk = maker.make(1)
    assert_same(chunk, maker.make(1))
    starts = np.flatnonzero(chunk.episode_starts)
    assert {0, 175, 350, 525} <= set(starts)
    assert np.diff(starts).max() <= 41
    np.testing.assert_array_equal(chunk.actions == -1, chunk.episode_starts)


class UnmaskedVectorEnv(FactorVectorEnv):
    """Reports factors without saying who reports them, as many vector environments do."""

    def reset(self, **arguments):
        observations, infos = super().reset(**arguments)
        return observations, without_masks(infos)

    def step(self, actions):
        *outcome, infos = super().step(actions)
        return *outcome, without_masks(infos)


def without_masks(infos):
    return {
        name: without_masks(value) if isinstance(value, dict) else value
        for name, value in infos.items()
        if not name.startswith("_")
    }


def test_factors_are_collected_from_infos_without_masks():
    gym.register("Toy/Unmasked-v0", "toy_envs:FactorImageEnv", vector_entry_point=UnmaskedVectorEnv)
    made = []
    for env_id in ("Toy/Unmasked-v0", "Toy/ManyFactors-v0"):
        config = CollectConfig(
            env=env_id,
            policy="random",
            num_frames=20,
            chunk_size=20,
            size=(16,),
            imports=("toy_vector_envs",),
        )
        made.append(make_chunk_maker(config).make(0))
    np.testing.assert_array_equal(made[0].factors, made[1].factors)
    assert made[0].factors.any()


@pytest.mark.parametrize("env_id", ["Toy/ManyFactors-v0", "toy_vector_envs:Toy/ManyFactors-v0"])
def test_an_id_with_its_module_is_drawn_together_too(env_id):
    envs = make_vector_env(EnvironmentSpec(env_id), 2, imports=["toy_vector_envs"])
    assert envs is not None
    envs.close()

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.collection.collect import CollectConfig


def test_an_environment_is_asked_for_and_the_rest_has_defaults() -> None:
    with pytest.raises(TypeError, match="'env'"):
        CollectConfig()  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="no environment is named; give its id as env"):
        CollectConfig("").check()
    config = CollectConfig("Mine/GoToObject-v0")
    assert config.all_env_kwargs == {}
    assert config.imports == ()
    assert config.policy is None
    assert config.path == Path("data/go_to_object")
    assert config.image_size == (64, 64)
    config.check()


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ("Darla/SeekAvoid-v0", "seek_avoid"),
        ("MiniWorld-FourRooms-v0", "mini_world_four_rooms"),
        ("my_package.tasks:Mine/Task2D-v12", "task2d"),
        ("CartPole", "cart_pole"),
    ],
)
def test_the_folder_is_named_after_the_environment(env: str, folder: str) -> None:
    assert CollectConfig(env=env).path == Path("data") / folder


def test_the_domain_is_an_argument_of_the_environment() -> None:
    assert CollectConfig("Mine-v0", domain="source").all_env_kwargs == {"domain": "source"}
    assert CollectConfig("Mine-v0").all_env_kwargs == {}
    given = CollectConfig(env="Mine-v0", domain="dark", env_kwargs={"length": 3})
    assert given.all_env_kwargs == {"length": 3, "domain": "dark"}
    both = CollectConfig("Mine-v0", domain="dark", env_kwargs={"domain": "source"})
    assert both.all_env_kwargs == {"domain": "source"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_frames": 0}, "num_frames is a whole number from 1, not 0"),
        ({"num_frames": -5}, "num_frames is a whole number from 1, not -5"),
        ({"chunk_size": 0}, "chunk_size is a whole number from 1, not 0"),
        ({"workers": 0}, "workers is a whole number from 1, not 0"),
        ({"seed": -1}, "seed is a whole number from 0, not -1"),
        ({"size": (4,)}, "size is one or two numbers of pixels .* from 8 to 1024, not 4"),
        ({"size": (64, 4096)}, "not 64 4096"),
        ({"size": ()}, "not nothing"),
        ({"size": (64, 64, 3)}, "not 64 64 3"),
        ({"in_view": 1.5}, "in_view is a share from 0 to 1, not 1.5"),
        ({"policy": "factor"}, "unknown policy 'factor'; did you mean 'factors'?"),
        ({"rendering": "stok"}, "unknown rendering 'stok'; did you mean 'stock'?"),
        (
            {"chunk_size": 25, "policy": "factors"},
            "frames_per_look is 2, which does not divide the chunk size 25",
        ),
        ({"frames_per_look": 0}, "frames_per_look is a whole number from 1, not 0"),
        ({"frames_per_look": 3}, "frames_per_look is 3, which does not divide the chunk size 1000"),
        ({"frames_per_look": 1, "policy": "random"}, "is 1, but the policy is 'random'"),
        (
            {"frames_per_look": 2, "looks_per_state": 3},
            "frames_per_look is 2 and looks_per_state 3, whose product does not divide",
        ),
        ({"looks_per_state": 0}, "looks_per_state is a whole number from 1, not 0"),
        (
            {"looks_per_state": 2, "policy": "random"},
            "looks_per_state is given, but the policy is 'random'",
        ),
        ({"look_factors": ("wall",), "policy": "random"}, "look_factors is given, but"),
        ({"policy": "agent"}, "needs the folder of a saved agent"),
        (
            {"agent": Path("runs/x"), "policy": "factors"},
            "an agent .* is given, but the policy is 'factors'",
        ),
    ],
)
def test_wrong_values_are_one_line_errors(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        CollectConfig(**{"env": "Mine-v0", **settings}).check()
    assert "\n" not in str(caught.value)


def test_a_missing_agent_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="there is no saved agent at runs/none"):
        CollectConfig("Mine-v0", policy="agent", agent=Path("runs/none")).check()


def test_arguments_that_cannot_be_recorded_are_an_error() -> None:
    config = CollectConfig("Mine-v0", env_kwargs={"thing": object()})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="cannot be recorded"):
        config.recipe()


def test_the_recipe_holds_what_decides_the_frames_and_nothing_else() -> None:
    config = CollectConfig("Mine-v0", policy="random", size=(32,), domain="d_u")
    other = CollectConfig(
        "Mine-v0",
        policy="random",
        size=(32, 32),
        workers=7,
        out=Path("x"),
        in_view=0.1,
        env_kwargs={"domain": "d_u"},
        imports=("mine",),
    )
    assert config.recipe() == other.recipe()
    changes = ({"seed": 1}, {"num_frames": 7}, {"size": (16,)}, {"rendering": "stock"})
    for changed in (*changes, {"env_kwargs": {"a": 1}}, {"env": "Yours-v0"}):
        different = replace(config, **changed)
        assert different.recipe() != config.recipe()


@given(num_frames=st.integers(1, 5000), chunk_size=st.integers(1, 1500), workers=st.integers(1, 64))
def test_no_worker_is_without_a_chunk(num_frames: int, chunk_size: int, workers: int) -> None:
    config = CollectConfig("Mine-v0", num_frames=num_frames, chunk_size=chunk_size, workers=workers)
    assert 1 <= config.num_workers <= workers
    assert config.num_workers <= config.num_chunks
    assert (config.num_chunks - 1) * chunk_size < num_frames <= config.num_chunks * chunk_size

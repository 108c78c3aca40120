from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import toy_envs
from darla.environments.looks import Look
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from toy_envs import counting_frame


def make(env: str, *wrappers: str, look: Look | None = None, **kwargs: Any) -> gym.Env[Any, Any]:
    return make_environment(EnvironmentSpec(env, kwargs, wrappers), look)


@pytest.mark.parametrize(
    "env",
    ["toy_envs:Toy/Counting-v0", "toy_wrappers:make_counting", "toy_wrappers:CountingImageEnv"],
)
def test_an_id_a_function_or_a_class_makes_it_and_the_module_is_imported(env: str) -> None:
    made = make(env, size=16)
    assert isinstance(made.unwrapped, toy_envs.CountingImageEnv)
    np.testing.assert_array_equal(made.reset(seed=0)[0], counting_frame(0, 0, 16))


def test_modules_are_imported_until_the_id_is_registered() -> None:
    spec = EnvironmentSpec("Toy/Counting-v0")
    env = make_environment(spec, imports=["toy_envs", "no_such_module"])
    assert isinstance(env.unwrapped, toy_envs.CountingImageEnv)
    with pytest.raises(ValueError, match="cannot import 'no_such_module', named in 'imports'"):
        make_environment(spec, imports=["no_such_module"])


def test_wrappers_go_around_in_their_order_the_first_innermost() -> None:
    one = make("toy_envs:Toy/Counting-v0", "toy_wrappers:Dim(2)", "toy_wrappers:Dim(1, plus=9)")
    other = make("toy_envs:Toy/Counting-v0", "toy_wrappers:Dim(1, plus=9)", "toy_wrappers:Dim(2)")
    picture = counting_frame(0, 0, 32)
    np.testing.assert_array_equal(one.reset(seed=0)[0], picture // 2 + 9)
    np.testing.assert_array_equal(other.reset(seed=0)[0], (picture + 9).astype(np.uint8) // 2)


def test_a_look_changes_arguments_wrappers_and_every_reset() -> None:
    look = Look({"size": 16}, {"factors": {"floor": 0.5}}, ("toy_wrappers:Dim(2)",))
    env = make("toy_envs:Toy/Factors-v0", look=look, size=32, episode_length=2)
    for options in (None, {"other": 1}):
        observation, info = env.reset(options=options)
        assert observation.shape == (16, 16, 3)
        assert info["factors"]["floor"] == 0.5
        assert observation[..., 0].max() == 128 // 2
    _, info = env.reset(options={"factors": {"floor": 0.25}})
    assert info["factors"]["floor"] == 0.25


@pytest.mark.parametrize("env", ["toy_envs:Toy/CountingRender-v0", "toy_wrappers:make_rendered"])
def test_what_observes_no_picture_is_shown_as_it_renders(env: str) -> None:
    made = make(env, "toy_wrappers:Repeat(2)", size=24)
    assert made.observation_space.shape == (24, 24, 3)
    np.testing.assert_array_equal(made.reset(seed=0)[0], counting_frame(0, 0, 24))
    observation, reward, *_ = made.step(2)
    np.testing.assert_array_equal(observation, counting_frame(2, 0, 24))
    assert reward == 4


def test_nothing_is_rendered_for_whoever_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy_envs.CountingRenderEnv, "render", None)
    spec = EnvironmentSpec("toy_envs:Toy/CountingRender-v0", wrappers=("toy_wrappers:Repeat(3)",))
    env = make_environment(spec, shown=False)
    assert env.reset(seed=0)[0].shape == (1,)
    assert env.step(1)[1] == 3


@pytest.mark.parametrize(
    ("env", "kwargs", "message"),
    [
        ("Toy/Countin-v0", {}, "cannot make Toy/Countin-v0: .*Did you mean: `Counting`"),
        ("Zebra-v0", {}, "`Zebra` doesn't exist; an id .* is given with it: my_module:Zebra-v0$"),
        ("Zebra/A-v0", {}, "; an id that a module .* is given with it: my_module:Zebra/A-v0$"),
        ("Toy/Counting-v0", {"sise": 3}, r"cannot make Toy/Counting-v0\(sise=3\): .*unexpected"),
        ("Toy/Counting-v0", {"sise": 3}, "argument 'sise'; did you mean 'size'\\? known: .*size"),
        ("Toy/CountingDict-v0", {"sise": 3}, "argument 'sise'$"),  # it passes others on
        (
            "toy_wrappers:make",
            {},
            "known: Any, CountingDictEnv, CountingImageEnv",
        ),
        ("Toy/Blind-v0", {}, "has no pictures: its observations are Box.*does not render"),
        ("no_such_module:A-v0", {}, "no module 'no_such_module'.* in the current folder"),
        ("toy_envs.deeper:A-v0", {}, "no module 'toy_envs"),
        ("toy_wrappers:make_countin", {}, "has no 'make_countin'; did you mean 'make_counting'"),
        ("toy_wrappers:NUMBER", {}, "it is int, and no id, class or function"),
        ("toy_wrappers:make_number", {}, "it made int, and no gymnasium.Env"),
        ("toy_wrappers:fails", {}, r"RuntimeError: the arena is closed \(toy_wrappers.py line \d+"),
        ("toy_wrappers:needs_display", {}, "display .*; where there is no display, set MUJOCO"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_line(
    env: str, kwargs: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        make(env, **kwargs)
    assert "\n" not in str(error.value)


def test_a_module_whose_code_fails_is_said_with_the_place(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_envs.py").write_text("\nraise KeyError('no level')\n")
    (tmp_path / "hungry_envs.py").write_text("import nothing_like_this\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"fails: KeyError: 'no level' \(broken_envs.py line 2\)"):
        make("broken_envs:make")
    with pytest.raises(ValueError, match="No module named 'nothing_like_this'"):
        make("hungry_envs:make")
    with pytest.raises(ValueError, match="did you mean 'hungry_envs'"):
        make("hungry_env:make")


def play(how: str) -> None:
    env = make("toy_wrappers:misbehaves", how=how)
    env.reset(seed=0)
    for _ in range(3):
        env.step(0)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("growing", r"shape \(32, 16, 3\) after a step, but its observation space says \(16, 16"),
        ("growing_render", r"shape \(32, 16, 3\) after a step, but"),
        ("no_number", "gave a reward of nan"),
        ("no_state", "'state' in an observation after a reset that holds NaN or infinity"),
        ("selfish", "resets itself at the end of an episode"),
    ],
)
def test_what_nobody_could_learn_from_is_refused_at_once(how: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        play(how)
    assert str(error.value).startswith(f"toy_wrappers:misbehaves(how='{how}') ")
    assert "\n" not in str(error.value)


def test_an_environment_in_wrappers_is_closed_once_more_is_refused() -> None:
    closed = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(toy_envs.CountingImageEnv, "close", lambda env: closed.append(env))
        with pytest.raises(ValueError, match="did you mean 'Dim'"):
            make("toy_envs:Toy/Counting-v0", "toy_wrappers:Din")
    assert len(closed) == 1

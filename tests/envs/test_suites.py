"""What an id is and can do, for our rooms, MiniWorld's environments and anything else."""

import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import toy_envs  # noqa: F401 (registers)
import toy_tasks  # noqa: F401 (registers)
from darla.environments.looks import Look, Looks
from darla.environments.spec import EnvironmentSpec
from darla_envs import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.description.domain import Domain, point
from darla_envs.description.look import Look as WorldLook
from darla_envs.suites import DescribedSuite, ForeignSuite, MiniWorldSuite, RoomSuite, suite_of

ONE_ROOM = "MiniWorld-OneRoom-v0"
BRIGHT_SIDE = "Toy/BrightSide-v0"


@pytest.mark.parametrize(
    ("env_id", "suite"),
    [
        (GO_TO_OBJECT, RoomSuite),
        (f"darla_envs:{SEEK_AVOID}", RoomSuite),
        (ONE_ROOM, MiniWorldSuite),
        (f"darla_envs.stock:{ONE_ROOM}", MiniWorldSuite),
        ("toy_tasks:Toy/BrightSide-v0", ForeignSuite),
        ("CartPole-v1", ForeignSuite),
    ],
)
def test_every_registered_id_has_a_suite(env_id, suite):
    found = suite_of(env_id)
    assert type(found) is suite
    assert found.env_id == env_id.rpartition(":")[2]


@pytest.mark.parametrize(
    ("env_id", "message"),
    [
        ("Toy/BrightSite-v0", "unknown task .*did you mean 'Toy/BrightSide-v0'"),
        ("Darla/GotoObject-v0", "did you mean 'Darla/GoToObject-v0'"),
        ("no_such_module:Task-v0", "there is no module 'no_such_module'"),
        ("MiniWorld-OneRom-v0", "did you mean 'MiniWorld-OneRoom-v0'"),
    ],
)
def test_an_unknown_id_is_said_with_the_nearest_one(env_id, message):
    with pytest.raises(ValueError, match=message) as error:
        suite_of(env_id)
    assert "\n" not in str(error.value)


def test_who_imports_miniworld_first_changes_nothing():
    code = (
        "import miniworld; from darla_envs.suites import suite_of; "
        f"print(type(suite_of({ONE_ROOM!r})).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "MiniWorldSuite"


def test_suites_need_no_miniworld_until_one_of_its_ids_is_asked_for():
    code = (
        "import sys; from darla_envs.suites import suite_of; "
        "suite = suite_of('Darla/GoToObject-v0'); suite.can_batch(); suite.targets(); "
        "suite.batch(2).reset(); suite.worlds(1, observing='factors'); "
        "suite_of('CartPole-v1').can_batch(); "
        "print({'miniworld', 'pyglet'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.parametrize(
    ("env_id", "sources", "unsupervised", "some_targets"),
    [
        (GO_TO_OBJECT, ["source", "source_pairs"], "d_u", {"new_floor", "held_out_pairs"}),
        (ONE_ROOM, ["source"], "d_u", {"new_floor", "unseen_colors"}),
        (BRIGHT_SIDE, ["source"], None, set()),
    ],
)
def test_domains_are_named(env_id, sources, unsupervised, some_targets):
    suite = suite_of(env_id)
    assert suite.domains()[0] == "source"
    assert suite.sources() == sources
    assert suite.unsupervised == unsupervised
    assert some_targets <= set(suite.targets()) <= set(suite.domains())
    assert not {*sources, "d_u", "validation"} & set(suite.targets())


def test_domains_are_found_by_name_dictionary_or_as_they_are():
    dusk = Domain("dusk", {"floor": point(0.5)})
    rooms, miniworld = suite_of(GO_TO_OBJECT), suite_of(ONE_ROOM)
    assert rooms.find_domain("source").name == "source"
    assert rooms.find_domain(dusk) == rooms.find_domain(dusk.to_dict())
    assert rooms.find_domain(dusk).look["wall"] == rooms.find_domain("source").look["wall"]
    assert miniworld.find_domain("source") is None
    assert miniworld.find_domain(dusk.to_dict()) == dusk
    assert miniworld.find_domain({"light": 0.5}) == WorldLook(light=0.5)
    assert suite_of("CartPole-v1").find_domain("source") == "source"


@pytest.mark.parametrize(
    ("env_id", "domain", "message"),
    [
        (GO_TO_OBJECT, "new_flor", "did you mean 'new_floor'"),
        (GO_TO_OBJECT, WorldLook(), "has no domain Look"),
        (ONE_ROOM, "new_flor", "did you mean 'new_floor'"),
        ("CartPole-v1", "new_floor", "has no domain 'new_floor': it knows no domains but 'source'"),
    ],
)
def test_an_unknown_domain_is_said(env_id, domain, message):
    with pytest.raises(ValueError, match=message) as error:
        suite_of(env_id).find_domain(domain)
    assert "\n" not in str(error.value)


def test_whole_domains_say_where_every_factor_comes_from():
    assert set(suite_of(ONE_ROOM).whole_domain("new_floor").look) >= {"floor", "wall", "light"}
    assert set(suite_of(GO_TO_OBJECT).whole_domain("d_u").look) >= {"floor", "wall", "light"}
    with pytest.raises(ValueError, match="does not tell what its domains draw from"):
        suite_of(BRIGHT_SIDE).whole_domain("source")


def test_what_makes_environments_of_a_domain():
    assert suite_of(GO_TO_OBJECT).domain_kwargs("d_u") == {"domain": "d_u"}
    assert suite_of(ONE_ROOM).domain_kwargs("d_u") == {"domain": "d_u"}
    assert suite_of(BRIGHT_SIDE).domain_kwargs("d_u") == {"domain": "d_u"}  # it knows best
    assert suite_of("CartPole-v1").domain_kwargs("source") == {}


@pytest.mark.parametrize(
    ("env_id", "names"),
    [
        (GO_TO_OBJECT, {"source": True, "d_u": True, "nowhere": False}),
        (BRIGHT_SIDE, {"source": True, "new_floor": True, "nowhere": False}),
        ("CartPole-v1", {"source": True, "new_floor": False}),
    ],
)
def test_a_suite_says_whether_there_is_a_domain(env_id, names):
    suite = suite_of(env_id)
    assert {name: suite.has_domain(name) for name in names} == names


@pytest.mark.parametrize(
    ("env_id", "pictures", "factors"),
    [
        (GO_TO_OBJECT, True, True),
        (ONE_ROOM, True, False),
        (BRIGHT_SIDE, False, False),
        ("CartPole-v1", False, False),
        ("miniworld_gallery:Toy/Gallery-v0", True, False),
    ],
)
def test_what_can_be_simulated_together(env_id, pictures, factors):
    suite = suite_of(env_id)
    assert suite.can_batch() == pictures
    assert suite.can_batch("factors") == factors


def test_environments_that_draw_in_their_own_way_cannot_be_batched(monkeypatch):
    from miniworld_gallery import Gallery

    class Painter(Gallery):
        def render_obs(self, frame_buffer=None):
            return 255 - super().render_obs(frame_buffer)

    class Mistaken(Gallery):
        def _gen_world(self):
            raise ValueError("a mistake of its own")

    gym.register("Toy/Painter-v0", entry_point=Painter)
    gym.register("Toy/Mistaken-v0", entry_point=Mistaken)
    try:
        assert not suite_of("Toy/Painter-v0").can_batch()
        with pytest.raises(ValueError, match="a mistake of its own"):
            suite_of("Toy/Mistaken-v0").can_batch()
    finally:
        del gym.registry["Toy/Painter-v0"], gym.registry["Toy/Mistaken-v0"]


@pytest.mark.parametrize("observing", ["pictures", "factors"])
def test_rooms_alone_and_together_show_the_same(observing):
    suite = suite_of(GO_TO_OBJECT)
    env = suite.single("new_floor", observing=observing)
    batch = suite.batch(2, "new_floor", observing=observing, autoreset_mode="Disabled", infos=False)
    worlds = suite.worlds(2, "new_floor", observing=observing)
    alone, _ = env.reset(seed=4)
    together = batch.reset([4, 5]).frames
    worlds.reset(np.arange(2), [4, 5])
    drawn = np.empty_like(together)
    worlds.draw(np.arange(2), drawn)
    np.testing.assert_array_equal(drawn, together)
    assert batch.autoreset_mode is AutoresetMode.DISABLED
    assert np.abs(alone.astype(float) - together[0]).mean() < 0.1
    for each in (env, batch, worlds):
        each.close()


def test_miniworlds_environments_are_made_in_all_three_ways():
    suite = suite_of(ONE_ROOM)
    env, batch = suite.single("new_floor"), suite.batch(2, "new_floor", num_threads=1)
    worlds = suite.worlds(1, "new_floor", num_threads=1, obs_width=64)
    assert env.observation_space == batch.observation_space
    assert worlds.observation_space.shape == (60, 64, 3)
    for each in (env, batch, worlds):
        each.close()


@pytest.mark.parametrize("env_id", [ONE_ROOM, BRIGHT_SIDE])
def test_what_has_no_factors_cannot_be_observed_by_them(env_id):
    suite = suite_of(env_id)
    for make in (suite.single, lambda **kwargs: suite.batch(1, **kwargs)):
        with pytest.raises(ValueError, match=f"{env_id} reports no factors"):
            make(observing="factors")


def test_what_cannot_be_batched_is_refused():
    with pytest.raises(ValueError, match="CartPole-v1 is no MiniWorld environment"):
        suite_of("CartPole-v1").batch(2)


def test_a_described_environment_keeps_the_domains_that_it_has():
    suite = suite_of(EnvironmentSpec(GO_TO_OBJECT, {"obs_width": 32}, ("toy_wrappers:Dim(2)",)))
    assert isinstance(suite, DescribedSuite)
    plain = suite_of(GO_TO_OBJECT)
    assert suite.targets() == plain.targets()
    assert suite.unsupervised == "d_u"
    assert not suite.can_batch()
    dim = suite.single("new_floor").reset(seed=3)[0]
    bright = plain.single("new_floor", obs_width=32).reset(seed=3)[0]
    np.testing.assert_array_equal(dim, bright // 2)
    factors = suite.single("new_floor", observing="factors")
    assert factors.observation_space == plain.single(observing="factors").observation_space
    with pytest.raises(ValueError, match="is made one at a time, because of its arguments"):
        suite.batch(2)
    domains = {
        name: suite_of(EnvironmentSpec(BRIGHT_SIDE, {"size": 32})).has_domain(name)
        for name in ("source", "new_floor", "nowhere")
    }
    assert domains == {"source": True, "new_floor": True, "nowhere": False}


def test_looks_are_the_domains_of_an_environment():
    dark = Look(wrappers=("toy_wrappers:Dim(2)",))
    looks = Looks({"day": Look(), "dark": dark}, "day", None, ("dark",))
    suite = suite_of(EnvironmentSpec("toy_wrappers:make_counting", looks=looks))
    assert (suite.domains(), suite.sources(), suite.targets()) == (
        ["day", "dark"],
        ["day"],
        ["dark"],
    )
    assert suite.unsupervised is None
    assert suite.has_known_domains
    pictures = [suite.single(name).reset(seed=0)[0] for name in ("day", "dark")]
    np.testing.assert_array_equal(pictures[1], pictures[0] // 2)
    with pytest.raises(ValueError, match="unknown domain 'drak'; did you mean 'dark'"):
        suite.single("drak")


def test_what_a_function_makes_is_foreign():
    suite = suite_of("toy_wrappers:make_counting")
    assert type(suite) is ForeignSuite
    assert not suite.can_batch()
    assert suite.single().observation_space.shape == (64, 64, 3)
    with pytest.raises(ValueError, match="has no domain 'new_floor'"):
        suite.single("new_floor")

"""Watching: an agent in rooms, whose look changes while its episode goes on, and elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import darla
from darla_agents.explore import ExploreConfig, Explorer, open_explorer
from darla_agents.explore.other_looks import enter_look
from darla_agents.explore.watch import MOST_SESSIONS
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.suites import suite_of
from toy_agents import make_toy_agent
from toy_encoder import make_toy_bundle
from toy_explorer import ask, pixels, refusal

ONE = np.zeros(1, np.int64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """Serve an agent on latents in rooms."""
    bundle = make_toy_bundle(folder / "encoder", size=64)
    make_toy_agent(folder / "agent", kind="latent", task=GO_TO_OBJECT, encoder=bundle)
    with open_explorer(ExploreConfig((bundle,), agent=folder / "agent")) as serving:
        yield serving.port


def drawn(rooms: object, shape: tuple[int, ...] = (64, 64, 3)) -> np.ndarray:
    frame = np.empty((1, *shape), np.uint8)
    rooms.draw(ONE, frame)  # type: ignore[attr-defined]
    return frame[0]


def test_the_agent_acts_as_it_does_when_it_is_evaluated(port: int) -> None:
    about = ask(port, "about")["agent"]
    assert (about["task"], about["domain"]) == (GO_TO_OBJECT, "source")
    begun = ask(port, "watch/start", {"domain": "new_floor", "seed": 5})
    rooms = suite_of(GO_TO_OBJECT).worlds(1, "new_floor", num_threads=1)
    rooms.reset(ONE, [5])
    shown = begun["shown"][0]
    np.testing.assert_array_equal(pixels(shown["view"]), drawn(rooms))
    assert (shown["step"], shown["total"], shown["done"]) == (0, 0.0, False)
    for _ in range(2):
        found = ask(port, "watch/step", {"session": begun["session"], "steps": 3})["shown"]
        assert len(found) == 3
        for each in found:
            rooms.step(ONE, np.array([each["action"]]))
            np.testing.assert_array_equal(pixels(each["view"]), drawn(rooms))
    assert found[-1]["step"] == 6
    rooms.close()


def test_it_is_shown_beside_what_its_latents_keep(port: int, folder: Path) -> None:
    shown = ask(port, "watch/start", {"domain": "source"})["shown"][0]
    encoder = darla.load_encoder(folder / "encoder")
    latents = encoder.encode(pixels(shown["view"])[None])
    np.testing.assert_array_equal(pixels(shown["kept"]), encoder.decode(latents)[0])
    statistics = encoder.statistics
    scaled = (latents[0] - statistics.mean) / statistics.std
    np.testing.assert_allclose(shown["latents"], scaled, rtol=1e-4)
    assert (shown["seen"], shown["masked"]) == (None, [])  # nothing is hidden from this agent


def test_the_same_seed_is_the_same_episode_and_tabs_have_their_own(port: int) -> None:
    asked = {"domain": "source", "seed": 9, "deterministic": False}
    first, second = (ask(port, "watch/start", asked) for _ in range(2))
    assert first["session"] != second["session"]
    courses = []
    for session in (first["session"], second["session"]):
        steps = ask(port, "watch/step", {"session": session, "steps": 5})["shown"]
        courses.append([each["action"] for each in steps])
    assert courses[0] == courses[1]


def test_the_look_changes_while_the_episode_goes_on(port: int) -> None:
    begun = ask(port, "watch/start", {"domain": "source", "seed": 1})
    session = {"session": begun["session"]}
    (before,) = ask(port, "watch/step", session)["shown"]
    changed = ask(port, "watch/look", {**session, "domain": "all_three"})
    assert changed["said"] == "the episode goes on, in a look of this domain"
    (now,) = changed["shown"]
    assert (now["domain"], now["step"], now["seed"]) == ("all_three", 1, 1)
    difference = np.abs(pixels(now["view"]).astype(int) - pixels(before["view"]))
    assert difference.mean() > 10
    back = ask(port, "watch/look", {**session, "domain": "source"})["shown"][0]
    assert back["view"] == before["view"]  # the source has one look, and nothing else has moved


def test_what_cannot_be_watched_is_said(port: int, explorer: Explorer) -> None:
    begun = ask(port, "watch/start", {"domain": "source"})
    assert "did you mean 'source'" in refusal(port, "watch/start", {"domain": "sorce"})
    wrong = {"session": begun["session"], "domain": "al_three"}
    assert "did you mean 'all_three'" in refusal(port, "watch/look", wrong)
    assert ask(port, "watch/step", {"session": begun["session"]})["shown"]
    said = refusal(port, "watch/step", {"session": begun["session"], "steps": 1000})
    assert "the message is malformed" in said
    said = refusal(explorer.port, "watch/start", {"domain": "source"})
    assert said == "no agent was given; start again with --agent FOLDER"


def test_sessions_are_few_and_the_one_that_was_used_longest_ago_ends(port: int) -> None:
    begun = [
        ask(port, "watch/start", {"domain": "source", "seed": seed})["session"]
        for seed in range(MOST_SESSIONS)
    ]
    ask(port, "watch/step", {"session": begun[0]})
    ask(port, "watch/start", {"domain": "source"})
    assert "this session is over" in refusal(port, "watch/step", {"session": begun[1]})
    assert ask(port, "watch/step", {"session": begun[0]})["shown"]
    assert "this session is over" in refusal(port, "watch/step", {"session": 12345})


def test_after_the_end_another_episode_begins(tmp_path: Path) -> None:
    # single environments, whose episodes are short
    make_toy_agent(tmp_path / "agent")
    bundle = make_toy_bundle(tmp_path / "encoder")
    with open_explorer(ExploreConfig((bundle,), agent=tmp_path / "agent")) as serving:
        begun = ask(serving.port, "watch/start", {"domain": "source", "seed": 3})
        session = {"session": begun["session"]}
        shown = []
        while not shown or not shown[-1]["done"]:
            shown += ask(serving.port, "watch/step", {**session, "steps": 16})["shown"]
        assert shown[-1]["total"] == pytest.approx(sum(each["reward"] for each in shown))
        (first,) = ask(serving.port, "watch/step", {**session, "steps": 16})["shown"]
        assert (first["step"], first["seed"], first["done"]) == (0, 4, False)
        assert first["kept"] is not None  # by the bundle, which is lent


def test_among_several_objects_a_new_look_leaves_what_they_are() -> None:
    rooms = suite_of(SEEK_AVOID).worlds(1, "source", num_threads=1)
    rooms.reset(ONE, [4])
    rooms.step(ONE, np.array([2]))
    rooms.state.present[0, 1] = False
    state = rooms.state
    kept = {name: getattr(state, name).copy() for name in ("agents", "yaws", "objects", "present")}
    shapes, walls = state.object_shapes.copy(), state.walls.copy()
    enter_look(rooms, "all_three", 0)
    for name, values in kept.items():
        np.testing.assert_array_equal(getattr(state, name), values)
    np.testing.assert_array_equal(state.object_shapes, shapes)
    assert state.steps[0] == 1 and np.abs(state.walls - walls).max() > 0.1
    rooms.close()


def test_one_object_becomes_what_the_domain_says() -> None:
    rooms = suite_of(GO_TO_OBJECT).worlds(1, "source", num_threads=1)
    rooms.reset(ONE, [4])
    before = rooms.state.object_shapes.copy()
    enter_look(rooms, "new_shape", 0)
    assert (rooms.state.object_shapes != before).all()
    rooms.close()

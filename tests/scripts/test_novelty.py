"""What is new about a target: the real domains of both tasks, and domains made for the edges."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.encoder.shipped_encoders import shipped_encoders
from darla_envs.description.domain import Domain, point, without
from darla_envs.description.domains import find_domain, target_names
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from darla_envs.suites import suite_of
from novelty import (
    NEW_PAIR,
    OOD,
    OOD1,
    OOD2,
    SEEN,
    EncoderCoverage,
    encoder_coverage,
    novelty,
)

ROOMS = json.loads((shipped_encoders()["rooms"] / "config.json").read_text())["dataset"]
NEW = {
    "new_floor": {"floor"},
    "new_wall": {"wall"},
    "new_object_color": {"object_color"},
    "floor_and_wall": {"floor", "wall"},
    "all_three": {"floor", "wall", "object_color"},
    "new_light": {"light"},
}


def changed(labels: dict[str, str]) -> dict[str, str]:
    return {factor: label for factor, label in labels.items() if label != SEEN}


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
@pytest.mark.parametrize("name", NEW)
def test_targets_of_new_colours_are_new_to_the_policy_and_known_to_the_encoder(
    task: str, name: str
) -> None:
    source, target = find_domain(task, "source"), find_domain(task, name)
    found = novelty(target, source, encoder_coverage(ROOMS))
    assert changed(found.factors) == dict.fromkeys(NEW[name], OOD1)
    assert set(found.factors) == {"floor", "wall", "ceiling", "light", "object_color"} | {
        "object_shape"
    }
    assert found.target == OOD1
    pixels = novelty(target, source)
    assert changed(pixels.factors) == dict.fromkeys(NEW[name], OOD)
    assert pixels.target == OOD


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_colours_that_nobody_has_seen(task: str) -> None:
    source, target = find_domain(task, "source"), find_domain(task, "unseen_colors")
    found = novelty(target, source, encoder_coverage(ROOMS))
    assert changed(found.factors) == dict.fromkeys(NEW["all_three"], OOD2)
    assert found.target == OOD2
    assert novelty(target, source).target == OOD


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_nothing_is_new_in_the_source_nor_in_what_d_u_holds(task: str) -> None:
    source, everything = find_domain(task, "source"), find_domain(task, "d_u")
    for encoder in (None, encoder_coverage(ROOMS)):
        assert novelty(source, source, encoder).target == SEEN
        assert novelty(everything, everything, encoder).target == SEEN
        for name in NEW:  # an agent trained in D_U has met every look of these
            assert novelty(find_domain(task, name), everything, encoder).target == SEEN
        assert novelty(find_domain(task, "unseen_colors"), everything, encoder).target in (
            OOD,
            OOD2,
        )


def test_pairs_that_were_held_out() -> None:
    target, pairs = (find_domain(SEEK_AVOID, name) for name in ("held_out_pairs", "source_pairs"))
    for encoder in (None, encoder_coverage(ROOMS)):
        found = novelty(target, pairs, encoder)
        assert changed(found.factors) == {"wall": NEW_PAIR, "object_shape": NEW_PAIR}
        assert found.target == NEW_PAIR
        assert novelty(pairs, pairs, encoder).target == SEEN
    plain = find_domain(SEEK_AVOID, "source")  # there the wall is new, whatever stands before it
    found = novelty(target, plain, encoder_coverage(ROOMS))
    assert changed(found.factors) == {"wall": OOD1}


def test_every_target_of_both_tasks_has_a_label() -> None:
    for task in (GO_TO_OBJECT, SEEK_AVOID):
        for name in target_names(task):
            found = novelty(find_domain(task, name), find_domain(task, "source"))
            assert found.target == OOD


def test_shapes_that_one_task_alone_shows() -> None:
    """Cylinders are in the frames of the other task only."""
    source = find_domain(GO_TO_OBJECT, "source")
    target = Domain("cylinders", {**source.look, "object_shape": ("box", "cylinder")})
    assert novelty(target, source, encoder_coverage(ROOMS)).factors["object_shape"] == OOD1
    alone = encoder_coverage(ROOMS["parts"][0])
    assert novelty(target, source, alone).factors["object_shape"] == OOD2


def seen(recorded: dict[str, Any] | None = None, **coverage: Any) -> EncoderCoverage:
    return encoder_coverage({"domain": recorded, "coverage": coverage})


def label(target: Any, source: Any, encoder: EncoderCoverage | None) -> str:
    return novelty(Domain("t", {"floor": target}), Domain("s", {"floor": source}), encoder).target


def test_ranges_count_as_new_where_any_part_of_them_is() -> None:
    encoder = seen(floor={"min": 0.002, "max": 0.598})
    assert label(((0.2, 0.5),), ((0.1, 0.6),), encoder) == SEEN
    assert label(((0.2, 0.7),), ((0.1, 0.6),), encoder) == OOD2
    assert label(((0.0, 0.6),), ((0.1, 0.3),), encoder) == OOD1  # short of its ends by sampling
    assert label(((0.0, 0.62),), ((0.1, 0.3),), encoder) == OOD2
    assert label(without((0.2, 0.3)), without((0.2, 0.3)), encoder) == SEEN
    assert label(point(0.25), without((0.2, 0.3)), encoder) == OOD1
    assert label(((0.1, 0.35), (0.35, 0.5)), ((0.1, 0.3), (0.3, 0.5)), encoder) == SEEN


cells = st.sets(st.integers(0, 9), min_size=1)


def ranges(of: set[int]) -> tuple[tuple[float, float], ...]:
    """Return tenths of the range from 0 to 1 as intervals, neighbours joined to one."""
    joined: list[list[int]] = []
    for cell in sorted(of):
        if joined and joined[-1][1] == cell:
            joined[-1][1] += 1
        else:
            joined.append([cell, cell + 1])
    return tuple((low / 10, high / 10) for low, high in joined)


@given(cells, cells, cells)
def test_labels_of_ranges_are_those_of_all_their_parts(target, source, encoder) -> None:
    look = {"name": "d_u", "look": {"floor": [list(ends) for ends in ranges(encoder)]}}
    extremes = {"min": min(encoder) / 10, "max": (max(encoder) + 1) / 10}
    new = target - source
    expected = SEEN if not new else OOD1 if new <= encoder else OOD2
    assert label(ranges(target), ranges(source), seen(look, floor=extremes)) == expected
    assert label(ranges(target), ranges(source), None) == (OOD if new else SEEN)


def test_what_the_policy_has_met_is_not_new_whatever_the_encoder_has_seen() -> None:
    assert label(point(0.9), point(0.9), seen(floor={"min": 0.0, "max": 0.5})) == SEEN


def test_a_gap_in_what_frames_were_drawn_from_is_not_covered() -> None:
    recorded = {"name": "gap", "look": {"floor": [[0.0, 0.4], [0.6, 1.0]]}, "cases": []}
    encoder = seen(recorded, floor={"min": 0.001, "max": 0.999})
    assert label(point(0.5), point(0.1), encoder) == OOD2
    assert label(point(0.7), point(0.1), encoder) == OOD1
    cases = {
        "name": "cases",
        "look": {},
        "cases": [{"floor": [[0.1, 0.1]]}, {"floor": [[0.5, 0.5]]}],
    }
    encoder = seen(cases, floor={"min": 0.10000000149, "max": 0.5})
    assert label(point(0.5), point(0.1), encoder) == OOD1
    assert label(point(0.3), point(0.1), encoder) == OOD2


def test_names_that_were_never_drawn_are_not_covered() -> None:
    encoder = seen(floor={"counts": {"wood": 5, "grass": 0}})
    assert label(("wood",), ("stone",), encoder) == OOD1
    assert label(("wood", "grass"), ("stone",), encoder) == OOD2


def test_three_values_that_were_met_in_pairs_only() -> None:
    one, two = point(0.1), point(0.2)
    factors = ("floor", "wall", "ceiling")
    pairs = tuple(dict.fromkeys(pair, two) for pair in itertools.combinations(factors, 2))
    source = Domain("s", dict.fromkeys([*factors, "light"], one), pairs)
    target = Domain("t", {**dict.fromkeys(factors, two), "light": one})
    assert changed(novelty(target, source).factors) == dict.fromkeys(factors, NEW_PAIR)
    pair = Domain("t", {**dict.fromkeys(factors[:2], two), "ceiling": one, "light": one})
    assert novelty(pair, source).target == SEEN


@dataclass(frozen=True)
class Furnished(Domain):
    textures: dict[str, str] = field(default_factory=dict)
    camera: dict[str, Any] = field(default_factory=dict)


def test_other_textures_and_cameras_are_new_to_the_encoder_unless_it_has_seen_them() -> None:
    look = {"floor": point(0.5)}
    source, grass = Domain("s", look), Furnished("t", look, textures={"floor": "grass"})
    encoder = seen({"name": "d_u", "look": {}}, floor={"min": 0.0, "max": 1.0})
    assert novelty(grass, source, encoder).factors == {"floor": SEEN, "textures.floor": OOD2}
    assert novelty(grass, source, encoder).target == OOD2
    assert novelty(grass, source).target == OOD
    assert novelty(grass, grass, encoder).target == SEEN
    recorded = {
        "name": "d_u",
        "look": {},
        "textures": {"floor": "grass"},
        "camera": {"fov": [1, 2]},
    }
    meadow = seen(recorded, floor={"min": 0.0, "max": 1.0})
    assert novelty(grass, source, meadow).target == OOD1
    far = Furnished("t", look, camera={"fov": (1, 2), "height": 2.0})
    assert changed(novelty(far, source, meadow).factors) == {
        "camera.fov": OOD1,
        "camera.height": OOD2,
    }


def test_frames_that_record_no_factors_say_nothing() -> None:
    for encoder in (encoder_coverage({}), encoder_coverage({"coverage": {}, "domain": None})):
        assert label(point(0.5), point(0.5), encoder) == SEEN
        with pytest.raises(ValueError, match=r"which values of 'floor' its frames showed; train"):
            label(point(0.5), point(0.1), encoder)


def test_incomplete_domains_are_refused() -> None:
    with pytest.raises(ValueError, match=r"where light comes from; complete them with .*find_"):
        novelty(Domain("t", {"light": point(1.0)}), Domain("s", {}))


def test_targets_of_miniworlds_environments_have_labels() -> None:
    task = "MiniWorld-OneRoom-v0"
    frames = {"domain": suite_of(task).whole_domain("d_u").to_dict(), "coverage": {}}
    for factor, ((low, high),) in frames["domain"]["look"].items():
        frames["coverage"][factor] = {"min": low, "max": high}
    source = suite_of(task).whole_domain("source")
    labels = {
        name: novelty(suite_of(task).whole_domain(name), source, encoder_coverage(frames))
        for name in suite_of(task).targets()
    }
    assert changed(labels["floor_and_wall"].factors) == {"floor": OOD1, "wall": OOD1}
    assert {name: label.target for name, label in labels.items()} == {
        **dict.fromkeys(labels, OOD2),
        **dict.fromkeys(("new_floor", "new_wall", "new_objects", "new_colors"), OOD1),
        **dict.fromkeys(("floor_and_wall", "all_three", "new_light"), OOD1),
    }

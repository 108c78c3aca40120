"""Named domains of MiniWorld's environments: which there are, and what their colours are like."""

import json

import numpy as np
import pytest

from darla_envs.description import named_domains
from darla_envs.description.domain import NO_FACTORS, Domain, point
from darla_envs.description.domains import (
    domain_names,
    find_domain,
    register_domain,
    target_names,
    whole_domain,
)
from darla_envs.description.look import Look
from darla_envs.description.look_ranges import FACTORS, LINES, STOCK, SURFACES
from darla_envs.description.palettes import PALETTES
from darla_envs.description.texture_files import OWN, textures_of
from darla_envs.description.usual_domains import HELD_OUT_TEXTURES, SEEN_TEXTURES
from darla_envs.miniworlds.drawn_looks import look_at

MAZE, SIGN = "MiniWorld-Maze-v0", "darla_envs.stock:MiniWorld-Sign-v0"
SIDEWALK = "MiniWorld-Sidewalk-v0"
SHIFTED = ("d_u_rich", "textured", "new_textures")
LUMA = np.array([0.299, 0.587, 0.114])
SEEN = np.linspace(0.0, 0.75, 26)


@pytest.fixture(autouse=True)
def own_looks(monkeypatch):
    monkeypatch.setattr(named_domains, "_added", {})


def _changed(domain):
    """Return what a domain shifts."""
    return {*domain.look, *(name for name in NO_FACTORS if getattr(domain, name))}


def test_the_names():
    assert domain_names(MAZE)[:3] == ["source", "d_u", "d_u_rich"]
    assert target_names(MAZE) == domain_names(MAZE)[3:-1]
    assert domain_names(MAZE)[-1] == "validation_apart"
    assert {name: _changed(find_domain(MAZE, name)) for name in target_names(MAZE)} == {
        "new_floor": {"floor"},
        "new_wall": {"wall"},
        "new_objects": {"objects"},
        "floor_and_wall": {"floor", "wall"},
        "all_three": set(SURFACES),
        "new_light": {"light"},
        "unseen_colors": set(SURFACES),
        "new_colors": set(SURFACES),
        "other_palette": {*SURFACES, "palettes"},
        "textured": {"textures"},
        "new_textures": {"textures", "light"},
        "new_camera_height": {"camera"},
        "low_camera": {"camera"},
        "new_field_of_view": {"camera"},
        "noisy": {"restyle"},
        "blurred": {"restyle"},
        "grey": {"restyle"},
    }
    assert _changed(find_domain(MAZE, "d_u")) == set(FACTORS)
    assert _changed(find_domain(MAZE, "d_u_rich")) == {*FACTORS, "textures", "camera"}


def test_objects_that_are_told_by_their_colors_keep_them():
    assert {"new_objects", "all_three", "grey"} & set(domain_names(SIGN)) == set()
    for name in domain_names(SIGN)[1:]:
        found = find_domain(SIGN, name)
        assert _changed(found) and "objects" not in {**found.look, **found.palettes}


def test_floors_that_are_told_by_their_textures_keep_them():
    assert domain_names(SIDEWALK) == domain_names(MAZE)
    assert all("floor" not in find_domain(SIDEWALK, name).textures for name in SHIFTED)
    assert set(find_domain(SIDEWALK, "textured").textures) == {"wall"}
    with pytest.raises(ValueError, match=r"of MiniWorld-Sidewalk-v0 have one each, which tell"):
        find_domain(SIDEWALK, Domain("odd", textures={"floor": "wood"}))


def test_the_rich_domain_shows_the_source_and_no_texture_and_no_camera_of_a_target():
    rich = find_domain(MAZE, "d_u_rich")
    for offered in rich.textures.values():
        assert offered.count(OWN) == 6 and {*offered} == {OWN, *SEEN_TEXTURES}
    own = {"height": 1.5, "pitch": 0.0, "field_of_view": 60.0}
    for name, value in own.items():
        assert sum(low <= value <= high for low, high in rich.camera[name]) == 1
    for name in ("textured", "new_textures"):
        target = find_domain(MAZE, name).textures
        shown = {each for names in target.values() for each in textures_of(names)}
        assert shown <= {*HELD_OUT_TEXTURES} - {"floor_tiles_bw", "cinder_blocks", "slime"}
    for name in ("new_camera_height", "low_camera", "new_field_of_view"):
        ((what, value),) = find_domain(MAZE, name).camera.items()
        assert all(not low <= value <= high for low, high in rich.camera[what])
        assert value != own[what]


@pytest.mark.parametrize("source", [None, "source", Domain("source"), {"name": "source"}])
def test_the_source_is_as_miniworld_gives_it(source):
    assert find_domain(MAZE, source) is None


@pytest.mark.parametrize("surface", SURFACES)
def test_colors_of_a_line_have_one_brightness(surface):
    lumas = [LINES[surface].rgb(position) @ LUMA for position in np.linspace(0, 1, 11)]
    assert np.ptp(lumas) < 0.01


def test_the_range_of_d_u_holds_the_source_and_new_colors_but_no_unseen_ones():
    d_u = find_domain(MAZE, "d_u").look
    for surface in ("floor", "wall"):
        greyness = [np.ptp(LINES[surface].rgb(position)) for position in SEEN]
        assert 0.2 < SEEN[np.argmin(greyness)] < 0.7
        assert min(greyness) < 0.13
    assert np.abs(LINES["objects"].rgb(0.0) - (1.0, 0.0, 0.0)).max() <= 0.1
    for name, inside in (("all_three", True), ("unseen_colors", False)):
        for surface, ((position, _),) in find_domain(MAZE, name).look.items():
            ((low, high),) = d_u[surface]
            assert (low <= position <= high) == inside


def test_options_can_be_chosen_apart_from_the_colors_of_all_targets():
    apart, d_u = find_domain(MAZE, "validation_apart"), find_domain(MAZE, "d_u")
    for factor, ((low, high),) in apart.look.items():
        assert d_u.look[factor][0][0] <= low < high <= d_u.look[factor][0][1]
        for name in target_names(MAZE):
            target = find_domain(MAZE, name)
            if factor in target.look and factor not in target.palettes and not target.textures:
                ((start, end),) = target.look[factor]
                assert end < low or high < start, (name, factor)


def test_other_palettes_are_as_bright_as_the_lines_and_far_from_what_d_u_shows():
    look = find_domain(MAZE, "other_palette")
    for surface, name in look.palettes.items():
        ((low, high),) = look.look[surface]
        other = np.array([PALETTES[name].rgb(value) for value in np.linspace(low, high, 51)])
        seen = np.array([LINES[surface].rgb(value) for value in SEEN])
        assert np.linalg.norm(other[:, None] - seen, axis=-1).min() >= 0.36
        assert np.abs(other @ LUMA - seen[0] @ LUMA).max() < 0.01


@pytest.mark.parametrize("surface", ["floor", "wall"])
def test_objects_have_no_color_of_a_surface_in_any_light(surface):
    def shares(name, positions):  # of red, green and blue, which do not change with the light
        colors = np.array([LINES[name].rgb(position) for position in positions])
        return colors / colors.sum(axis=1, keepdims=True)

    for positions in (SEEN, [1.0]):
        objects, others = shares("objects", positions), shares(surface, positions)
        assert np.abs(objects[:, None] - others).sum(axis=-1).min() > 0.28
        assert np.abs(objects - 1 / 3).sum(axis=-1).min() > 0.35  # MiniWorld's own are grey


def test_domains_of_ones_own_are_found():
    dusk = Domain("dusk", {"floor": ((0.2, 0.4),), "light": point(0.6)})
    register_domain(MAZE, dusk)
    register_domain(SIGN, Look(wall=(1.0, 0.9, 0.5)), name="yellow")
    assert find_domain(f"darla_envs.stock:{MAZE}", "dusk") == dusk
    for domain in (dusk, *map(find_domain, [MAZE] * 3, SHIFTED)):
        assert find_domain(MAZE, json.loads(json.dumps(domain.to_dict()))) == domain
    yellow = find_domain("MiniWorld-Sign-v0", "yellow")
    assert find_domain(MAZE, yellow.to_dict()) == yellow
    assert target_names(MAZE)[-1] == "dusk"
    with pytest.raises(ValueError, match="did you mean 'yellow'"):
        find_domain(SIGN, "yelow")


def test_a_look_is_where_the_lines_say():
    look = look_at({"wall": 0.0, "light": 0.5})
    assert look == Look(wall=(0.5, 1.0, 0.5), light=0.5)
    amber = look_at({"wall": 0.0, "floor": 0.0}, {"wall": "amber"})
    assert amber == Look(wall=(1.0, 0.75, 0.5), floor=(1.0, 0.55, 0.15))


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ("new_flor", "has no domain 'new_flor'; did you mean 'new_floor'.*or a look"),
        (3, "has no domain 3: give a name"),
        ({"flor": (1, 1, 1)}, "a look has no 'flor'; did you mean 'floor'"),
        ({"floor": (1, 1, 2)}, r"floor must be three numbers in \[0, 1\]"),
        ({"light": -1.0}, "light must be at least 0"),
        (Domain("odd", {"object": point(0.5)}), "names 'object'.*did you mean 'objects'"),
        (Domain("odd", {"floor": ((0.5, 1.5),)}), "draws 'floor' from"),
        (Domain("odd", {"floor": ((0.5, 0.2),)}), "draws 'floor' from"),
        (Domain("odd", {"floor": ()}), "draws 'floor' from"),
        (Domain("odd", {"floor": ("red",)}), "draws 'floor' from"),
        (Domain("odd", palettes={"floor": "rosy"}), "unknown palette 'rosy'; did you mean 'rose'"),
        (Domain("odd", palettes={"floor": "rose"}), "a palette for 'floor', and no value on it"),
        (Domain("odd", textures={"flor": "wood"}), "surface 'flor'; did you mean 'floor'"),
        (Domain("odd", textures={"floor": "marbel"}), "texture 'marbel'; did you mean 'marble'"),
        (Domain("odd", textures={"floor": "owm"}), "texture 'owm'; did you mean 'own'"),
        (Domain("odd", textures={"wall": ("wood", "rock")}), "several values for wall, but its"),
        (Domain("odd", camera={"hight": 1.5}), "no 'hight'; did you mean 'height'"),
        (Domain("odd", camera={"pitch": ((1.0, 90.0),)}), "pitch cannot be 90.0; allowed: -80"),
        (Domain("odd", camera={"pitch": ((-9.0, 0.0),)}), "several values for pitch, but its"),
        (Domain("odd", restyle={"noice": 0.5}), "unknown shift 'noice'; did you mean 'noise'"),
        (Domain("odd", {}, ({"wall": point(0.1)}, {})), "'wall' in some of its cases only"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(domain, message):
    with pytest.raises(ValueError, match=message) as error:
        find_domain(MAZE, domain)
    assert "\n" not in str(error.value)
    if isinstance(domain, Domain):
        with pytest.raises(ValueError, match=message):
            register_domain(MAZE, domain)


def test_a_registered_look_needs_a_name():
    with pytest.raises(ValueError, match="needs a name"):
        register_domain(MAZE, Look())


def test_whole_domains_say_where_every_factor_comes_from():
    assert whole_domain(MAZE, "source") == Domain("source", STOCK)
    for name in domain_names(MAZE):
        named, whole = find_domain(MAZE, name), whole_domain(MAZE, name).look
        assert set(whole) == set(FACTORS)
        if named is not None:
            assert {**whole, **named.look} == whole
    register_domain(MAZE, Domain("pairs", cases=({"floor": point(0.1)}, {"floor": point(0.2)})))
    assert set(whole_domain(MAZE, "pairs").look) == {*FACTORS} - {"floor"}  # as cases say
    register_domain(MAZE, Look(wall=(1.0, 0.9, 0.5)), name="yellow")
    with pytest.raises(ValueError, match=r"'yellow' of .*Maze-v0 is a look in colours"):
        whole_domain(MAZE, "yellow")

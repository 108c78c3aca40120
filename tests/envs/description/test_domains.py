import json

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import darla_envs  # noqa: F401  (registers the tasks)
from darla_envs.description.domain import NO_FACTORS, Domain, draw, point, without
from darla_envs.description.domains import domain_names, find_domain, register_domain, target_names
from darla_envs.description.palettes import PALETTES
from darla_envs.description.tasks import GO_TO_OBJECT, PICK_COLOR, SEEK_AVOID, find_task

COLOR_FACTORS = {"floor": "floor", "wall": "wall", "object_color": "object"}


def _changed_factors(task, domain):
    source, target = find_domain(task, "source"), find_domain(task, domain)
    return [name for name in COLOR_FACTORS if source.look[name] != target.look[name]]


NEW_COLORS = ("new_floor", "new_wall", "new_object_color", "floor_and_wall", "all_three")
OTHERS = {
    "new_shape": {"object_shape"},
    "new_light": {"light"},
    "textured": {"textures"},
    "new_camera_height": {"camera"},
    "new_field_of_view": {"camera"},
    "low_camera": {"camera"},
    "new_textures": {"textures", "floor", "wall"},
    "middle_colors": set(COLOR_FACTORS),
    "grey": {"restyle"},
    "noisy": {"restyle"},
    "blurred": {"restyle"},
    "new_colors": set(COLOR_FACTORS),
    "other_palette": {*COLOR_FACTORS, "ceiling", "palettes"},
}


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
@pytest.mark.parametrize("domain", [*NEW_COLORS, "unseen_colors"])
def test_color_targets_differ_by_60_grey_levels(task, domain):
    source = gym.make(task, domain="source").unwrapped
    rng = np.random.default_rng(0)
    for factor in _changed_factors(task, domain):
        new = find_domain(task, domain).look[factor][0][0]
        differences = []
        for _ in range(12):
            setting = source.sample_factors(in_view=True, rng=rng)
            before = source.reset(options={"factors": setting})[0].astype(int)
            names = [name for name in setting if name == factor or name.endswith("_color")]
            names = [factor] if factor in setting else names
            shifted = setting | dict.fromkeys(names, new)
            after = source.reset(options={"factors": shifted})[0]
            change = np.abs(before - after)
            differences.append(change[change.max(-1) > 2])
        assert np.concatenate(differences).mean() >= 60, factor
    source.close()


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID])
def test_other_targets_change_one_thing(task):
    source = find_domain(task, "source")
    for name, expected in OTHERS.items():
        if name in target_names(task):
            found = find_domain(task, name)
            changed = {key for key in source.look if source.look[key] != found.look[key]}
            changed |= {key for key in NO_FACTORS if getattr(found, key)}
            assert changed == expected, name


def test_middle_colors_are_between_the_source_and_the_new_ones():
    looks = [find_domain(GO_TO_OBJECT, name).look for name in ("source", "middle_colors")]
    new = find_domain(GO_TO_OBJECT, "all_three").look
    for factor, palette in COLOR_FACTORS.items():
        old, middle = (
            find_task(GO_TO_OBJECT).palettes[palette].rgb(look[factor][0][0]) for look in looks
        )
        far = find_task(GO_TO_OBJECT).palettes[palette].rgb(new[factor][0][0])
        distances = [np.linalg.norm(middle - each) for each in (old, far)]
        assert min(distances) > 0.1 and max(distances) < np.linalg.norm(far - old)


def test_names():
    assert domain_names(GO_TO_OBJECT)[0] == "source"
    everywhere = {*NEW_COLORS, "unseen_colors", "held_out_pairs", *OTHERS} - {"new_shape"}
    assert set(target_names(SEEK_AVOID)) == everywhere
    assert set(target_names(GO_TO_OBJECT)) == everywhere | {"new_shape"}
    for task in (GO_TO_OBJECT, SEEK_AVOID):
        others = {"source", "source_pairs", "d_u", "d_u_rich", "validation_apart"}
        others |= {"validation"} if task == GO_TO_OBJECT else set()
        assert set(domain_names(task)) == {*target_names(task), *others}
        assert not others & set(target_names(task))


def test_options_are_chosen_in_the_looks_of_d_u_with_the_object_of_the_source():
    source, d_u, validation = (
        find_domain(GO_TO_OBJECT, name).look for name in ("source", "d_u", "validation")
    )
    assert validation == d_u | {"object_shape": source["object_shape"]} != d_u


def _ends(domain, factor):
    return np.ravel(domain.look[factor])


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID, PICK_COLOR])
def test_options_can_be_chosen_apart_from_the_colors_and_the_light_of_all_targets(task):
    source, d_u = find_domain(task, "source"), find_domain(task, "d_u")
    apart = find_domain(task, "validation_apart")
    assert apart.look["object_shape"] == source.look["object_shape"]
    for factor in set(source.look) - {"object_shape"}:
        for low, high in apart.look[factor]:
            assert any(start <= low and high <= end for start, end in d_u.look[factor])
            for name in target_names(task):
                target = find_domain(task, name)
                same_palettes = factor.removesuffix("_color") not in target.palettes
                is_new = target.look[factor] != source.look[factor] and not target.textures
                if is_new and same_palettes:
                    met = [low <= end and start <= high for start, end in target.look[factor]]
                    assert not any(met), (name, factor)


@pytest.mark.parametrize(
    ("task", "name", "factors"),
    [
        (GO_TO_OBJECT, "new_colors", set(COLOR_FACTORS)),
        (SEEK_AVOID, "new_colors", set(COLOR_FACTORS)),
        (PICK_COLOR, "new_rooms", {"floor", "wall", "ceiling", "light"}),
    ],
)
def test_drawn_colors_are_of_d_u_and_far_from_the_source(task, name, factors):
    source, d_u, target = (find_domain(task, each) for each in ("source", "d_u", name))
    assert {key for key in source.look if source.look[key] != target.look[key]} == factors
    for factor in factors:
        ends = _ends(target, factor)
        assert np.ptp(ends) > 0.19
        assert _ends(d_u, factor).min() <= ends.min() and ends.max() <= _ends(d_u, factor).max()
        assert np.abs(ends - _ends(source, factor)[0]).min() >= 0.2


@pytest.mark.parametrize("task", [GO_TO_OBJECT, SEEK_AVOID, PICK_COLOR])
def test_other_palettes_are_far_from_all_that_d_u_shows(task):
    d_u, target = find_domain(task, "d_u"), find_domain(task, "other_palette")
    own, shades = find_task(task).palettes, find_task(task).wall_shades
    for surface, name in target.palettes.items():
        factor = f"{surface}_color" if surface == "object" else surface
        (low, high) = _ends(d_u, factor)
        seen = np.array([own[surface].rgb(value) for value in np.linspace(low, high, 91)])
        (low, high) = _ends(target, factor)
        other = np.array([PALETTES[name].rgb(value) for value in np.linspace(low, high, 91)])
        distances = np.linalg.norm(seen[:, None] - other, axis=-1)
        assert distances.min() >= 0.36, surface
        if surface == "wall":  # darker walls are no nearer to lighter ones
            painted = [
                np.concatenate([colors * shade for shade in shades]) for colors in (seen, other)
            ]
            assert np.linalg.norm(painted[0][:, None] - painted[1], axis=-1).min() >= 0.36
    assert ("object" in target.palettes) == (task != PICK_COLOR)  # whose colours are its task


def test_the_unsupervised_domain_leaves_out_what_is_declared():
    env = gym.make(GO_TO_OBJECT, domain="d_u").unwrapped
    rng = np.random.default_rng(0)
    floors = np.array([env.sample_factors(rng=rng)["floor"] for _ in range(300)])
    assert floors.max() < 0.9
    assert floors.min() < 0.05 and floors.max() > 0.85
    unseen = find_domain(GO_TO_OBJECT, "unseen_colors").look["floor"][0][0]
    assert unseen > 0.9
    env.close()


@pytest.mark.parametrize(
    ("task", "factor", "counts"), [(GO_TO_OBJECT, "color", (3, 1)), (SEEK_AVOID, "shape", (6, 2))]
)
def test_held_out_pairs_are_never_in_their_source(task, factor, counts):
    source = gym.make(task, domain="source_pairs").unwrapped
    target = gym.make(task, domain="held_out_pairs").unwrapped

    def pairs(env):
        found = set()
        rng = np.random.default_rng(0)
        for _ in range(100):
            setting = env.sample_factors(rng=rng)
            for name in env.task.objects:
                found.add((setting["wall"], setting[f"{name}_{factor}"]))
        return found

    held_out, seen = pairs(target), pairs(source)
    assert not held_out & seen
    assert {wall for wall, _ in held_out} <= {wall for wall, _ in seen}
    assert {value for _, value in held_out} <= {value for _, value in seen}
    assert (len(seen), len(held_out)) == counts
    source.close()
    target.close()


def test_a_domain_of_ones_own(monkeypatch):
    monkeypatch.setattr("darla_envs.description.named_domains._added", {})
    register_domain(
        GO_TO_OBJECT,
        Domain("dusk", {**find_domain(GO_TO_OBJECT, "source").look, "light": point(0.6)}),
    )
    env = gym.make(GO_TO_OBJECT, domain="dusk").unwrapped
    assert env.reset(seed=0)[1]["factors"]["light"] == 0.6
    env.close()


def test_what_a_domain_does_not_name_is_as_in_the_source():
    env = gym.make(GO_TO_OBJECT, domain=Domain("green", {"floor": point(0.5)})).unwrapped
    values = env.reset(seed=0)[1]["factors"]
    assert (values["floor"], values["wall"], values["object_shape"]) == (0.5, 0.05, "box")
    env.close()


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ("new_flor", "did you mean 'new_floor'"),
        (Domain("x", {"flor": point(0.5)}), "did you mean 'floor'"),
        (Domain("x", {"floor": point(1.5)}), "factor 'floor' cannot be 1.5"),
        (Domain("x", {"object_shape": ("cube",)}), "allowed: one of"),
        ({"look": {}}, "keys name, look, cases, textures, camera, restyle and palettes"),
        ({"name": "x", "texture": {}}, "did you mean 'textures'"),
        (Domain("x", textures={"flor": "wood"}), "unknown surface 'flor'; did you mean 'floor'"),
        (Domain("x", textures={"floor": "marbel"}), "texture 'marbel'; did you mean 'marble'"),
        (Domain("x", textures={"wall": "concrete_2"}), "did you mean 'concrete'"),
        (Domain("x", camera={"hight": 1.5}), "no 'hight'; did you mean 'height'"),
        (Domain("x", camera={"height": 5}), "height cannot be 5; allowed: 0.1 to 2.6 m"),
        (Domain("x", camera={"pitch": float("nan")}), "pitch cannot be nan; allowed: -80 to 80"),
        (Domain("x", camera={"field_of_view": "wide"}), "field_of_view cannot be 'wide'"),
        (Domain("x", palettes={"flor": "moss"}), "surface with a palette 'flor'; did you mean"),
        (Domain("x", palettes={"floor": "mos"}), "unknown palette 'mos'; did you mean 'moss'"),
        (Domain("x", palettes={"floor": ("moss",)}), "unknown palette"),
        (Domain("x", restyle={"noice": 0.5}), "unknown shift 'noice'; did you mean 'noise'"),
        (Domain("x", restyle={"noise": 2}), "strength of shift 'noise' is 2"),
        (Domain("x", textures={"floor": ()}), "the floor has no texture to be drawn from"),
        (Domain("x", textures={"floor": ("wood", "marbel")}), "did you mean 'marble'"),
        (Domain("x", camera={"height": ((1.0, 5.0),)}), "height cannot be 5.0; allowed"),
        (Domain("x", camera={"height": ((1.4, 1.0),)}), "height cannot be"),
        (Domain("x", camera={"height": ()}), r"height cannot be \(\)"),
        (Domain("x", textures={"wall": ("wood", "rock")}), "several values for wall, but its look"),
        (Domain("x", camera={"pitch": ((-9.0, 0.0),)}), "several values for pitch, but its look"),
    ],
)
def test_wrong_domains_are_named(domain, message):
    with pytest.raises(ValueError, match=message):
        gym.make(GO_TO_OBJECT, domain=domain)


def test_domains_survive_a_dictionary():
    for task in (GO_TO_OBJECT, SEEK_AVOID):
        for name in domain_names(task):
            domain = find_domain(task, name)
            assert find_domain(task, json.loads(json.dumps(domain.to_dict()))) == domain


def test_dictionaries_of_domains_without_shifts_are_as_they_always_were():
    old = {"name": "mine", "look": {"floor": [[0.5, 0.5]]}, "cases": []}
    domain = Domain.from_dict(old)
    assert domain == Domain("mine", {"floor": point(0.5)})
    assert set(domain.to_dict()) == set(old)


@given(st.floats(0, 1, exclude_max=True), st.floats(0.1, 0.4), st.floats(0.5, 0.9))
def test_draws_keep_out_of_held_out_intervals(u, low, high):
    value = draw(without((low, high)), u)
    assert 0 <= value <= 1
    assert not low < value < high


@given(st.floats(0, 1, exclude_max=True))
def test_draws_from_a_point_and_from_names(u):
    assert draw(point(0.3), u) == 0.3
    assert draw(("a", "b"), u) == ("a" if u < 0.5 else "b")

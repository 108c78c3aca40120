"""The named domains of each task, and how to add one.

A domain of one's own takes a few lines::

    from darla_envs.description.domain import Domain, point
    from darla_envs.description.domains import register_domain

    dusk = Domain("dusk", {"floor": point(0.5), "light": point(0.6)})
    register_domain("Darla/GoToObject-v0", dusk)
    env = gym.make("Darla/GoToObject-v0", domain="dusk")
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from darla_envs.description.domain import WHOLE, Domain, point, without
from darla_envs.names import hint

GO_TO_OBJECT = "Darla/GoToObject-v0"
SEEK_AVOID = "Darla/SeekAvoid-v0"
SOURCES = ("source", "source_pairs")
UNSUPERVISED, VALIDATION = "d_u", "validation"
SEEN_LOOKS = (UNSUPERVISED, VALIDATION)
"""Domains whose looks are those of the encoder's frames: neither sources nor targets."""

# D_U leaves out the last tenth of every colour, so that one target can show colours that neither
# the encoder nor the policy has seen.
HELD_OUT = (0.9, 1.0)
_SEEN = without(HELD_OUT)[:1]
_OLD = {"floor": point(0.15), "wall": point(0.05), "object_color": point(0.1)}
_NEW = {"floor": point(0.85), "wall": point(0.88), "object_color": point(0.85)}
_MIDDLE = {"floor": point(0.5), "wall": point(0.5), "object_color": point(0.5)}
# Light enough that the source's colours still show, so that the pattern is what is new. D_U has no
# textures: neither the encoder nor the policy has seen any.
_TEXTURES = {"floor": "floor_tiles_bw", "wall": "marble"}
_SOURCE_LOOK = {
    **_OLD,
    "ceiling": point(0.3),
    "light": point(0.9),
    "object_shape": ("box",),
}
_UNSUPERVISED_LOOK = {
    "floor": _SEEN,
    "wall": _SEEN,
    "object_color": _SEEN,
    "ceiling": WHOLE,
    "light": ((0.5, 1.0),),
    "object_shape": ("box", "ball", "cone"),
}


def _changed(name: str, *factors: str) -> Domain:
    return Domain(name, {**_SOURCE_LOOK, **{factor: _NEW[factor] for factor in factors}})


def _common() -> list[Domain]:
    unseen = {"floor": point(0.98), "wall": point(0.98), "object_color": point(0.98)}
    return [
        Domain("source", _SOURCE_LOOK),
        Domain("d_u", _UNSUPERVISED_LOOK),
        _changed("new_floor", "floor"),
        _changed("new_wall", "wall"),
        _changed("new_object_color", "object_color"),
        _changed("floor_and_wall", "floor", "wall"),
        _changed("all_three", "floor", "wall", "object_color"),
        Domain("new_light", {**_SOURCE_LOOK, "light": point(0.55)}),
        Domain("unseen_colors", {**_SOURCE_LOOK, **unseen}),
        Domain("middle_colors", {**_SOURCE_LOOK, **_MIDDLE}),
        Domain("textured", _SOURCE_LOOK, textures=_TEXTURES),
        Domain("new_camera_height", _SOURCE_LOOK, camera={"height": 1.5}),
        Domain("new_field_of_view", _SOURCE_LOOK, camera={"field_of_view": 70.0}),
    ]


def _validation() -> Domain:
    """D_U's looks of the source's object: where an agent's options can be chosen without a target.

    In D_U itself the return is as much about shapes that the policy has not met as about looks.
    """
    return Domain(VALIDATION, {**_UNSUPERVISED_LOOK, "object_shape": _SOURCE_LOOK["object_shape"]})


def _new_shape() -> Domain:
    """A ball where the source has a box: D_U has all three shapes, so the encoder has seen it."""
    return Domain("new_shape", {**_SOURCE_LOOK, "object_shape": ("ball",)})


def _pairs_of_colors() -> list[Domain]:
    """Two walls and two colours of the object; one of the four pairs is only tested in."""
    walls = [{"wall": each["wall"]} for each in (_OLD, _NEW)]
    colors = [{"object_color": each["object_color"]} for each in (_OLD, _NEW)]
    *met, held_out = [{**wall, **color} for wall in walls for color in colors]
    return [
        Domain("source_pairs", _SOURCE_LOOK, tuple(met)),
        Domain("held_out_pairs", {**_SOURCE_LOOK, **held_out}),
    ]


def _pairs_of_kinds() -> list[Domain]:
    """DARLA's protocol: half of the kinds are met in one room only, and tested in the other."""
    first, second = {"wall": _OLD["wall"]}, {"wall": _NEW["wall"]}
    anywhere, one_room = {"object_shape": ("ball", "cylinder")}, {"object_shape": ("box", "cone")}
    cases = ({**first, **one_room}, {**first, **anywhere}, {**second, **anywhere})
    return [
        Domain("source_pairs", _SOURCE_LOOK, cases),
        Domain("held_out_pairs", {**_SOURCE_LOOK, **second, **one_room}),
    ]


def _with_shapes(domains: list[Domain]) -> list[Domain]:
    every = ("box", "ball", "cone", "cylinder")
    return [replace(each, look={**each.look, "object_shape": every}) for each in domains]


_OF_ONE_OBJECT = [*_common(), _validation(), _new_shape(), *_pairs_of_colors()]
_CATALOGUE: dict[str, dict[str, Domain]] = {
    GO_TO_OBJECT: {each.name: each for each in _OF_ONE_OBJECT},
    SEEK_AVOID: {each.name: each for each in [*_with_shapes(_common()), *_pairs_of_kinds()]},
}


def domain_names(task: str) -> list[str]:
    """Return the names of a task's domains, the source first.

    Raises:
        ValueError: the task is unknown.
    """
    return list(_domains_of(task))


def targets(task: str) -> list[str]:
    """Return the domains that agents are tested in: neither sources nor those of D_U's looks."""
    return [name for name in domain_names(task) if name not in (*SOURCES, *SEEN_LOOKS)]


def register_domain(task: str, domain: Domain) -> None:
    """Add a domain to a task, so that it can be named; one of that name is replaced."""
    _domains_of(task)[domain.name] = domain


def find_domain(task: str, domain: str | Mapping[str, Any] | Domain) -> Domain:
    """Return a task's domain by its name, or make one from its dictionary.

    What a domain of one's own does not name is as in the task's source.

    Raises:
        ValueError: there is no such domain; the nearest name is suggested.
    """
    known = _domains_of(task)
    if isinstance(domain, str):
        if domain not in known:
            raise _unknown("domain", domain, list(known))
        domain = known[domain]
    elif isinstance(domain, Mapping):
        domain = Domain.from_dict(domain)
    source = known["source"]
    return replace(
        domain,
        look={**source.look, **domain.look},
        textures={**source.textures, **domain.textures},
        camera={**source.camera, **domain.camera},
    )


def _domains_of(task: str) -> dict[str, Domain]:
    if task not in _CATALOGUE:
        raise _unknown("task", task, list(_CATALOGUE))
    return _CATALOGUE[task]


def _unknown(what: str, name: str, known: list[str]) -> ValueError:
    return ValueError(f"unknown {what} {name!r}; {hint(name, known)}known: {', '.join(known)}")

"""The domains of an environment, for environments that have none of their own: how each looks.

From Python::

    Looks(
        {
            "source": Look(),
            "d_u": Look(restyle={"hue": (0.0, 1.0), "brightness": (0.0, 0.5)}),
            "new_hue": Look(restyle={"hue": 0.5}),
        }
    )

or from a file that says the same, by :meth:`Looks.from_toml`::

    [domains.source]
    [domains.d_u]
    restyle = { hue = [0.0, 1.0], brightness = [0.0, 0.5] }
    [domains.new_hue]
    restyle = { hue = 0.5 }

The words of :func:`find_looks` are those of commands: ``standard``, or the path of such a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from darla.environments.restyling.strengths import Strength, checked_strengths
from darla.environments.standard_shifts import STANDARD_TARGETS, STANDARD_UNSUPERVISED
from darla.running.names import nearest, unknown
from darla.running.plain_json import as_json, shown
from darla.running.toml_files import read_toml

SOURCE, UNSUPERVISED = "source", "d_u"
"""What the domains are called that agents learn in, and that frames for encoders come from."""
STANDARD = "standard"
"""The word for :meth:`Looks.standard`."""

_NAME_LENGTH = 200


@dataclass(frozen=True)
class Look:
    """One domain: what an environment looks like in it, and how that is brought about.

    A ValueError for a shift that is unknown, a strength out of range, or values that JSON cannot
    hold, which could not be recorded.
    """

    env_kwargs: dict[str, Any] = field(default_factory=dict)
    """Further arguments that the environment is made with; JSON can hold them."""
    reset_options: dict[str, Any] = field(default_factory=dict)
    """What every ``reset(options=...)`` is given; JSON can hold them."""
    wrappers: tuple[str, ...] = ()
    """Wrappers around it, the innermost first, each as ``module:Class(argument=literal)``."""
    restyle: dict[str, Strength] = field(default_factory=dict)
    """How its pictures are changed: for each shift of ``darla.environments.restyling.SHIFTS`` a
    strength from 0 to 1, or a range, of which each episode draws one."""

    def __post_init__(self) -> None:
        """Check what is given, and hold it as JSON would give it back."""
        for name in ("env_kwargs", "reset_options", "restyle"):
            if not isinstance(getattr(self, name), Mapping):
                raise ValueError(f"{name} is {shown(getattr(self, name))}; expected a mapping")
        wrappers: Any = self.wrappers
        several = isinstance(wrappers, list | tuple)
        if not several or not all(isinstance(each, str) and each.strip() for each in wrappers):
            raise ValueError(
                f"wrappers is {shown(wrappers)}; expected a list of texts, such as "
                "['my_module:Fog(0.2)']"
            )
        object.__setattr__(self, "env_kwargs", as_json(self.env_kwargs, "env_kwargs"))
        object.__setattr__(self, "reset_options", as_json(self.reset_options, "reset_options"))
        object.__setattr__(self, "wrappers", tuple(wrappers))
        object.__setattr__(self, "restyle", checked_strengths(self.restyle))

    @property
    def only_restyles(self) -> bool:
        """Whether it changes pictures, and nothing about the environment that shows them."""
        return bool(self.restyle) and not (self.env_kwargs or self.reset_options or self.wrappers)

    @classmethod
    def from_json(cls, data: Any) -> "Look":
        """Return the look that a mapping describes; a ValueError where it describes none."""
        _check_keys(data, [each.name for each in fields(cls)], "key of a domain")
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold, from which :meth:`from_json` makes this look again."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: as_json(value, name) for name, value in given.items() if value}


@dataclass(frozen=True)
class Looks:
    """All domains of an environment, and what they are for.

    A ValueError for a domain that is named and not declared; the nearest is suggested.
    """

    domains: dict[str, Look]
    """How the environment looks, by the names of domains."""
    source: str = SOURCE
    """The domain that agents learn in."""
    unsupervised: str | None = UNSUPERVISED
    """D_U, the domain that frames for encoders come from; None where there is none."""
    targets: tuple[str, ...] = ()
    """The domains that agents are tested in. Where none is named: all others."""

    def __post_init__(self) -> None:
        """Check that what is named is declared; fill in the targets where none is named."""
        for name in self.domains:
            if not isinstance(name, str) or not name.strip() or len(name) > _NAME_LENGTH:
                raise ValueError(f"a domain is called {shown(name)}; expected a short text")
        if self.source not in self.domains:
            near = nearest(self.source, self.domains)
            raise ValueError(
                f"the source {self.source!r} is no domain that is declared; {near}declare it, "
                f"which may be empty, or name another; declared: {_listed(self.domains)}"
            )
        if self.unsupervised is not None and self.unsupervised not in self.domains:
            near = nearest(self.unsupervised, self.domains)
            raise ValueError(
                f"unsupervised={self.unsupervised!r} is no domain that is declared; {near}declare "
                f"it, or say unsupervised=None; declared: {_listed(self.domains)}"
            )
        others = [name for name in self.domains if name not in (self.source, self.unsupervised)]
        object.__setattr__(self, "targets", tuple(self.targets) or tuple(others))
        for target in self.targets:
            if target not in self.domains:
                raise ValueError(f"targets: {unknown('domain', target, self.domains)}")
            if target == self.source or self.targets.count(target) > 1:
                raise ValueError(
                    f"targets name {target!r}, which is "
                    f"{'the source' if target == self.source else 'there twice'}; leave it out"
                )

    @classmethod
    def standard(cls) -> "Looks":
        """Return looks for any environment: see :mod:`darla.environments.standard_shifts`."""
        domains = {SOURCE: Look(), UNSUPERVISED: Look(restyle=dict(STANDARD_UNSUPERVISED))}
        targets = {name: Look(restyle=dict(shifts)) for name, shifts in STANDARD_TARGETS.items()}
        return cls(domains | targets, targets=tuple(targets))

    @classmethod
    def from_toml(cls, path: Path | str) -> "Looks":
        """Read looks from a file; nothing that it names is imported.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is no TOML, or describes no looks; the message says where, what was
                expected, and the nearest word.
        """
        data = read_toml(Path(path))
        try:
            return cls.from_json(data)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    @classmethod
    def from_json(cls, data: Any) -> "Looks":
        """Return the looks that a mapping describes, in the form of :meth:`from_toml`'s files.

        Raises:
            ValueError: it describes none; the message says where, what was expected, and the
                nearest word.
        """
        _check_keys(data, [each.name for each in fields(cls)], "key of looks")
        domains, targets = data.get("domains"), data.get("targets", [])
        if not isinstance(domains, Mapping) or not domains:
            raise ValueError(f"domains is {shown(domains)}; declare them: [domains.source]")
        for name in ("source", "unsupervised"):
            if not isinstance(data.get(name, ""), str | None):
                raise ValueError(f"{name} is {shown(data[name])}; expected the name of a domain")
        if not isinstance(targets, list) or not all(isinstance(each, str) for each in targets):
            raise ValueError(f"targets is {shown(targets)}; expected a list of names of domains")
        looks = {}
        for name, look in domains.items():
            try:
                looks[name] = Look.from_json(look)
            except ValueError as error:
                raise ValueError(f"domain {name!r}: {error}") from error
        usual = UNSUPERVISED if UNSUPERVISED in looks else None
        source, unsupervised = data.get("source", SOURCE), data.get("unsupervised", usual)
        return cls(looks, source, unsupervised, tuple(targets))

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold, from which :meth:`from_json` makes these looks again."""
        return {
            "source": self.source,
            "unsupervised": self.unsupervised,
            "targets": list(self.targets),
            "domains": {name: look.to_json() for name, look in self.domains.items()},
        }


def find_looks(words: str) -> Looks:
    """Return the looks that are meant by ``standard``, or by the path of a TOML file.

    Raises:
        ValueError: there is no such file, or it describes no looks.
    """
    if words == STANDARD:
        return Looks.standard()
    if not Path(words).exists():
        raise ValueError(
            f"there is no file {words!r} of looks; {nearest(words, [STANDARD])}expected the path "
            f"of a TOML file, or {STANDARD!r}"
        )
    return Looks.from_toml(words)


def _check_keys(data: Any, known: list[str], what: str) -> None:
    """Raise a ValueError for what is no mapping of known keys."""
    if not isinstance(data, Mapping):
        raise ValueError(f"there is {shown(data)} instead of a mapping with {_listed(known)}")
    for key in data:
        if key not in known:
            raise unknown(what, key, known)


def _listed(names: Any) -> str:
    """Return names for a message."""
    return ", ".join(map(str, names)) or "none"

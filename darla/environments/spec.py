"""What environment is meant: its words, the text that tables call it by, and its name as a file."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from darla.environments.looks import Look, Looks
from darla.environments.wrapper_calls import WrapperCall
from darla.running.names import unknown
from darla.running.plain_json import as_json

_NAME = re.compile(r"[^\s()|]{1,500}")


@dataclass(frozen=True)
class EnvironmentSpec:
    """An environment, as somebody describes it; plain values, which can be recorded and compared.

    A ValueError where no environment is named, an argument cannot be recorded as JSON, or a wrapper
    is not written as one.
    """

    env: str
    """An id that is registered with Gymnasium, ``module:Id``, whose module is imported first, or
    ``module:function``: what makes the environment, and has no id."""
    env_kwargs: dict[str, Any] = field(default_factory=dict)
    """Further arguments of the environment; what JSON can hold."""
    wrappers: tuple[str, ...] = ()
    """Put around it, innermost first: ``module:Class(arg=literal)``."""
    looks: Looks | None = None
    """Its named domains; None where it has those that its package gives it."""

    def __post_init__(self) -> None:
        if not self.env:
            raise ValueError("no environment is named; give its id as env, such as CartPole-v1")
        if not _NAME.fullmatch(self.env):
            raise ValueError(
                f"env is {self.env[:200]!r}, but must be an id, module:Id or module:function; "
                "arguments of the environment are given as env_kwargs"
            )
        for name, value in self.env_kwargs.items():
            try:
                as_json(value, name)
            except ValueError as error:
                said = f"env_kwargs cannot be recorded: {name} is {value!r}, not JSON"
                raise ValueError(said) from error
        # as they come back from a file, so that what was recorded is the same environment
        object.__setattr__(self, "env_kwargs", json.loads(json.dumps(self.env_kwargs)))
        object.__setattr__(self, "wrappers", tuple(self.wrappers))
        for text in self.wrappers:
            WrapperCall.parse(text)

    def __hash__(self) -> int:
        """Return the hash of the text, for arguments are no hashable values."""
        return hash(self.text)

    @property
    def module(self) -> str:
        """The module that ``env`` names; empty where it names none."""
        return self.env.rpartition(":")[0]

    @property
    def name(self) -> str:
        """``env`` without the module."""
        return self.env.rpartition(":")[2]

    @property
    def is_plain(self) -> bool:
        """Whether it is an id, or what a function makes, as it is."""
        return not (self.env_kwargs or self.wrappers or self.looks)

    @cached_property
    def text(self) -> str:
        """What tables call it: the id of a plain one, and of no two different ones the same.

        Such as ``CarRacing-v3(continuous=False) | my_module:Repeat(4) | looks 1f2e3d4c``, where
        looks are told by their content.
        """
        given = [f"{name}={value!r}" for name, value in sorted(self.env_kwargs.items())]
        parts = [self.env + (f"({', '.join(given)})" if given else "")]
        parts += [str(WrapperCall.parse(text)) for text in self.wrappers]
        if self.looks is not None:
            parts.append(f"looks {digest(self.looks.to_json())}")
        return " | ".join(parts)

    def file_name(self, plain: str) -> str:
        """Return what is the name of a plain one, with what tells this one from others of its env.

        Folders and files of runs are called so.
        """
        return plain if self.is_plain else f"{plain}-{digest(self.text)}"

    def named_modules(self) -> list[str]:
        """Return the modules that wrappers name, those of all looks too, each once.

        Wrappers of this package need none, and are not among them.
        """
        looks = self.looks.domains.values() if self.looks is not None else ()
        texts = [*self.wrappers, *(text for look in looks for text in look.wrappers)]
        calls = map(WrapperCall.parse, texts)
        return list(dict.fromkeys(call.module for call in calls if not call.is_own))

    def look(self, domain: str) -> Look:
        """Return what its looks say of a domain; a ValueError, suggesting the nearest, if nothing.

        Of an environment that has looks.
        """
        assert self.looks is not None
        if domain not in self.looks.domains:
            raise unknown("domain", domain, self.looks.domains)
        return self.looks.domains[domain]

    def to_json(self) -> dict[str, Any]:
        """Return plain values, of which looks are told by their content."""
        return {
            "env": self.env,
            "env_kwargs": self.env_kwargs,
            "wrappers": list(self.wrappers),
            "looks": None if self.looks is None else self.looks.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "EnvironmentSpec":
        """Undo :meth:`to_json`; what is missing is as in a plain one. Raises as the class does."""
        looks = data.get("looks")
        return cls(
            data["env"],
            dict(data.get("env_kwargs") or {}),
            tuple(data.get("wrappers") or ()),
            None if looks is None else Looks.from_json(looks),
        )


def digest(value: Any) -> str:
    """Return eight hexadecimal digits that tell a plain value from others."""
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]

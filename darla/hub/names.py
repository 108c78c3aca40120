"""How a repository on the hub is named: ``hf://user/name``, or ``hf://user/name@revision``."""

import os
import re
from dataclasses import dataclass

_WORD = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_NAMED = re.compile(
    rf"(?P<repo>{_WORD}/{_WORD})(@(?P<revision>[A-Za-z0-9][A-Za-z0-9._/-]{{0,199}}))?"
)
_PREFIX = re.compile(r"hf:/{1,2}")  # a Path keeps one of the two
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class HubName:
    """A repository, and which state of it."""

    repo: str
    """Whose it is and what it is called: ``user/name``."""
    revision: str | None = None
    """A commit, a tag or a branch; the main branch when None."""

    @property
    def is_pinned(self) -> bool:
        """Whether it means the same files for ever: the revision is a whole commit."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        """Return the name as it is written."""
        return f"hf://{self.repo}" + (f"@{self.revision}" if self.revision else "")


def is_hub_name(given: str | os.PathLike[str]) -> bool:
    """Whether something on the hub is meant, and not a folder."""
    return _PREFIX.match(os.fspath(given)) is not None


def hub_name(given: str | os.PathLike[str]) -> HubName:
    """Read a name, with ``hf://`` before it or not.

    Raises:
        ValueError: it is not a user and a name, with or without a revision.
    """
    text = _PREFIX.sub("", os.fspath(given), count=1)
    found = _NAMED.fullmatch(text)
    if found is None or ".." in text:
        raise ValueError(
            f"{text!r} names nothing on the hub; expected user/name, or user/name@revision"
        )
    return HubName(found["repo"], found["revision"])

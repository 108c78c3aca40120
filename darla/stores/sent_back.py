"""Hold a local copy of what lies in a store for as long as it is written, and send it back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from darla.running.exclusive import exclusive_name


class Copy(Protocol):
    """A local copy, of a file or of a folder."""

    def bring(self) -> None:
        """Make it what the store has."""

    def send(self) -> None:
        """Make the store have it."""

    def remove(self) -> None:
        """Remove it here."""


@contextmanager
def sent_back(copy: Copy, path: Path) -> Iterator[None]:
    """Bring a copy that lies at ``path``, and send it after the block, also after an error.

    When it has been sent it is removed here; after an error it stays.

    Raises:
        ValueError: another process of this machine holds it; or what the copy raises.
    """
    with exclusive_name(path):
        copy.bring()
        try:
            yield
        except BaseException:
            with suppress(ValueError, OSError):  # what went wrong first is what is told
                copy.send()
            raise
        copy.send()
        copy.remove()

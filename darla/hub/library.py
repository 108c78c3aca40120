"""The hub's own library, where it is installed, and what its errors mean."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from darla.hub.names import HubName
from darla.running.one_line import one_line


def hub_library() -> ModuleType:
    """Import huggingface_hub; a ValueError that names the extra where it is missing."""
    try:
        return importlib.import_module("huggingface_hub")
    except ModuleNotFoundError as error:
        raise ValueError(
            f"the hub needs {error.name}, which is not installed; pip install 'darla[hub]'"
        ) from error


@contextmanager
def said_in_one_line(name: HubName) -> Iterator[None]:
    """Say in one line what went wrong with a repository, as a ValueError."""
    hub_library()
    from huggingface_hub import errors

    try:
        yield
    except errors.RepositoryNotFoundError as error:
        raise ValueError(
            f"there is no {name} on the hub, or it is private and no token is known; look at the "
            "name, or log in with: hf auth login"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ValueError(f"{name.repo} has no revision {name.revision!r} on the hub") from error
    except errors.LocalEntryNotFoundError as error:
        raise ValueError(
            f"{name} is not at hand, and the hub cannot be reached; go online, or give a folder"
        ) from error
    except (errors.HfHubHTTPError, errors.HTTPError, OSError) as error:
        raise ValueError(
            f"the hub did not do what was asked for {name}: {one_line(error)}"
        ) from error

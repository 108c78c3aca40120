"""Copies on this machine of what lies in a store: where they are, and files that are brought.

They lie in ``$XDG_CACHE_HOME/darla``, or ``~/.cache/darla``, and may be removed at any time when no
command is running.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from darla.stores.objects import Found, StoredFolder, StoreError
from darla.stores.urls import StoreUrl

MOST_FILES = 10_000
"""Files that are brought of one place."""
MOST_BYTES = 1 << 34
"""Bytes that they may have together."""
_LONGEST_NAME = 255


def bring(url: StoreUrl, limits: Mapping[str, int]) -> Path:
    """Bring some files of a folder in a store here, unless the same are here already.

    All of one state: where one of them is replaced meanwhile, nothing is returned.

    Args:
        url: the folder.
        limits: the files, by name, and how many bytes each may have.

    Raises:
        FileNotFoundError: one of them is not there.
        ValueError: one is larger, which is known before anything is downloaded.
        StoreError: the store cannot be reached, or a file is just being replaced.
    """
    folder = StoredFolder(url)
    found: dict[str, Found] = {}
    for name in limits:
        seen = folder.look(name)
        if seen is None:
            raise FileNotFoundError(
                f"there is no {name} at {url}; {folder.nearest_beside()}expected the URL of a "
                f"folder with {' and '.join(limits)}"
            )
        found[name] = seen
    return _bring(folder, found, limits)


def bring_tree(url: StoreUrl, limits: Mapping[str, int], without: Collection[str] = ()) -> Path:
    """Bring the files of certain names at any depth below a URL; for the rest see :func:`bring`.

    Those in folders ``without`` are passed over, and names that are hidden, or cannot be names of
    files here. A FileNotFoundError where there is none at all.
    """
    folder = StoredFolder(url)
    found = {
        name: each
        for name, each in folder.objects().items()
        if PurePosixPath(name).name in limits
        and is_plain_name(name)
        and not {*name.split("/")[:-1]} & {*without}
    }
    if not found:
        raise FileNotFoundError(
            f"there is no {' or '.join(limits)} below {url}; {folder.nearest_beside()}give another "
            "URL"
        )
    return _bring(folder, found, limits)


def is_plain_name(name: str) -> bool:
    """Whether an object's name can be that of a file in a folder here, and is not hidden."""
    return all(
        0 < len(part.encode()) <= _LONGEST_NAME and part[0] != "." and part.isprintable()
        for part in name.split("/")
    )


def check_amount(url: StoreUrl, found: Mapping[str, Found]) -> None:
    """Raise a ValueError where files are too many, or too large together."""
    total = sum(each["size"] for each in found.values())
    if len(found) > MOST_FILES or total > MOST_BYTES:
        raise ValueError(
            f"{url} holds {len(found):,} files of {total:,} bytes; expected at most "
            f"{MOST_FILES:,} of {MOST_BYTES:,}: give the URL of something within it"
        )


def copies_folder(kind: str) -> Path:
    """Return where copies of a kind lie on this machine; a ValueError where there is no home."""
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError as error:
        raise ValueError(
            "there is no home for copies of what lies in a store; set XDG_CACHE_HOME to a folder"
        ) from error
    return Path(cache) / "darla" / kind


def digest_of(*words: str) -> str:
    """Return 32 hexadecimal digits that stand for some words and where the environment leads."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    return hashlib.sha256("\n".join([endpoint, *words]).encode()).hexdigest()[:32]


def _bring(folder: StoredFolder, found: Mapping[str, Found], limits: Mapping[str, int]) -> Path:
    """Bring files, into a folder that is called as their URL and stands for their versions."""
    for name, each in found.items():
        folder.check_size(name, each["size"], limits[PurePosixPath(name).name])
    check_amount(folder.path, found)
    state = [f"{name} {found[name]['version']}" for name in sorted(found)]
    final = copies_folder("brought") / digest_of(str(folder.path), *state) / folder.path.name
    if final.is_dir():
        if all(_holds(final / name, each["size"]) for name, each in found.items()):
            return final
        shutil.rmtree(final)  # after a loss of power, say
    temporary = final.parent / f".{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        for name, each in found.items():
            place = temporary / name
            place.parent.mkdir(parents=True, exist_ok=True)
            most = limits[PurePosixPath(name).name]
            folder.download(name, place, most, each["version"])
        _appear(temporary, final)
    except FileNotFoundError as error:
        raise StoreError(f"{folder.path} is being replaced ({error}); try again") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def _holds(file: Path, size: int) -> bool:
    """Whether a file is there, and of a size."""
    return file.is_file() and file.stat().st_size == size


def _appear(temporary: Path, final: Path) -> None:
    """Rename a folder into place, unless another process was faster with the same."""
    try:
        os.rename(temporary, final)
    except OSError:
        if not final.is_dir():
            raise

"""Runs whose folder is in a store: a command works in a local copy, which is sent at checkpoints.

What is in the store is the run. A command first brings all of it into a local folder, which is made
anew, so that it goes on from the last state that was sent, on whatever machine. At each checkpoint,
and in the end, files that changed since are put, and those that are gone are removed.

**How it is atomic.** Files are put whole, in the order in which they were written. JSON files make
a folder valid (a bundle's ``config.json``, an agent's ``agent.json``, a checkpoint's
``state.json``): they are put after all others, and taken away before another file of their folder
is replaced. Old checkpoints are removed last. A kill at any moment therefore leaves a run that the
same command continues: from the checkpoint that was sent before, if the last one was not sent
whole.

There are no locks in a store. A command leaves its mark in it when it begins, and looks for the
mark before it sends anything: where another command has left its own, on another machine say, the
one that began first stops. So the last one to begin has the run, and no mark of a process that was
killed is ever in the way.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from darla.running.run_record import RECORD
from darla.running.tensor_files import LARGEST_WEIGHTS
from darla.stores.local_copies import check_amount, copies_folder, digest_of, is_plain_name
from darla.stores.objects import Found, StoredFolder
from darla.stores.sent_back import sent_back
from darla.stores.urls import StoreUrl

_MARK = ".darla-writer"
_LONGEST_MARK = 200
_Seen = tuple[int, int]


class MirroredRun:
    """The local copy of a run in a store; see :func:`mirrored_run`."""

    folder: Path
    """Where the command works."""

    def __init__(self, url: StoreUrl, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._store = StoredFolder(url)
        self._mark = secrets.token_hex(16).encode()
        self._sent: dict[str, _Seen] = {}

    def bring(self) -> None:
        """Make the local folder what is in the store, and leave the mark there.

        Raises:
            ValueError: something else than a run is there, or it is far too large.
            StoreError: the store cannot be reached.
        """
        self._listed()  # before anything is done
        self._store.write(_MARK, self._mark)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for name, each in self._listed().items():  # what others have sent before they saw the mark
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            self._store.download(name, place, LARGEST_WEIGHTS, each["version"])
        self._sent = self._files()

    def _listed(self) -> dict[str, Found]:
        """List the run's files in the store, after checking that it is one, and not too large."""
        objects = self._store.objects()
        found = {name: each for name, each in objects.items() if is_plain_name(name)}
        if found and RECORD not in found:
            raise ValueError(f"{self.url} already holds something else; give another --out")
        check_amount(self.url, found)
        for name, each in found.items():
            self._store.check_size(name, each["size"], LARGEST_WEIGHTS)
        return found

    def send(self) -> None:
        """Put what has changed since the last time.

        Raises:
            ValueError: another command has begun to write there.
            StoreError: the store cannot be reached.
        """
        files = self._files()
        changed = [name for name, seen in files.items() if self._sent.get(name) != seen]
        gone = [name for name in self._sent if name not in files]
        if not changed and not gone:
            return
        self._check_mark()
        self._store.remove(_invalid_meanwhile(changed, self._sent))
        for name in sorted(changed, key=lambda name: (*_rank(name), files[name][1])):
            self._store.write(name, self.folder / name)
            self._sent[name] = files[name]
        for name in gone:
            self._store.remove([name])
            del self._sent[name]

    def remove(self) -> None:
        """Remove the local folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _check_mark(self) -> None:
        """Check that no other command has begun to write since."""
        try:
            ours = self._store.read(_MARK, _LONGEST_MARK) == self._mark
        except FileNotFoundError:
            ours = False
        if not ours:
            raise ValueError(
                f"another command has begun to write to {self.url} since; this one stops: wait for "
                "the other, or give another --out"
            )

    def _files(self) -> dict[str, _Seen]:
        """Return the size and the time of each file that is no temporary one, by its name."""
        found = {}
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and is_plain_name(name):
                status = path.stat()
                found[name] = (status.st_size, status.st_mtime_ns)
        return found


@contextmanager
def mirrored_run(url: StoreUrl) -> Iterator[MirroredRun]:
    """Hold a local copy of a run in the block, which is sent in the end, also after an error.

    Raises:
        ValueError: another process of this machine writes to it; or what :meth:`MirroredRun.bring`
            and :meth:`MirroredRun.send` raise.
    """
    folder = copies_folder("runs") / digest_of(str(url)) / url.name
    run = MirroredRun(url, folder)
    with sent_back(run, folder):
        yield run


def _rank(name: str) -> tuple[int]:
    """Return whether a file is put first, in the middle or last."""
    if name == RECORD:  # what makes a folder that of a run, in which anything may follow
        return (0,)
    return (2,) if name.endswith(".json") else (1,)


def _invalid_meanwhile(changed: list[str], sent: dict[str, _Seen]) -> list[str]:
    """Return the JSON files that must not stand beside the other files of their folder."""
    replaced = {
        PurePosixPath(name).parent
        for name in changed
        if name in sent and not name.endswith(".json")
    }
    return [
        name
        for name in changed
        if name in sent
        and name.endswith(".json")
        and name != RECORD
        and PurePosixPath(name).parent in replaced
    ]

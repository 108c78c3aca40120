"""Let processes do something one after the other."""

import os
import sys
from pathlib import Path

from numba.core.compiler_lock import global_compiler_lock

if sys.platform != "win32":
    import fcntl


class ProcessLock:
    """A context that one process at a time is in, and of this process one thread, at any depth.

    Threads wait for each other with the lock that Numba compiles under, so that neither of these
    locks is ever waited for by a thread whose other one is wanted. A process that dies leaves.

    The file ``path`` stands for the lock, and is made when missing. Where it cannot be made or
    locked, processes do not wait.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._depth = 0
        self._file: int | None = None

    def __enter__(self) -> "ProcessLock":
        """Wait, and enter."""
        global_compiler_lock.acquire()  # type: ignore[no-untyped-call]  # Numba has no types
        self._depth += 1
        if self._depth == 1:
            try:
                self._file = self._locked()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self._leave()

    def _leave(self) -> None:
        """Give both locks back, that of processes when this is the outermost context."""
        self._depth -= 1
        if self._depth == 0 and self._file is not None:
            os.close(self._file)  # which unlocks it
            self._file = None
        global_compiler_lock.release()  # type: ignore[no-untyped-call]

    def _locked(self) -> int | None:
        """Return the open file once it is locked, None where it cannot be."""
        if sys.platform == "win32":
            return None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return None
        try:
            fcntl.lockf(file, fcntl.LOCK_EX)
        except BaseException as error:
            os.close(file)
            if isinstance(error, OSError):
                return None
            raise
        return file

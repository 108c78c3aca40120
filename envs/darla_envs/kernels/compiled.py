"""Compile functions to machine code, once.

Numba keeps what it has compiled beside each source file, and compiles a function again when its
own file has changed. It does not notice changes in other files whose functions were compiled into
it. So whenever any source of kernels has changed, everything kept is thrown away.

Processes that need the same function at the same time, such as workers, compile it once: one of
them does, and the others wait and read what it has kept.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from llvmlite import binding
from numba import config, njit, types
from numba.extending import intrinsic

from darla_envs.kernels.turn import Turn

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


def _for_drawing() -> dict[str, Any]:
    """Return the options of functions that only borrow arrays, as far as this Numba knows them."""
    # A product and a sum may become one operation, which rounds once instead of twice.
    options = {**_OPTIONS, "fastmath": {"contract"}}
    borrowing = {**options, "_nrt": False}
    try:
        njit(**borrowing)(_for_drawing)
    except (KeyError, TypeError, ValueError):
        return options
    return borrowing


_PACKAGE = Path(__file__).parents[1]
_FOLDERS = tuple(_PACKAGE / name for name in ("kernels", "render", "rooms", "miniworlds"))
_STAMP = "kernels.sha256"
_TURN = "kernels.lock"
_turn = Turn(_FOLDERS[0] / "__pycache__" / _TURN)


def _compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Return a function that is compiled when it is first called."""
    dispatcher = njit(**options)(function)
    compile_now = getattr(dispatcher, "compile", None)
    if compile_now is None:  # Numba is switched off
        return dispatcher
    code = function.__code__
    index = f"{Path(code.co_filename).stem}.{function.__qualname__}-{code.co_firstlineno}.*.nbi"

    def compile_in_turn(signature: Any) -> Any:
        if any(Path(dispatcher.stats.cache_path).glob(index)):
            return compile_now(signature)  # which only reads it; all may do so at once
        with _turn:
            return compile_now(signature)

    dispatcher.compile = compile_in_turn
    return dispatcher


kernel = partial(_compiled, **_OPTIONS)
"""Compile a function: no Python in it, other threads go on meanwhile, division as in NumPy."""

drawing = partial(_compiled, **_for_drawing())
"""The same for a function that makes no arrays: it does not count references to those that it is
given. Where arrays are passed to many small functions, counting takes longer than the work."""

inlined = partial(_compiled, **_for_drawing(), forceinline=True)
"""The same for a small function that becomes a part of those that call it."""


def _long_vectors() -> None:
    pass


def _prefer_long_vectors(typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # llvmlite only knows LLVM's simple attributes; it writes others as they are.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate


def _gain_from_long_vectors() -> bool:
    """Return whether this is no processor that lowers its clock when it uses them."""
    slowed = ("skylake-avx512", "cascadelake", "cooperlake")
    return not config.DISABLE_JIT and binding.get_host_cpu_name() not in slowed


long_vectors: Any = (
    intrinsic(_prefer_long_vectors) if _gain_from_long_vectors() else kernel(_long_vectors)
)
"""To be called in a function, which then uses vectors of 512 bits where there are any; on its own,
LLVM keeps to 256 for the sake of the first processors that had them."""


def forget_stale_kernels(folders: tuple[Path, ...] = _FOLDERS) -> int:
    """Throw away compiled kernels when any source in these folders has changed since.

    Returns:
        How many files were thrown away.
    """
    sources = sorted(path for folder in folders for path in folder.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = folders[0] / "__pycache__" / _STAMP
    with Turn(folders[0] / "__pycache__" / _TURN):
        return _forget_unless(digest, stamp, folders)


def _forget_unless(digest: str, stamp: Path, folders: tuple[Path, ...]) -> int:
    try:
        if stamp.is_file() and stamp.read_text() == digest:
            return 0
        stale = [path for folder in folders for path in (folder / "__pycache__").glob("*.nb[ic]")]
        for path in stale:
            path.unlink(missing_ok=True)
        _write(stamp, digest)
    except OSError:  # an installation that may not be written to is not changed either
        return 0
    return len(stale)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.replace(name, path)


forget_stale_kernels()

"""Compile functions to machine code, once.

Numba keeps what it has compiled beside each source file, and compiles a function again when its
own file has changed. It does not notice changes in other files whose functions were compiled into
it. So whenever any source of kernels has changed, everything kept is thrown away.

Processes that need the same function at the same time, such as workers, compile it once: one of
them does, and the others wait and read what it has kept.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from llvmlite import binding
from numba import config, njit, types
from numba.extending import intrinsic

from darla.running.atomic import write_text
from darla_envs.kernels.process_lock import ProcessLock

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}


def _for_drawing() -> dict[str, Any]:
    """Return the options of functions that only borrow arrays, as far as this Numba knows them."""
    # A product and a sum may become one operation, which rounds once instead of twice.
    options = {**_OPTIONS, "fastmath": {"contract"}}
    borrowing = {**options, "_nrt": False}
    try:
        njit(**{**borrowing, "cache": False})(_for_drawing)
    except (KeyError, TypeError, ValueError):
        return options
    return borrowing


_DRAWING = _for_drawing()
_PACKAGE = Path(__file__).parents[1]
_FOLDERS = tuple(_PACKAGE / name for name in ("kernels", "render", "rooms", "miniworlds"))
_STAMP = "kernels.sha256"
_LOCK = "kernels.lock"
_lock = ProcessLock(_FOLDERS[0] / "__pycache__" / _LOCK)


def _compiled(function: Function, options: dict[str, Any]) -> Function:
    """Return a function that is compiled when it is first called."""
    try:
        dispatcher = njit(**options)(function)
    except RuntimeError:  # neither this installation nor a home can be written to: no place to keep
        return cast(Function, njit(**{**options, "cache": False})(function))
    compile_now = getattr(dispatcher, "compile", None)
    if compile_now is not None:  # Numba is not switched off
        code = function.__code__
        stem = Path(code.co_filename).stem
        index = f"{stem}.{function.__qualname__}-{code.co_firstlineno}.*.nbi"

        def compile_alone(signature: Any) -> Any:
            if any(Path(dispatcher.stats.cache_path).glob(index)):
                return compile_now(signature)  # which only reads it; all may do so at once
            with _lock:
                return compile_now(signature)

        dispatcher.compile = compile_alone
    return cast(Function, dispatcher)


def kernel(function: Function) -> Function:
    """Compile a function: no Python in it, other threads go on meanwhile, division as in NumPy."""
    return _compiled(function, _OPTIONS)


def drawing(function: Function) -> Function:
    """Compile a function that makes no arrays: it does not count references to those it is given.

    Where arrays are passed to many small functions, counting takes longer than the work.
    """
    return _compiled(function, _DRAWING)


def inlined(function: Function) -> Function:
    """Compile a small function as :func:`drawing` does; it becomes a part of those that call it."""
    return _compiled(function, {**_DRAWING, "forceinline": True})


def _no_long_vectors() -> None:
    """Do nothing."""


def _prefer_long_vectors(typing_context: Any) -> Any:
    """Return the type of a call without arguments, and what marks the calling function."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # llvmlite only knows LLVM's simple attributes; it writes others as they are.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate


def _gain_from_long_vectors() -> bool:
    """Return whether this is no processor that lowers its clock when it uses them."""
    slowed = ("skylake-avx512", "cascadelake", "cooperlake")
    switched_off = config.DISABLE_JIT  # type: ignore[attr-defined]  # set by its name in a string
    return not switched_off and binding.get_host_cpu_name() not in slowed


long_vectors: Callable[[], None] = (
    cast(Callable[[], None], intrinsic(_prefer_long_vectors))
    if _gain_from_long_vectors()
    else kernel(_no_long_vectors)
)
"""To be called in a function, which then uses vectors of 512 bits where there are any; on its own,
LLVM keeps to 256 for the sake of the first processors that had them."""


def forget_stale_kernels(folders: tuple[Path, ...] = _FOLDERS) -> int:
    """Throw away compiled kernels when any source in these folders has changed; return how many."""
    sources = sorted(path for folder in folders for path in folder.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = folders[0] / "__pycache__" / _STAMP
    with ProcessLock(folders[0] / "__pycache__" / _LOCK):
        return _forget_unless(digest, stamp, folders)


def _forget_unless(digest: str, stamp: Path, folders: tuple[Path, ...]) -> int:
    """Throw kernels away unless the stamp has the sources' digest; return how many files."""
    try:
        if stamp.is_file() and stamp.read_text() == digest:
            return 0
        stale = [path for folder in folders for path in (folder / "__pycache__").glob("*.nb[ic]")]
        for path in stale:
            path.unlink(missing_ok=True)
        write_text(stamp, digest)
    except OSError:  # an installation that may not be written to is not changed either
        return 0
    return len(stale)


forget_stale_kernels()

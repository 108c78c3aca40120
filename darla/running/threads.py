"""How many threads libraries use that read it from the environment when they are imported."""

_NUMERICAL = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_DRAWING = "LP_NUM_THREADS"  # Mesa's software renderer; 0 draws in the calling thread


def thread_variables(num_threads: int) -> dict[str, str]:
    """Return the environment variables by which numerical libraries use so many threads."""
    wanted = dict.fromkeys(_NUMERICAL, str(num_threads))
    wanted[_DRAWING] = "0" if num_threads == 1 else str(num_threads)
    return wanted

"""Optuna, where it is installed."""

from types import ModuleType

from darla.running.extras import extra


def optuna_library() -> ModuleType:
    """Import Optuna, which then says warnings alone; a ValueError that names the extra if missing.

    Of Optuna no sampler is used that unpickles what it reads (CMA-ES does).
    """
    optuna = extra("optuna", "sweep", "sweeps")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna

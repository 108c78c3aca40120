"""Blocks of autodoc for the public names of a module: those in its ``__all__``.

    ```{api} darla collect CollectConfig
    ```

Without names all are meant.
"""

import dataclasses
import importlib
import inspect
from types import ModuleType


def api_text(module_name: str, *names: str) -> str:
    """Return reStructuredText, as a MyST block, that documents a module's public names.

    A ValueError for names that the module does not offer.
    """
    module = importlib.import_module(module_name)
    known = tuple(getattr(module, "__all__", ())) or own_names(module)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"{module_name} does not offer {', '.join(unknown)}")
    lines = ["````{eval-rst}"]
    for name in names or known:
        lines += _directive(module_name, name, getattr(module, name))
    return "\n".join([*lines, "````"])


def docstring_text(module_name: str) -> str:
    """Return a MyST block with what a module says about itself."""
    importlib.import_module(module_name)
    lines = [f".. automodule:: {module_name}", "   :no-members:", "   :no-index:"]
    return "\n".join(["````{eval-rst}", *lines, "````"])


def own_names(module: ModuleType) -> tuple[str, ...]:
    """Return the public functions and classes that a module without ``__all__`` defines."""
    return tuple(
        name
        for name, each in vars(module).items()
        if not name.startswith("_") and getattr(each, "__module__", None) == module.__name__
    )


def _directive(module_name: str, name: str, thing: object) -> list[str]:
    """Return autodoc's directive for a name."""
    target = f"{module_name}.{name}"
    if inspect.ismodule(thing):
        return []
    if inspect.isclass(thing):
        lines = [f".. autoclass:: {target}", "   :members:"]
        if dataclasses.is_dataclass(thing):
            lines.append("   :inherited-members: object")
    elif inspect.isfunction(thing):
        lines = [f".. autofunction:: {target}"]
    else:
        lines = [f".. autodata:: {target}", "   :no-value:"]
    return [*lines, ""]

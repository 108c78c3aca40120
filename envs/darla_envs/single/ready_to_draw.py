"""MiniWorld, ready to draw: without a display, and several environments in one process.

Import this module before anything of MiniWorld's: pyglet reads its options at import.
"""

import importlib
import os

_OPTIONS = {
    "PYGLET_HEADLESS": "1",  # EGL instead of a window; PYOPENGL_PLATFORM no longer does it
    "PYGLET_DEBUG_GL": "0",  # True, pyglet's default, checks for errors after every OpenGL call
    "LP_NUM_THREADS": "0",  # a 64x64 picture is one tile of Mesa's software renderer
}
_PACKAGES = "libgl1 libegl1 libglu1-mesa libgl1-mesa-dri"


def prepare() -> None:
    """Set the options that were not set by the user, and import MiniWorld.

    Raises:
        ImportError: OpenGL's libraries are missing; the message names Debian's packages.
    """
    for name, value in _OPTIONS.items():
        os.environ.setdefault(name, value)
    try:
        importlib.import_module("miniworld.miniworld")
    except Exception as error:  # pyglet raises errors of many kinds when a library is missing
        raise ImportError(
            f"MiniWorld cannot draw here ({error}); it needs OpenGL with EGL: "
            f"on Debian or Ubuntu run 'apt-get install {_PACKAGES}'"
        ) from error


prepare()

from darla_envs.single import display_lists, quick_textures  # noqa: E402

display_lists.install()
quick_textures.install()

"""Let several MiniWorld environments live in one process.

MiniWorld compiles the static part of every environment into OpenGL display list 1, and the
contexts that pyglet makes share their lists: an environment draws the rooms, textures and lights
of whichever environment was reset last. Here every environment gets a list of its own.
"""

from typing import Any

from miniworld.miniworld import MiniWorldEnv
from pyglet import gl

_ALL_MATERIALS = (gl.GL_FRONT_AND_BACK, gl.GL_AMBIENT_AND_DIFFUSE)


def install() -> None:
    """Give every MiniWorld environment of this process, stock ones too, a list of its own."""
    MiniWorldEnv._render_static = compile_static
    MiniWorldEnv._render_world = draw_world
    if not hasattr(MiniWorldEnv, "_close_window"):
        MiniWorldEnv._close_window = MiniWorldEnv.close
        MiniWorldEnv.close = close


def compile_static(env: MiniWorldEnv) -> None:
    """Compile lights, rooms and static entities into the environment's own display list."""
    if getattr(env, "_display_list", None) is None:
        env._display_list = gl.glGenLists(1)
    gl.glNewList(env._display_list, gl.GL_COMPILE)
    # MiniWorld adds 1 to the position's coordinates instead of appending it: w stays 0, and the
    # light is directional. The same here, so that pictures stay MiniWorld's.
    gl.glLightfv(gl.GL_LIGHT0, gl.GL_POSITION, (gl.GLfloat * 4)(*(env.light_pos + 1)))
    gl.glLightfv(gl.GL_LIGHT0, gl.GL_AMBIENT, (gl.GLfloat * 4)(*env.light_ambient))
    gl.glLightfv(gl.GL_LIGHT0, gl.GL_DIFFUSE, (gl.GLfloat * 4)(*env.light_color))
    gl.glEnable(gl.GL_LIGHTING)
    gl.glEnable(gl.GL_LIGHT0)
    gl.glShadeModel(gl.GL_SMOOTH)
    gl.glEnable(gl.GL_COLOR_MATERIAL)
    gl.glColorMaterial(*_ALL_MATERIALS)
    gl.glEnable(gl.GL_TEXTURE_2D)
    for room in env.rooms:
        room._render()
    for entity in env.entities:
        if entity.is_static:
            entity.render()
    gl.glEndList()


def draw_world(env: MiniWorldEnv, frame_buffer: Any, render_agent: bool) -> Any:
    """Draw the environment's list and its moving entities; return the picture, (H, W, 3) uint8."""
    gl.glCallList(env._display_list)
    for entity in env.entities:
        if not entity.is_static and entity is not env.agent:
            entity.render()
    if render_agent:
        env.agent.render()
    return frame_buffer.resolve()


def close(env: MiniWorldEnv) -> None:
    """Close the environment's window and free its display list; closing twice is harmless."""
    env._close_window()
    if getattr(env, "_display_list", None) is not None:
        gl.glDeleteLists(env._display_list, 1)
        env._display_list = None

"""One domain shift for any of MiniWorld's environments: repaint it, or dim its light."""

from typing import Any

import gymnasium as gym
import numpy as np
import pyglet
from miniworld.entity import Box, Entity, MeshEnt
from miniworld.miniworld import MiniWorldEnv, Room
from pyglet import gl

from darla_envs.description.look import Look, check_color, check_look
from darla_envs.single.painted import draw_room

Color = tuple[float, float, float] | None
PICTURE = "obs"
"""The picture's entry in a Dict observation of MiniWorld's."""

_COLORED = ("floor", "wall", "ceiling", "objects", "sky")


class ShiftedLook(gym.Wrapper, gym.utils.RecordConstructorArgs):
    """Change the look of any MiniWorld environment and nothing else.

    Colours of surfaces multiply their textures. Objects are painted: each keeps the pattern of
    light and dark that its mesh has. What is None stays as it is. The shift is applied after each
    reset, so it also shifts what ``domain_rand`` has drawn. MiniWorld lights small meshes far too
    brightly (it scales their normals with them), so that their colours come out paler.

    Example::

        env = ShiftedLook(gym.make("MiniWorld-FourRooms-v0"), floor=(0.3, 0.4, 1.0), light=0.8)
    """

    def __init__(
        self,
        env: gym.Env,
        floor: Color = None,
        wall: Color = None,
        ceiling: Color = None,
        objects: Color = None,
        sky: Color = None,
        light: float = 1.0,
    ):
        """Wrap a MiniWorld environment; the shift is a :class:`darla_envs.description.look.Look`.

        Raises:
            ValueError: the environment is not MiniWorld's, or a colour is not three numbers in
                [0, 1], or the light is negative.
        """
        self._look = Look(floor, wall, ceiling, objects, sky, light)
        gym.utils.RecordConstructorArgs.__init__(self, **self._look.to_dict())
        super().__init__(env)
        if not isinstance(env.unwrapped, MiniWorldEnv):
            raise ValueError(f"ShiftedLook repaints MiniWorld environments, and {env} is none")
        check_look(self._look)

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        """Reset the environment, repaint it, and draw the first observation again."""
        observation, info = self.env.reset(**kwargs)
        return repainted(self.env.unwrapped, self._look, observation), info


def repainted(world: MiniWorldEnv, look: Look, observation: Any) -> Any:
    """Repaint a world that was reset, and return its first observation in the new look.

    The world keeps the look, whose values are in range, until its next reset. The observation is
    what that reset returned: a picture, or a Dict with one under ``PICTURE``.
    """
    colors = {name: check_color(name, getattr(look, name)) for name in _COLORED}
    for room in world.rooms:
        _repaint_room(room, colors["floor"], colors["wall"], colors["ceiling"])
    if colors["objects"] is not None:
        for entity in world.entities:
            _repaint_entity(entity, colors["objects"])
    if colors["sky"] is not None:
        world.sky_color = colors["sky"]
    world.light_color = np.asarray(world.light_color) * look.light
    world.light_ambient = np.asarray(world.light_ambient) * look.light
    world.shadow_window.switch_to()
    world._render_static()
    picture = world.render_obs()
    if isinstance(observation, dict):  # MiniWorld-Sign-v0 adds a goal to the picture
        return {**observation, PICTURE: picture}
    return picture


def _repaint_room(
    room: Room, floor: np.ndarray | None, wall: np.ndarray | None, ceiling: np.ndarray | None
) -> None:
    """Give a room's surfaces other tints; those that are None keep theirs."""
    white = np.ones(3)
    floor = getattr(room, "floor_tint", white) if floor is None else floor
    ceiling = getattr(room, "ceiling_tint", white) if ceiling is None else ceiling
    walls = getattr(room, "wall_tints", np.ones((room.num_walls, 3)))
    if wall is not None:
        walls = np.broadcast_to(wall, walls.shape)
    room.floor_tint, room.ceiling_tint, room.wall_tints = floor, ceiling, walls
    room._render = lambda: draw_room(room, room.floor_tint, room.ceiling_tint, room.wall_tints)


def _repaint_entity(entity: Entity, color: np.ndarray) -> None:
    """Give an entity another colour, if it is one that can have one."""
    if isinstance(entity, Box):
        entity.color_vec = color
    elif isinstance(entity, MeshEnt):
        entity.mesh = _PaintedMesh(entity.mesh, color)
    elif hasattr(entity, "tint"):
        entity.tint = color


class _PaintedMesh:
    """A MiniWorld mesh in another colour; its own vertex colours only say how bright."""

    def __init__(self, mesh: Any, color: np.ndarray):
        self.max_coords, self.min_coords = mesh.max_coords, mesh.min_coords
        self._mesh = mesh
        self._lists = [_painted_list(vertices, color) for vertices in mesh.vlists]

    def render(self) -> None:
        """Draw the mesh, as MiniWorld draws its own."""
        for texture, vertices in zip(self._mesh.textures, self._lists, strict=True):
            if texture:
                gl.glEnable(gl.GL_TEXTURE_2D)
                gl.glBindTexture(texture.target, texture.id)
            else:
                gl.glDisable(gl.GL_TEXTURE_2D)
            vertices.draw(gl.GL_TRIANGLES)
        gl.glDisable(gl.GL_TEXTURE_2D)


def _painted_list(vertices: Any, color: np.ndarray) -> Any:
    """Return a vertex list in the shades that one has, of another colour."""
    baked = np.array(vertices.colors[:]).reshape(-1, 3)
    painted = baked.max(axis=1, keepdims=True) * color
    return pyglet.graphics.vertex_list(
        vertices.get_size(),
        ("v3f", vertices.vertices[:]),
        ("t2f", vertices.tex_coords[:]),
        ("n3f", vertices.normals[:]),
        ("c3f", painted.reshape(-1)),
    )

"""A MiniWorld environment that shows what the stock ones do not, for tests of the renderer."""

import darla_envs.stock  # noqa: F401  (before MiniWorld)

# isort: split
import gymnasium as gym
import numpy as np
from miniworld.entity import Box, Entity, ImageFrame
from miniworld.miniworld import MiniWorldEnv

MESHES = (
    "barrel",
    "barrier",
    "building",
    "cone",
    "doom_door",
    "duckie",
    "keycard",
    "medkit",
    "office_chair",
    "office_desk",
    "potion",
    "tree",
    "tree_pine",
)


class Gallery(MiniWorldEnv):
    """A round room with an entity in front of the agent, and a picture on the wall behind it."""

    def __init__(self, entity=None, **kwargs):
        self.shown = entity or (lambda: Box("red"))
        super().__init__(**kwargs)

    def _gen_world(self):
        angles = np.linspace(0, -2 * np.pi, 7, endpoint=False)
        outline = 4 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self.add_room(outline=outline, floor_tex="wood", wall_tex="marble", ceil_tex="stucco")
        made = self.shown()
        self.place_entity(made, pos=np.array([1.0, 0.0, 0.3]), dir=0.7)
        picture = ImageFrame(pos=[-3.5, 1.4, 0.0], dir=0.0, tex_name="logo_mila", width=1.5)
        self.entities.append(picture)
        self.place_agent(pos=np.array([-1.0, 0.0, 0.0]), dir=0.0)


class Pillar(Entity):
    """An entity that draws itself in its own way: a red triangle towards -x."""

    height = 1.0

    @property
    def is_static(self):
        return False

    def render(self):
        from pyglet import gl

        gl.glDisable(gl.GL_TEXTURE_2D)
        gl.glPushMatrix()
        gl.glTranslatef(*self.pos)
        gl.glRotatef(np.degrees(self.dir), 0, 1, 0)
        gl.glColor3f(1, 0, 0)
        gl.glBegin(gl.GL_TRIANGLES)
        gl.glNormal3f(*PILLAR_NORMAL)
        for corner in PILLAR_CORNERS:
            gl.glVertex3f(*corner)
        gl.glEnd()
        gl.glPopMatrix()


PILLAR_CORNERS = np.array([[0.0, 0.0, -0.6], [0.0, 0.0, 0.6], [0.0, 1.6, 0.0]])
PILLAR_NORMAL = np.array([-1.0, 0.0, 0.0])


class TallBox(Box):
    """A box of a class of one's own."""

    def __init__(self):
        super().__init__("blue", size=[0.4, 1.5, 0.8])


GALLERY = "Toy/Gallery-v0"
gym.register(GALLERY, entry_point=Gallery)

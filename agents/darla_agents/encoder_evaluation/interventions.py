"""Hold one factor of the tasks' rooms while all others vary, for metrics that intervene."""

import math
from collections.abc import Sequence

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.running.names import unknown
from darla_agents.encoder_evaluation.rooms import EvaluationRooms
from darla_envs.description.tasks import ANYWHERE

_SETTABLE = ("floor", "wall", "ceiling", "light", "yaw", "agent_x", "agent_z")
_OF_ONE_OBJECT = ("object_color", "object_shape")
_PLACED = ("bearing", "distance")
_ROUNDS = 1000


def holdable(rooms: EvaluationRooms) -> tuple[str, ...]:
    """Return the factors that can be held: with several objects, none that concern an object."""
    if len(rooms.worlds.task.objects) > 1:
        return _SETTABLE
    return (*_SETTABLE, *_OF_ONE_OBJECT, *_PLACED)


class RoomInterventions:
    """Rooms with one factor held, seen through an encoder; an object is in view in every frame.

    What is held, one of ``factors``, is a settable factor, or the bearing or the distance of a
    task's only object, which is then put there; settings in which it would stand in a wall are
    drawn again. A ValueError where a factor cannot be held.
    """

    def __init__(
        self, rooms: EvaluationRooms, encoder: FrozenEncoder, factors: Sequence[str]
    ) -> None:
        for name in factors:
            if name not in holdable(rooms):
                raise unknown("factor to hold", name, holdable(rooms))
        self.factors: Sequence[str] = tuple(factors)
        self._rooms, self._encoder = rooms, encoder

    def encode_with_held(
        self, factor: str, batches: int, batch_size: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return latents (batches, batch_size, z); in each batch ``factor`` has one value."""
        values = np.repeat(self._draw_values(factor, batches, rng), batch_size)
        latents = self._encoder_of(self.settings_with(factor, values, rng))
        return latents.reshape(batches, batch_size, -1)

    def encode_pairs_with_held(
        self, factor: str, batches: int, batch_size: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return latents (batches, 2, batch_size, z); both of a pair share ``factor``'s value."""
        values = np.repeat(self._draw_values(factor, batches * batch_size, rng), 2)
        latents = self._encoder_of(self.settings_with(factor, values, rng))
        return latents.reshape(batches, batch_size, 2, -1).swapaxes(1, 2)

    def encode(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return latents (count, z) of frames with nothing held."""
        return self._encoder_of(self._rooms.sample(rng, count, in_view=1.0))

    def settings_with(
        self, factor: str, values: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw a setting for each value that the factor shall have; (n, S)."""
        if factor in _PLACED:
            return self._placed(factor, values, rng)
        column = self._column(factor)
        name = self._rooms.names[column]
        categories = self._rooms.worlds.factors[name].categories
        rows = np.empty((len(values), len(self._rooms.names)))
        for value in np.unique(values):
            same = values == value
            fixed = {name: categories[int(value)] if categories else float(value)}
            rows[same] = self._rooms.sample(rng, int(same.sum()), in_view=1.0, fixed=fixed)
        return rows

    def _encoder_of(self, rows: np.ndarray) -> np.ndarray:
        return self._rooms.encode(rows, self._encoder)

    def _column(self, factor: str) -> int:
        return self._rooms.names.index("agent_yaw" if factor == "yaw" else factor)

    def _draw_values(self, factor: str, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the values to hold as they come when nothing is held, (count,)."""
        rows = self._rooms.sample(rng, count, in_view=1.0)
        if factor in _PLACED:
            return self._seen_from_agent(rows)[_PLACED.index(factor)]
        return rows[:, self._column(factor)]

    def _placed(self, factor: str, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw settings, and put each object where its bearing or distance is the value."""
        rows = np.empty((len(values), len(self._rooms.names)))
        missing = np.arange(len(values))
        for _ in range(_ROUNDS):
            drawn = self._rooms.sample(rng, len(missing), in_view=1.0)
            seen = list(self._seen_from_agent(drawn))
            seen[_PLACED.index(factor)] = values[missing]
            possible = self._put_object(drawn, *seen)
            rows[missing[possible]] = drawn[possible]
            missing = missing[~possible]
            if not len(missing):
                return rows
        raise ValueError(
            f"{factor} {values[missing[0]]:.2f} leaves an object no place in this room; "
            "hold other factors"
        )

    def _seen_from_agent(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return bearing in [-pi, pi) and distance in metres of the object, (n,) each."""
        x, z, yaw, object_x, object_z = (rows[:, column] for column in self._places())
        angle = np.arctan2(z - object_z, object_x - x) - yaw
        bearing = (angle + math.pi) % (2 * math.pi) - math.pi
        return bearing, np.hypot(object_x - x, object_z - z)

    def _put_object(
        self, rows: np.ndarray, bearing: np.ndarray, distance: np.ndarray
    ) -> np.ndarray:
        """Move the object in rows (n, S); returns which of the places are possible."""
        x, z, yaw, object_x, object_z = self._places()
        angle = rows[:, yaw] + bearing
        rows[:, object_x] = rows[:, x] + distance * np.cos(angle)
        rows[:, object_z] = rows[:, z] - distance * np.sin(angle)
        possible = distance > ANYWHERE.agent
        for column in (object_x, object_z):
            factor = self._rooms.worlds.factors[self._rooms.names[column]]
            possible &= (rows[:, column] >= factor.low) & (rows[:, column] <= factor.high)
        return possible

    def _places(self) -> list[int]:
        names = ("agent_x", "agent_z", "agent_yaw", "object_x", "object_z")
        return [self._rooms.names.index(name) for name in names]

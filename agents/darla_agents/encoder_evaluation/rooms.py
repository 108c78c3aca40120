"""Frames of the tasks with their true factors, drawn at will: any pose, any look, any pair."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.probes import ProbeTarget
from darla_agents.encoder_evaluation.probe_targets import label_frames
from darla_envs.description.named_domains import DomainLike
from darla_envs.rooms.room_worlds import RoomWorlds

_TOGETHER = 256  # frames that are drawn and encoded at a time


class EvaluationRooms(AbstractContextManager["EvaluationRooms"]):
    """Draws rooms of a task in settings: rows of numbers, as ``RoomWorlds.sample_settings`` gives.

    Looks are drawn from the domain, and frames by as many threads as there are cores unless told
    otherwise. A ValueError where there is no such task or domain.

    Attributes:
        worlds: the rooms.
        names: the settable factors, one for each column of a row.
        sample: draws settings, (count, S); ``RoomWorlds.sample_settings``.
    """

    def __init__(
        self,
        task_id: str,
        domain: DomainLike,
        image_shape: tuple[int, int, int],
        num_threads: int | None = None,
    ) -> None:
        height, width, _ = image_shape
        self.worlds = RoomWorlds(
            task_id,
            _TOGETHER,
            domain,
            obs_width=width,
            obs_height=height,
            num_threads=num_threads,
        )
        self.names = self.worlds.setting_names
        self.sample = self.worlds.sample_settings
        self._shape = image_shape

    def __exit__(self, *error: object) -> None:
        self.worlds.close()

    def in_other_looks(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return the same states in other looks drawn from the domain, (n, S).

        Colours and light change. What kind of thing an object is does not: it belongs to the look
        in the domains' sense, but it decides what an agent must do.
        """
        looks = self.sample(rng, len(rows))
        changed = rows.copy()
        for column, name in enumerate(self.names):
            factor = self.worlds.factors[name]
            if factor.role == "look" and not factor.categories:
                changed[:, column] = looks[:, column]
        return changed

    def draw(self, rows: np.ndarray) -> np.ndarray:
        """Draw settings; uint8 (n, H, W, 3)."""
        return np.concatenate([frames for frames, _ in self._parts(rows)])

    def object_masks(self, rows: np.ndarray) -> np.ndarray:
        """Return which pixels show an object, bool (n, H, W)."""
        masks = [self.worlds.measure(chosen)[1] >= 0 for _, chosen in self._parts(rows)]
        return np.concatenate(masks)

    def encode(self, rows: np.ndarray, encoder: FrozenEncoder) -> np.ndarray:
        """Draw and encode settings; float32 (n, z)."""
        return np.concatenate([encoder.encode(frames) for frames, _ in self._parts(rows)])

    def encode_labelled(
        self, rows: np.ndarray, encoders: Sequence[FrozenEncoder]
    ) -> tuple[list[np.ndarray], tuple[ProbeTarget, ...]]:
        """Draw settings once, and encode them with every encoder; (n, z) each, and n targets."""
        latents: list[list[np.ndarray]] = [[] for _ in encoders]
        factors: list[dict[str, np.ndarray]] = []
        for frames, chosen in self._parts(rows):
            for encoder, found in zip(encoders, latents, strict=True):
                found.append(encoder.encode(frames))
            factors.append(self.worlds.infos(chosen)["factors"])
        table = {name: np.concatenate([part[name] for part in factors]) for name in factors[0]}
        targets = label_frames(self.worlds.task, table)
        return [np.concatenate(found) for found in latents], targets

    def _parts(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Put worlds into the settings, some at a time; yields frames and the worlds' indices."""
        for start in range(0, len(rows), _TOGETHER):
            part = rows[start : start + _TOGETHER]
            chosen = np.arange(len(part))
            self.worlds.reset_to(chosen, part)
            frames = np.empty((len(part), *self._shape), np.uint8)
            self.worlds.draw(chosen, frames)
            yield frames, chosen

"""The frames of a run: in batches to learn from, and samples to measure and draw with."""

import copy
import functools
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from darla.encoder.told_actions import told_actions
from darla.frames.dataset import FrameDataset
from darla.frames.order import Twins
from darla.frames.read_rows import read_rows
from darla.frames.recorded_actions import action_form, episode_starts, recorded_actions
from darla.frames.recorded_factors import encoded_factor
from darla.vision.batches import FrameBatches, load_resident
from darla.vision.config import VisionConfig
from darla.vision.frame_samples import sample_chunks, sample_pairs, sample_sequences

_REFERENCE_FRAMES = 64
_STATISTICS_FRAMES = 20_000
_TWINS = 512


class TrainingFrames:
    """The frames of D_U on the training device, as a run's settings ask for them."""

    def __init__(self, dataset: FrameDataset, config: VisionConfig, device: torch.device) -> None:
        """Read the frames into memory if they fit."""
        self._dataset = dataset
        self._config = config
        self.device = device
        self._resident = load_resident(dataset, config.max_memory_gb, device)

    def of(self, config: VisionConfig) -> "TrainingFrames":
        """Return the same frames as another seed's settings ask for them; they are kept once."""
        frames = copy.copy(self)
        frames.__dict__.pop("reference", None)
        frames._config = config
        return frames

    def batches(
        self,
        stage: int,
        paired: bool,
        twinned: bool = False,
        factor: str | None = None,
        sequence_length: int = 1,
    ) -> FrameBatches:
        """Return the batches of stage number ``stage``.

        They are of pairs of one episode where it is ``paired``, and of squares where it is
        ``twinned`` as well; a recorded ``factor`` is given with them if it is named. They are of
        sequences where these are longer than a frame, and what is told of each frame is given.
        """
        given = encoded_factor(self._dataset, factor) if factor else None
        return FrameBatches(
            self._dataset,
            self._config.frames_per_step,
            seed=(self._config.seed, stage),
            max_memory_gb=self._config.max_memory_gb,
            device=self.device,
            resident=self._resident,
            paired=paired,
            twins=Twins.of(self._dataset) if twinned else None,
            given=given if sequence_length == 1 else self._told,
            sequence_length=sequence_length,
        )

    def __len__(self) -> int:
        """Return how many frames there are."""
        return len(self._dataset)

    def every(self) -> Iterator[Tensor]:
        """Yield all frames in their order, uint8 (n, H, W, 3), n of them at a time."""
        whole = len(self) + self._dataset.chunk_size  # the last chunk may have fewer
        return sample_chunks(self._dataset, whole, self.device, self._resident)

    @functools.cached_property
    def _told(self) -> np.ndarray:
        """What is told of the way to each frame, float32 (N, m)."""
        form = action_form(self._dataset)
        assert form is not None, "objectives of sequences refuse frames without actions"
        return told_actions(recorded_actions(self._dataset), episode_starts(self._dataset), form[0])

    def sample(self) -> Iterator[Tensor]:
        """Yield about 20,000 frames from all over the dataset, uint8 (n, H, W, 3)."""
        return sample_chunks(self._dataset, _STATISTICS_FRAMES, self.device, self._resident)

    def sample_sequences(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield as many in order, with what is told of each.

        See :func:`darla.vision.frame_samples.sample_sequences`.
        """
        largest, told = _STATISTICS_FRAMES, self._told
        return sample_sequences(self._dataset, told, largest, self.device, self._resident)

    def sample_pairs(self) -> Iterator[Tensor]:
        """Yield as many with a partner each.

        See :func:`darla.vision.frame_samples.sample_pairs`.
        """
        seed = self._config.seed
        return sample_pairs(self._dataset, _STATISTICS_FRAMES, self.device, seed, self._resident)

    @functools.cached_property
    def reference(self) -> np.ndarray:
        """Frames for pictures, uint8 (64 or fewer, H, W, 3), drawn with the run's seed."""
        count = len(self._dataset)
        random = np.random.default_rng(self._config.seed)
        chosen = random.choice(count, size=min(count, _REFERENCE_FRAMES), replace=False)
        return self._read(np.sort(chosen))

    def twins(self) -> np.ndarray | None:
        """Return states in two looks each, uint8 (2, 512 or fewer, H, W, 3); None without twins."""
        twins = Twins.of(self._dataset)
        if twins is None:
            return None
        random, count = np.random.default_rng(self._config.seed), len(self._dataset)
        chosen = random.choice(count, size=min(count, _TWINS), replace=False)
        pairs = np.stack([chosen, twins.of_frames(chosen, random.random(len(chosen)))])
        pairs = pairs[:, pairs[0] != pairs[1]]
        return self._read(pairs.ravel()).reshape(*pairs.shape, *self._dataset.shape[1:])

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """Read the frames of some rows, as they are."""
        height, width, _ = self._dataset.shape[1:]
        return read_rows(self._dataset, rows, (height, width))

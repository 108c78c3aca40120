"""How well factors are read from few labelled frames: of latents, of pixels, from nothing.

What an encoder has learnt without labels should save labels. So the same probes are fitted to the
latents and to the pixels of some labelled frames, and a convolutional network is trained on these
frames alone; all are asked about the same other frames. Frames are labelled by lot, several times,
because fifty of them may be lucky ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats
from torch.nn import functional

from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import make_encoder, to_pictures
from darla.probes.fitting import FitSettings, TargetOutputs, fit_network, run_network
from darla.probes.linear import fit_linear
from darla.probes.mlp import fit_mlp
from darla.probes.scores import match
from darla.probes.targets import ProbeTarget, check_lengths
from darla.running.progress import progress_bar

LATENTS, PIXELS, NETWORK = "latents", "pixels", "network"
COUNTS = (50, 200, 1000)
"""Labelled frames."""
FEWEST = 20
PIXEL_SIDE = 16
"""Pixels a side that probes of pixels see: 768 numbers of each frame."""
_CHANNELS = (16, 16, 32, 32)
_UNITS = 128
_BATCH = 32
_CONFIDENCE = 0.95

Predict = Callable[["LabelledFrames"], dict[str, np.ndarray]]
"""Returns for each target what is read of frames, (N, width)."""


@dataclass(frozen=True, eq=False)
class LabelledFrames:
    """Frames whose factors are known; a ValueError where lengths differ, or one is not known."""

    frames: np.ndarray
    """uint8 (N, H, W, 3), with sides that networks take."""
    latents: np.ndarray
    """float (N, z), of these frames."""
    targets: tuple[ProbeTarget, ...]
    """N values each, all of them known."""

    def __post_init__(self) -> None:
        check_lengths("frames", len(self.frames), self.targets)
        check_lengths("latents", len(self.latents), self.targets)
        for target in self.targets:
            if not target.known.all():
                raise ValueError(
                    f"target {target.name!r} is not known of {int((~target.known).sum())} frames; "
                    "leave these out"
                )

    def take(self, rows: np.ndarray) -> "LabelledFrames":
        """Return some of them, by index."""
        targets = tuple(target.take(rows) for target in self.targets)
        return LabelledFrames(self.frames[rows], self.latents[rows], targets)


@dataclass(frozen=True)
class FewLabelScore:
    """How well one target is read in one way from so many labelled frames."""

    seen: str
    """``latents``, ``pixels`` or ``network``, a convolutional one that began with nothing."""
    probe: str
    """``linear`` or ``mlp``; empty for the network."""
    labels: int
    target: str
    scores: tuple[float, ...]
    """Of other frames, one for each draw of labelled ones: what
    :class:`darla.probes.scores.Match` calls the score."""

    @property
    def mean(self) -> float:
        """Mean over draws."""
        return float(np.mean(self.scores))

    @property
    def interval(self) -> tuple[float, float] | None:
        """95% interval of the mean: Student's t over draws; None of a single one.

        It speaks of the lot by which frames are labelled, and not of other encoders or test frames.
        """
        if len(self.scores) < 2:
            return None
        error = float(np.std(self.scores, ddof=1) / np.sqrt(len(self.scores)))
        reach = float(stats.t.ppf((1 + _CONFIDENCE) / 2, len(self.scores) - 1)) * error
        return self.mean - reach, self.mean + reach


def few_labels(
    pool: LabelledFrames,
    tested: LabelledFrames,
    counts: Sequence[int] = COUNTS,
    draws: int = 5,
    seed: int = 0,
    probe_steps: int = 1500,
    network_steps: int = 600,
    progress: bool = False,
) -> list[FewLabelScore]:
    """Read factors from few labelled frames in five ways, and test them on others.

    Linear probes (ridge regression) and small networks see latents, or pixels of frames reduced to
    16 x 16; and a small convolutional network sees the frames themselves. All networks stop early
    by a share of the labelled frames.

    Args:
        pool: frames of which some are labelled by lot.
        tested: other frames, better of other episodes, with the same targets.
        counts: how many are labelled.
        draws: how often that many are drawn; every way of reading is given the same.
        seed: decides the draws, and networks' first weights.
        probe_steps: steps of Adam on 32 frames that networks on latents and pixels take at most.
        network_steps: the same of the convolutional network.
        progress: show a bar.

    Raises:
        ValueError: counts are fewer than 20, or more than there are frames; targets differ, or one
            of them never changes.
    """
    _check(pool, tested, counts, draws)
    scores: dict[tuple[str, str, int, str], list[float]] = {}
    fits = len(counts) * draws * len(_WAYS)
    with progress_bar(fits, "fits", "few labels", shown=progress) as bar:
        for count in counts:
            for draw in range(draws):
                rng = np.random.default_rng((seed, count, draw))
                some = pool.take(rng.choice(len(pool.frames), size=count, replace=False))
                for (seen, probe), fit in _WAYS.items():
                    steps = network_steps if seen == NETWORK else probe_steps
                    read = fit(some, int(rng.integers(2**31)), _settings(count, steps))(tested)
                    for target in tested.targets:
                        found = match(read[target.name], target).score
                        assert found is not None  # of targets that were checked
                        scores.setdefault((seen, probe, count, target.name), []).append(found)
                    bar.update()
    return [FewLabelScore(*way, tuple(found)) for way, found in scores.items()]


def small_pixels(frames: np.ndarray) -> np.ndarray:
    """Reduce uint8 frames (N, H, W, 3) to 16 x 16 by averaging areas; float32 (N, 768)."""
    pictures = to_pictures(torch.from_numpy(np.ascontiguousarray(frames)))
    small: np.ndarray = functional.adaptive_avg_pool2d(pictures, PIXEL_SIDE).flatten(1).numpy()
    return small


def _linear(see: Callable[[LabelledFrames], np.ndarray]) -> "Fit":
    """Return what fits a linear probe to what is seen of frames."""

    def fit(labelled: LabelledFrames, seed: int, settings: FitSettings) -> Predict:
        probe = fit_linear(see(labelled), labelled.targets)
        return lambda others: probe.predict(see(others))

    return fit


def _mlp(see: Callable[[LabelledFrames], np.ndarray]) -> "Fit":
    """Return what fits a small network to what is seen of frames."""

    def fit(labelled: LabelledFrames, seed: int, settings: FitSettings) -> Predict:
        probe = fit_mlp(see(labelled), labelled.targets, seed, settings)
        return lambda others: probe.predict(see(others))

    return fit


def _from_nothing(labelled: LabelledFrames, seed: int, settings: FitSettings) -> Predict:
    """Train a convolutional network on labelled frames alone."""
    outputs = TargetOutputs(labelled.targets)
    height, width, colours = labelled.frames.shape[1:]
    shape = NetworkShape(
        (height, width, colours), _CHANNELS, _UNITS, latents=outputs.size, posterior="point"
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = make_encoder(shape)

    def read(frames: torch.Tensor) -> torch.Tensor:
        mu: torch.Tensor = network(to_pictures(frames)).mu
        return mu

    fit_network(read, network, _as_tensor(labelled), outputs, settings, seed)
    return lambda others: outputs.predictions(run_network(read, _as_tensor(others)))


def _as_tensor(labelled: LabelledFrames) -> torch.Tensor:
    """Return frames as a uint8 tensor (N, H, W, 3)."""
    return torch.from_numpy(np.ascontiguousarray(labelled.frames))


def _latents_of(labelled: LabelledFrames) -> np.ndarray:
    """Return what probes of latents see."""
    return labelled.latents


def _pixels_of(labelled: LabelledFrames) -> np.ndarray:
    """Return what probes of pixels see."""
    return small_pixels(labelled.frames)


Fit = Callable[[LabelledFrames, int, FitSettings], Predict]
_WAYS: Mapping[tuple[str, str], Fit] = {
    (LATENTS, "linear"): _linear(_latents_of),
    (LATENTS, "mlp"): _mlp(_latents_of),
    (PIXELS, "linear"): _linear(_pixels_of),
    (PIXELS, "mlp"): _mlp(_pixels_of),
    (NETWORK, ""): _from_nothing,
}


def _settings(count: int, steps: int) -> FitSettings:
    """Return settings for so many steps at most, however few frames make an epoch."""
    an_epoch = max(1, -(-int(count * (1 - FitSettings.validation)) // _BATCH))
    epochs = max(1, steps // an_epoch)
    return FitSettings(
        epochs=epochs, patience=max(15, epochs // 4), batch_size=_BATCH, learning_rate=1e-3
    )


def _check(pool: LabelledFrames, tested: LabelledFrames, counts: Sequence[int], draws: int) -> None:
    """Raise a ValueError for what cannot be drawn, read or tested."""
    if draws < 1 or not counts or min(counts) < FEWEST or max(counts) > len(pool.frames):
        raise ValueError(
            f"{draws} draws of {', '.join(map(str, counts))} labelled frames; expected one draw or "
            f"more, of {FEWEST} to {len(pool.frames)}, which there are to draw from"
        )
    names = [target.name for target in pool.targets]
    if names != [target.name for target in tested.targets] or not names:
        raise ValueError("frames to draw from and to test on need the same targets, at least one")
    for target in (*pool.targets, *tested.targets):
        reason = target.unusable(least=2)
        if reason:
            raise ValueError(f"target {target.name!r} is {reason}; leave it out")

"""Plots of latents: which factor each depends on, and how posteriors compare with the prior."""

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import latent_label, most_informative
from darla.encoder.networks import to_pictures

_INK, _PRIOR = "#3b6ea5", "#c44e1c"
_CELL = 0.42  # inches
_COLUMNS = 4
_BINS = 40
_PRIOR_END = 3.5  # standard deviations
_MOST_FRAMES = 2048
_DPI = 100


def factor_heat_map(
    importance: np.ndarray, factors: list[str], labels: list[str], title: str
) -> np.ndarray:
    """Draw how much each latent matters for each factor; uint8 (height, width, 3).

    Importance is (z, F), at least 0, with z labels for the rows and F factors for the columns; NaN
    cells stay empty. The title says what the numbers are. A ValueError where the names do not fit.
    """
    importance = np.asarray(importance, dtype=np.float64)
    if importance.shape != (len(labels), len(factors)):
        raise ValueError(
            f"importance is {importance.shape}, but there are {len(labels)} latents and "
            f"{len(factors)} factors"
        )
    size = (2.2 + 1.6 * _CELL * len(factors), 1.6 + _CELL * len(labels) * 0.6)
    figure = Figure(figsize=size, dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    largest = np.nanmax(importance) if np.isfinite(importance).any() else 0.0
    shown = axes.imshow(importance, cmap="Blues", vmin=0, vmax=largest or 1.0, aspect="auto")
    axes.set_xticks(range(len(factors)), factors, rotation=40, ha="right", fontsize=8)
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.set_title(title, fontsize=9)
    figure.colorbar(shown, ax=axes, fraction=0.05)
    return _to_picture(figure)


def posteriors(encoder: FrozenEncoder, frames: np.ndarray) -> np.ndarray:
    """Draw how the posterior means of frames are spread, for the most informative latents.

    With Gaussian posteriors, the prior N(0, 1) is drawn over each histogram, and the mean standard
    deviation of the posteriors is said above it: 1 is a latent that carries nothing. Of the frames,
    uint8 (N, H, W, 3), the first 2,048 count; the picture is uint8 (height, width, 3).
    """
    mu, std = _posteriors(encoder, frames[:_MOST_FRAMES])
    latents = most_informative(encoder)
    columns = min(_COLUMNS, len(latents))
    rows = -(-len(latents) // columns)
    figure = Figure(figsize=(2.6 * columns, 1.9 * rows), dpi=_DPI)
    for place, latent in enumerate(latents):
        axes = figure.add_subplot(rows, columns, place + 1)
        ends = (mu[:, latent].min(), mu[:, latent].max())
        if std is not None:  # the whole prior is in sight
            ends = (min(ends[0], -_PRIOR_END), max(ends[1], _PRIOR_END))
        heights, edges = np.histogram(mu[:, latent], _BINS, ends, density=True)
        axes.stairs(heights, edges, fill=True, color=_INK)
        title = latent_label(encoder, int(latent)).replace("\n", ", ")
        if std is not None:
            line = np.linspace(*ends, 200)
            density = np.exp(-np.square(line) / 2) / np.sqrt(2 * np.pi)
            axes.plot(line, density, color=_PRIOR, linewidth=1)
            title += f", std {std[:, latent].mean():.2f}"
        axes.set_title(title, fontsize=8)
        axes.set_yticks([])
        axes.tick_params(labelsize=7)
    figure.tight_layout(pad=0.5)
    return _to_picture(figure)


@torch.no_grad()
def _posteriors(encoder: FrozenEncoder, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return means and standard deviations, float32 (N, z); no deviations of point posteriors."""
    means, deviations = [], []
    for part in torch.from_numpy(frames).split(256):
        mu, logvar = encoder.encoder(to_pictures(part.to(encoder.device)))
        means.append(mu.cpu().numpy())
        if logvar is not None:
            deviations.append((0.5 * logvar).exp().cpu().numpy())
    return np.concatenate(means), np.concatenate(deviations) if deviations else None


def _to_picture(figure: Figure) -> np.ndarray:
    """Draw a figure into a picture, uint8 (H, W, 3)."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels: np.ndarray = np.asarray(canvas.buffer_rgba())
    return pixels[..., :3].copy()

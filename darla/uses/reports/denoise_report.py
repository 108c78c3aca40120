"""Frames, the same with noise, and what an encoder sees in them; beside a median filter."""

from dataclasses import dataclass
from typing import ClassVar

from scipy.ndimage import median_filter

from darla.encoder.drawn_rows import draw_rows
from darla.running.ranges import Share
from darla.uses.denoise import corrupt, denoise
from darla.uses.picture_errors import picture_errors
from darla.uses.refusals import need_decoder
from darla.uses.reports.report import Report, UseConfig, read_spread, spread_rows

_COLUMNS = 10
_WINDOW = (1, 3, 3, 1)  # of the median filter


@dataclass(frozen=True)
class Denoise(UseConfig):
    """Draw corrupted frames again, as the encoder sees them."""

    noise: str = "noise"
    """What frames are corrupted with: a shift of the look (darla show-looks --shifts), such as
    noise, blur, jpeg or occlusion."""
    strength: Share = 1.0
    """How strongly, from 0 to 1."""

    name: ClassVar[str] = "denoise"


def report_denoise(config: Denoise) -> Report:
    """Corrupt frames and decode them; compare with the clean frames."""
    encoder = config.load()
    need_decoder(encoder, config.name)
    frames = read_spread(config.data, config.frames, encoder.image_shape[:2])
    noisy = corrupt(frames, config.noise, config.strength, config.seed)
    made = {
        "noisy": noisy,
        "median filter": median_filter(noisy, _WINDOW),
        "decoded": denoise(encoder, noisy),
        "decoded from clean": denoise(encoder, frames),
    }
    numbers = {name: picture_errors(pictures, frames) for name, pictures in made.items()}
    shown = spread_rows(len(frames), _COLUMNS)
    rows = [frames[shown], *(pictures[shown] for pictures in made.values())]
    title = f"{config.noise} of strength {config.strength:g}, and what the encoder sees behind it"
    labels = ["clean", "noisy", "median\nfilter", "decoded", "decoded\nfrom clean"]
    return Report(draw_rows(rows, labels, title), {"frames": len(frames), **numbers})

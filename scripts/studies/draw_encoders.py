"""Draw what encoders see, sample and tell apart, for people to look at: one page of all.

    python scripts/studies/draw_encoders.py --bundles runs/objectives/seed0/*/encoder

Of each encoder there is a picture: frames, what it makes of them, samples of its prior, and what
its six strongest latents change, or their codes. What it cannot do is said in words. page.md has
all pictures, and says which is which.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from darla.encoder.abilities import GAUSSIAN
from darla.encoder.drawn_rows import draw_rows
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.latent_pictures import reconstructions, save_picture, traversals
from darla.frames.dataset import FrameDataset
from darla.frames.pictures import resize_frames
from darla.running.atomic import write_text
from darla.running.command import run_command
from darla.uses import sample
from darla_agents.encoder_evaluation.bundles import bundle_labels, load_bundles
from encoders.drawn_codes import code_pictures

PASS_FOR_NORMAL = ("adversarial_autoencoder",)
"""Objectives without a posterior whose latents pass for samples of N(0, I)."""
NOT_IN_BUNDLE = {
    "vamp_vae": "its prior is a mixture of what the encoder says of learnt pictures, which bundles "
    "do not hold"
}
"""Why there are no samples of objectives whose prior is another than bundles know."""
COUNTED = 1000
"""Frames of a dataset on which codes are counted."""
LINE = 18  # pixels of a line of words


@dataclass(frozen=True)
class PageConfig:
    """Which encoders to draw, and where."""

    bundles: tuple[Path, ...]
    """Folders of encoder bundles, or names of those that come with darla."""
    data: Path | None = None
    """Dataset of darla collect whose first frames are drawn; those that each bundle carries when
    not given."""
    columns: int = 9
    """Frames in a row."""
    latents: int = 6
    """Latents, or groups of them that have codes, whose changes are drawn."""
    seed: int = 0
    """Decides the samples."""
    out: Path = Path("runs/page")
    """Folder of page.md and the pictures."""


def main(config: PageConfig) -> None:
    """Draw all encoders; a ValueError where there are none, or one cannot be opened."""
    if not config.bundles:
        raise ValueError("no bundle was given; give --bundles runs/vision/encoder")
    encoders = load_bundles(config.bundles, "cpu", "float32")
    labels = bundle_labels(config.bundles)
    lines = ["# What encoders see", "", HOW_TO_READ]
    for label, encoder in zip(labels, encoders, strict=True):
        picture, said = draw(config, encoder)
        save_picture(config.out / f"{label}.png", picture)
        lines += ["", f"## {label}", "", *said, "", f"![what {label} sees]({label}.png)"]
    write_text(config.out / "page.md", "\n".join(lines) + "\n")
    print(f"page: {config.out / 'page.md'}")


HOW_TO_READ = (
    "From above: frames and what the encoder makes of them; pictures of latents drawn from its "
    "prior; one frame with one latent at a time moved, the strongest first, or as each of its most "
    "used codes."
)


def draw(config: PageConfig, encoder: FrozenEncoder) -> tuple[np.ndarray, list[str]]:
    """Draw one encoder, uint8 (height, width, 3); and say what it is, in lines of Markdown."""
    frames = frames_for(config, encoder)
    said, shown = [facts(encoder)], telling(frames[: config.columns])
    blocks = [reconstructions(encoder, config.columns, 1, frames)]
    try:
        drawn = samples(encoder, config.columns, config.seed)
        blocks.append(draw_rows([drawn], ["samples"], "pictures of latents drawn from the prior"))
    except ValueError as error:
        said += ["", f"No samples: {error}."]
        blocks.append(words(f"No samples: {error}.", blocks[0].shape[1]))
    columns = config.columns - 1  # the frame itself is the first
    if encoder.encoder.shape.quantized:
        blocks.append(code_pictures(encoder, frames, shown, columns, config.latents))
    else:
        blocks.append(traversals(encoder, frames[shown], columns, most=config.latents))
    return stacked(blocks), said


def frames_for(config: PageConfig, encoder: FrozenEncoder) -> np.ndarray:
    """Return frames of the encoder's size, uint8 (N, H, W, 3), the first of which are drawn."""
    if config.data is None:
        return encoder.reference_frames
    dataset = FrameDataset.open(config.data)
    frames = dataset.read(0, min(COUNTED, dataset.shape[0]))
    return resize_frames(frames, encoder.image_shape[:2])


def telling(frames: np.ndarray) -> int:
    """Return which of the frames, uint8 (N, H, W, 3), has most to show: whose pixels vary most."""
    return int(frames.astype(np.float32).var(axis=(1, 2)).sum(axis=1).argmax())


def samples(encoder: FrozenEncoder, count: int, seed: int) -> np.ndarray:
    """Draw latents from the prior and decode them; a ValueError where the encoder has none."""
    objective, posterior = encoder.config["objective"]["name"], encoder.encoder.shape.posterior
    if objective in NOT_IN_BUNDLE:
        raise ValueError(NOT_IN_BUNDLE[objective])
    if objective in PASS_FOR_NORMAL:
        rng = np.random.default_rng(seed)
        return encoder.decode(rng.standard_normal((count, encoder.latent_dim)))
    if posterior != GAUSSIAN:
        what = "codes" if encoder.encoder.shape.quantized else "values without a spread"
        raise ValueError(f"its latents are {what}, and {objective!r} gives them no prior")
    return sample(encoder, count, "prior", seed=seed).frames


def facts(encoder: FrozenEncoder) -> str:
    """Say in a line what an encoder was trained as, and what its latents are."""
    shape, config = encoder.encoder.shape, encoder.config
    kind = "a mean and a spread each" if shape.posterior == GAUSSIAN else "one value each"
    if shape.quantized:
        kind = f"groups of {shape.code_size}, one of {shape.codes} codes each"
    active = int(encoder.active.sum())
    line = f"`{config['objective']['name']}`: {encoder.latent_dim} latents, {kind}; {active} active"
    roles = [f"{name}: {len(of)}" for name, of in encoder.latent_roles.items()]
    return line + (f" ({', '.join(roles)})." if roles else ".")


def words(text: str, width: int) -> np.ndarray:
    """Draw words in as many lines as they take, uint8 (height, width, 3)."""
    font, lines = ImageFont.load_default(size=14), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width - 4:
            lines[-1] = longer
        else:
            lines.append(word)
    canvas = Image.new("RGB", (width, LINE * len(lines)), (255,) * 3)
    on_canvas = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines):
        on_canvas.text((2, LINE * number), line, fill=0, font=font)
    return np.asarray(canvas)


def stacked(pictures: list[np.ndarray]) -> np.ndarray:
    """Put pictures, uint8 (height, width, 3) each, below one another, white beside narrow ones."""
    width = max(picture.shape[1] for picture in pictures)
    padded = [
        np.pad(each, ((0, 6), (0, width - each.shape[1]), (0, 0)), constant_values=255)
        for each in pictures
    ]
    return np.concatenate(padded)


if __name__ == "__main__":
    run_command(PageConfig, main, __doc__)

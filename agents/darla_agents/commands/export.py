"""Write an encoder as ONNX, to be run without torch: in a browser, on a robot, in another language.

darla export --encoder runs/vision/encoder --out runs/vision/onnx
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from darla.encoder.bundle import load_encoder
from darla.encoder.onnx_export import export_onnx
from darla.running.command import run_command


@dataclass(frozen=True)
class ExportConfig:
    """Which encoder to write, and where to."""

    encoder: Path = Path("runs/vision/encoder")
    """Folder of an encoder bundle, or the name of one that comes with darla (rooms)."""
    out: Path = Path("runs/onnx")
    """Folder of encoder.onnx, decoder.onnx and latents.json; earlier ones are replaced."""
    decoder: bool = True
    """Whether to write the decoder, too."""


def main(config: ExportConfig) -> None:
    """Write, and say what was written and how near it comes to torch."""
    files = export_onnx(load_encoder(config.encoder), config.out, config.decoder)
    print(f"encoder: {files.encoder}  latents within {files.latent_difference:.1g} of torch's")
    if files.decoder is not None:
        print(f"decoder: {files.decoder}  frames within {files.grey_levels} grey levels of torch's")
    print(f"latents: {files.latents}")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(ExportConfig, main, __doc__, arguments=arguments, program=program)

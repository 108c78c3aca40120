"""Write an encoder as ONNX, to be run without torch: in a browser, on a robot, in another language.

    darla export --encoder runs/vision/encoder --out runs/vision/onnx
    darla export --encoder runs/vision/encoder --page encoder.html

A page is one file that anybody can open in a browser, without a server and without network: latents
are sliders, and a picture shows what they draw. What runs the networks there comes from npm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from darla.encoder.bundle import load_encoder
from darla.encoder.onnx_export import onnx_models, write_onnx
from darla.page.runtime import find_runtime
from darla.page.write import check_drawing, write_page
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
    page: Path | None = None
    """An HTML file to write as well, with all of it inside."""
    runtime: Path | None = None
    """Folder of npm's package onnxruntime-web, or one with node_modules in it, for the page; by
    default the current folder and those above are searched for node_modules."""

    def check(self) -> None:
        """Raise a ValueError for options that do not go together."""
        if self.runtime is not None and self.page is None:
            raise ValueError("--runtime is for a page; name its file: --page encoder.html")
        if self.page is not None and not self.decoder:
            raise ValueError("a page shows what the decoder draws; leave out --no-decoder")


def main(config: ExportConfig) -> None:
    """Write, and say what was written and how near it comes to torch."""
    config.check()
    encoder = load_encoder(config.encoder)
    runtime = None
    if config.page is not None:  # before the models are made, which takes long
        check_drawing(encoder)
        runtime = find_runtime(config.runtime)
    models = onnx_models(encoder, config.decoder)
    files = write_onnx(models, config.out)
    print(f"encoder: {files.encoder}  latents within {files.latent_difference:.1g} of torch's")
    if files.decoder is not None:
        print(f"decoder: {files.decoder}  frames within {files.grey_levels} grey levels of torch's")
    print(f"latents: {files.latents}")
    if config.page is not None and runtime is not None:
        write_page(encoder, models, runtime, config.page)
        size = config.page.stat().st_size / 1e6
        print(f"page: {config.page}  {size:.1f} MB; open it in a browser")


def run(arguments: Sequence[str] | None = None, program: str | None = None) -> None:
    """Read the configuration from the command line, and run."""
    run_command(ExportConfig, main, __doc__, arguments=arguments, program=program)

"""Objectives and networks of other packages are trained, and their bundles load, without ours.

A package is installed beside ours with one objective and one network that are good, and two
objectives that are broken.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from darla.encoder.bundle import load_encoder
from toy_frames import write_toy_dataset

ROOT = Path(__file__).parents[3]
ENTRY_POINTS = """
[darla.objectives]
dear_vae = others.dear_vae:DearVAE
nameless = others.nameless:Nameless
bare = others.bare:Bare
[darla.networks]
straight = others.straight:STRAIGHT
"""
MODULES = {
    "__init__": "",
    "dear_vae": '''
from dataclasses import dataclass
from typing import ClassVar
from darla.objectives.vae import VAESettings, VariationalAutoencoder
from darla.running.ranges import AtLeastZero

@dataclass(frozen=True)
class DearVAESettings(VAESettings):
    """A VAE whose nats have a price."""
    objective: ClassVar[str] = "dear_vae"
    price: AtLeastZero = 2.0
    """What one nat of KL costs."""

class DearVAE(VariationalAutoencoder):
    """The VAE with a price."""
    settings_class = DearVAESettings

    def kl_cost(self, kl, step):
        return self.settings.price * kl.sum(), self.beta_terms(self.settings.price)

    def effective_settings(self):
        return {"price": self.settings.price}
''',
    "nameless": """
from darla.objectives.vae import VariationalAutoencoder

class Nameless(VariationalAutoencoder):
    settings_class = NoSuchSettings
""",
    "bare": """
from darla.objectives.vae import VariationalAutoencoder

class Bare(VariationalAutoencoder):
    settings_class = dict
""",
    "straight": """
from torch import nn
from darla.encoder.networks import Architecture, Decoder, Encoder

class LinearEncoder(Encoder):
    def __init__(self, shape):
        super().__init__(shape)
        height, width, _ = shape.image_shape
        self.head = nn.Linear(height * width * 3, self.outputs())

    def forward(self, pictures):
        return self.posterior_of(self.head(pictures.flatten(1)).float())

class LinearDecoder(Decoder):
    def __init__(self, shape):
        super().__init__(shape)
        height, width, _ = shape.image_shape
        self.head = nn.Linear(shape.latents, height * width * 3)

    def forward(self, latents):
        height, width, _ = self.shape.image_shape
        return self.head(latents).view(-1, 3, height, width).float()

STRAIGHT = Architecture(LinearEncoder, LinearDecoder)
""",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages."""
    folder = tmp_path_factory.mktemp("site")
    info = folder / "others-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (folder / "others").mkdir()
    for name, text in MODULES.items():
        (folder / "others" / f"{name}.py").write_text(text)
    return folder


def run(site: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join([str(site), *sys.path])
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )


def train(site: Path, out: Path, *more: object) -> "subprocess.CompletedProcess[str]":
    data = out.parent / "frames"
    if not data.exists():
        write_toy_dataset(data, 96, per_look=4)
    own = ["--data", data, "--out", out, "--latents", 4, "--epochs", 1, "--threads", 1]
    own += ["--pictures-per-stage", 0]
    return run(site, "scripts/train_vision.py", *own, "--device", "cpu", *more)


def test_an_objective_and_a_network_of_another_package(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    trained = train(site, out, "--objective", "dear_vae", "--network", "straight", "--price", 3)
    assert trained.returncode == 0, trained.stderr
    uses = (
        "import darla; from darla.checks.objectives import check_objective;"
        f"print(darla.load_encoder({str(out / 'encoder')!r}).config); check_objective('dear_vae')"
    )
    used = run(site, "-c", uses)
    assert used.returncode == 0, used.stderr
    assert "{'name': 'dear_vae', 'settings': {'price': 3.0}}" in used.stdout
    with pytest.raises(ValueError, match="a network 'straight', which no installed package adds"):
        load_encoder(out / "encoder")


# Each of these needs what the one before has imported, and nothing that it has done.
BROKEN = """
import sys
from toy_commands import run_darla
data, out = sys.argv[1:]
for more in (["nameless"], ["bare"], ["vae", "--price", "3"]):
    code = run_darla("train-vision", "--data", data, "--out", out, "--objective", *more)
    print("exit code", code, file=sys.stderr)
"""


def test_broken_ones_fail_alone(site: Path, tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "frames", 96, per_look=4)
    done = run(site, "-c", BROKEN, data, tmp_path / "run")
    assert "Traceback" not in done.stderr
    nameless, bare, others = done.stderr.split("exit code 2\n")[:3]
    for said, expected in (
        (nameless, "others.nameless:Nameless: name 'NoSuchSettings' is not defined; mend or"),
        (bare, "settings_class of the objective 'bare' is <class 'dict'>; expected a frozen"),
        (others, "the objective 'vae' has no setting 'price'"),
    ):
        last = said.strip().splitlines()[-1]
        assert last.startswith("error: ") and expected in last
    assert "train one of: dear_vae" in others

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


# Each of these needs what the one before has imported, and nothing that it has done.
WITH_OTHERS = """
import sys
import darla
from darla.checks.objectives import check_objective
from toy_commands import run_darla
data, out = sys.argv[1:]
for more in (
    ["dear_vae", "--network", "straight", "--price", "3", "--latents", "4", "--epochs", "1",
     "--threads", "1", "--pictures-per-stage", "0", "--device", "cpu"],
    ["nameless"],
    ["bare"],
    ["vae", "--price", "3"],
):
    code = run_darla("train-vision", "--data", data, "--out", out, "--objective", *more)
    print("exit code", code, file=sys.stderr)
print(darla.load_encoder(out + "/encoder").config)
check_objective("dear_vae")
"""


@pytest.fixture(scope="module")
def done(
    site: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple["subprocess.CompletedProcess[str]", Path]:
    """Train all of these where the package is installed; return how that ended, and the run."""
    folder = tmp_path_factory.mktemp("others")
    data = write_toy_dataset(folder / "frames", 96, per_look=4)
    command = [sys.executable, "-c", WITH_OTHERS, str(data), str(folder / "run")]
    path = os.pathsep.join([str(site), *sys.path])
    env = {**os.environ, "PYTHONPATH": path}
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, env=env)
    return ended, folder / "run"


def test_an_objective_and_a_network_of_another_package(
    done: tuple["subprocess.CompletedProcess[str]", Path],
) -> None:
    used, run = done
    assert used.returncode == 0, used.stderr
    assert "exit code 0\n" in used.stderr
    assert "{'name': 'dear_vae', 'settings': {'price': 3.0}}" in used.stdout
    with pytest.raises(ValueError, match="a network 'straight', which no installed package adds"):
        load_encoder(run / "encoder")


def test_broken_ones_fail_alone(done: tuple["subprocess.CompletedProcess[str]", Path]) -> None:
    said = done[0].stderr.partition("exit code 0\n")[2]
    assert "Traceback" not in said
    for said_of_it, expected in zip(
        said.split("exit code 2\n")[:3],
        (
            "others.nameless:Nameless: name 'NoSuchSettings' is not defined; mend or",
            "settings_class of the objective 'bare' is <class 'dict'>; expected a frozen",
            "the objective 'vae' has no setting 'price'",
        ),
        strict=True,
    ):
        last = said_of_it.strip().splitlines()[-1]
        assert last.startswith("error: ") and expected in last
    assert "train one of: dear_vae" in said

"""Encoders as ONNX, where onnxruntime and onnxscript are installed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import darla
from darla.encoder.frozen_encoder import FrozenEncoder, latent_statistics
from darla.encoder.network_shape import NetworkShape
from darla.encoder.networks import NETWORKS, make_decoder, make_encoder
from darla.encoder.onnx_export import export_onnx
from toy_commands import ROOT, run_darla
from toy_encoder import make_toy_bundle

NEEDED = ("onnx", "onnxscript", "onnxruntime")


def frozen(network: str, posterior: str) -> FrozenEncoder:
    """Return an untrained encoder of an architecture."""
    codes = 4 if posterior in ("fsq", "codebook") else 0
    shape = NetworkShape(
        (32, 48, 3), (4, 4, 4, 4), 8, latents=5, network=network, posterior=posterior, codes=codes
    )
    torch.manual_seed(0)
    encoder, decoder = make_encoder(shape).eval(), make_decoder(shape).eval()
    frames = np.random.default_rng(0).integers(0, 256, (8, 32, 48, 3), dtype=np.uint8)
    statistics = latent_statistics(encoder, [torch.from_numpy(frames)])
    config = {"objective": {"name": "beta_vae"}, "latent_roles": {"look": [3, 1]}}
    return FrozenEncoder(encoder, decoder, statistics, frames, config)


@pytest.mark.parametrize("posterior", ["gaussian", "point", "fsq", "codebook"])
@pytest.mark.parametrize("network", NETWORKS)
def test_onnx_says_what_torch_says_of_any_number_of_frames(
    network: str, posterior: str, tmp_path: Path
) -> None:
    for name in NEEDED:
        runtime = pytest.importorskip(name)
    encoder = frozen(network, posterior)
    files = export_onnx(encoder, tmp_path)
    assert files.decoder is not None
    encoding, decoding = map(runtime.InferenceSession, (files.encoder, files.decoder))
    frames = np.random.default_rng(1).integers(0, 256, (7, 32, 48, 3), dtype=np.uint8)
    for count in (1, 7):
        (mu,) = encoding.run(["mu"], {"frames": frames[:count]})
        expected = encoder.encode(frames[:count])
        assert mu.dtype == np.float32
        np.testing.assert_allclose(mu, expected, atol=1e-5, rtol=1e-5)
        (drawn,) = decoding.run(["frames"], {"latents": expected})
        assert drawn.dtype == np.uint8 and drawn.shape == (count, 32, 48, 3)
        assert np.abs(drawn.astype(int) - encoder.decode(expected)).max() <= 1
    told = json.loads(files.latents.read_text())
    assert told["roles"] == {"look": [1, 3]} and told["image_shape"] == [32, 48, 3]
    np.testing.assert_allclose(told["std"], encoder.statistics.std)


def test_the_command_writes_what_the_example_reads_without_torch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NEEDED:
        pytest.importorskip(name)
    bundle, out = make_toy_bundle(tmp_path / "encoder"), tmp_path / "onnx"
    assert run_darla("export", "--encoder", str(bundle), "--out", str(out)) == 0
    assert f"encoder: {out / 'encoder.onnx'}" in capsys.readouterr().out
    encoder = darla.load_encoder(bundle)
    np.save(tmp_path / "frames.npy", encoder.reference_frames)
    example = [sys.executable, ROOT / "scripts/examples/without_torch.py", out]
    told = subprocess.run(
        [*example, tmp_path / "frames.npy", tmp_path / "latents.npy"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "8 frames" in told and "torch is imported: False" in told
    latents = np.load(tmp_path / "latents.npy")
    np.testing.assert_allclose(latents, encoder.encode(encoder.reference_frames), atol=1e-5)


def test_the_decoder_can_be_left_out(tmp_path: Path) -> None:
    for name in NEEDED:
        pytest.importorskip(name)
    encoder = darla.load_encoder(make_toy_bundle(tmp_path / "encoder"))
    files = export_onnx(encoder, tmp_path / "onnx", decoder=False)
    assert files.decoder is None and files.grey_levels is None
    assert sorted(path.name for path in (tmp_path / "onnx").iterdir()) == [
        "encoder.onnx",
        "latents.json",
    ]


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_package_is_named_with_its_extra(
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if missing != NEEDED[0]:
        for name in NEEDED:
            pytest.importorskip(name)
    monkeypatch.setitem(sys.modules, missing, None)
    bundle = make_toy_bundle(tmp_path / "encoder")
    assert run_darla("export", "--encoder", str(bundle), "--out", str(tmp_path / "onnx")) == 2
    printed = capsys.readouterr().err
    assert f"needs {missing}, which is not installed; pip install 'darla[onnx]'" in printed
    assert not (tmp_path / "onnx").exists()

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from darla.encoder.bundle import load_encoder, random_encoder
from darla.encoder.networks import to_pictures
from toy_frames import toy_frames, write_toy_bundle

NETWORK = {
    "image_shape": [64, 64, 3],
    "channels": [8, 8, 16, 16],
    "hidden_units": 32,
    "latents": 4,
    "posterior": "gaussian",
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_toy_bundle(tmp_path / "encoder")


def test_a_bundle_is_two_plain_files(bundle: Path) -> None:
    assert sorted(path.name for path in bundle.iterdir()) == ["config.json", "model.safetensors"]
    config = json.loads((bundle / "config.json").read_text())
    assert config["schema"] == 1
    assert config["network"]["image_shape"] == [32, 32, 3]
    assert config["versions"]["torch"]


def test_weights_and_statistics_come_back_bit_by_bit(tmp_path: Path) -> None:
    first = load_encoder(write_toy_bundle(tmp_path / "a"))
    second = load_encoder(write_toy_bundle(tmp_path / "b"))
    stored = load_file(tmp_path / "a" / "model.safetensors")
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, stored[name])
        assert torch.equal(tensor, second.state_dict()[name])
    for name, values in first.statistics.tensors().items():
        assert torch.equal(values, stored[f"statistics.{name}"])
    frames, _ = toy_frames(8)
    np.testing.assert_array_equal(first.reference_frames, frames)
    np.testing.assert_array_equal(first.encode(frames), second.encode(frames))
    assert first.path == tmp_path / "a"


def test_a_missing_bundle_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="darla train-vision"):
        load_encoder(tmp_path / "nowhere")


def test_the_folder_of_a_run_says_where_its_bundle_is(bundle: Path) -> None:
    run = bundle.parent / "run"
    run.mkdir()
    bundle.rename(run / "encoder")
    with pytest.raises(FileNotFoundError, match=r"run; its encoder bundle is .*run/encoder$"):
        load_encoder(run)


def test_missing_weights_are_named(bundle: Path) -> None:
    (bundle / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"no model\.safetensors"):
        load_encoder(bundle)


def edit_config(bundle: Path, **changes: object) -> None:
    path = bundle / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def edit_tensors(bundle: Path, **changes: torch.Tensor | None) -> None:
    path = bundle / "model.safetensors"
    tensors = {**load_file(path), **{name.replace("__", "."): t for name, t in changes.items()}}
    save_file({name: tensor for name, tensor in tensors.items() if tensor is not None}, path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "something else"}, "does not describe an encoder"),
        ({"schema": 99}, "schema 99"),
        ({"network": {}}, "network in .* is damaged: object missing required field"),
        ({"network": 3}, "network is 3, expected `object`, got `int`"),
        ({"network": {**NETWORK, "latents": 8.5}}, "latents is 8.5, expected `int`"),
        (
            {"network": {**NETWORK, "latents": 10**12}},
            "latents is 1000000000000, expected `int` <=",
        ),
        ({"network": {**NETWORK, "channels": [8.0, 16]}}, r"channels\[0\] is 8.0, expected `int`"),
        ({"network": {**NETWORK, "channels": []}}, r"channels is \[\], expected `array` of length"),
        ({"network": {**NETWORK, "posterior": "other"}}, "posterior is 'other'"),
        ({"network": {**NETWORK, "image_shape": [64, 64]}}, "image_shape is"),
        ({"network": {**NETWORK, "posterior": "fsq", "codes": 10**9}}, "codes is .* `int` <="),
        (
            {"network": {**NETWORK, "posterior": "fsq", "codes": "8"}},
            "codes is '8', expected `int`",
        ),
        ({"network": {**NETWORK, "posterior": "fsq"}}, "codes is 0 for 4 latents; expected 2 to"),
        ({"network": {**NETWORK, "codes": 8}}, "latents of posterior 'gaussian' have no codes"),
        (
            {"network": {**NETWORK, "posterior": "codebook", "codes": 8, "code_size": 0}},
            "code_size is 0, expected `int` >=",
        ),
        (
            {"network": {**NETWORK, "posterior": "codebook", "codes": 8, "code_size": 3}},
            "code_size is 3 for 4 latents",
        ),
        (
            {
                "network": {
                    **NETWORK,
                    "posterior": "codebook",
                    "latents": 1 << 16,
                    "codes": 4096,
                }
            },
            "at most 1048576 times latents",
        ),
        ({"network": {**NETWORK, "conditions": -1}}, "conditions is -1, expected `int` >="),
        ({"objective": None}, "objective is None"),
        ({"objective": {"name": ["darla"]}}, "objective.name is"),
        ({"latent_roles": {"look": [0, 4]}}, "bad latent_roles .* expected lists of indices"),
        ({"latent_roles": {"look": 1}}, "latent_roles.* got `int`"),
        ({"latent_roles": [1]}, "latent_roles is"),
        (
            {
                "network": NETWORK,
            },
            r"hidden\.weight is .* but its config\.json asks for",
        ),
    ],
)
def test_a_foreign_configuration_is_refused(bundle: Path, changes: dict, message: str) -> None:
    edit_config(bundle, **changes)
    with pytest.raises(ValueError, match=message) as error:
        load_encoder(bundle)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"statistics__kl": None}, r"lacks statistics\.kl"),
        ({"statistics__kl": torch.zeros(5)}, r"statistics\.kl is .*\(5,\)"),
        ({"statistics__kl": torch.zeros(4, dtype=torch.float64)}, "float64"),
        ({"statistics__mean": torch.full((4,), float("nan"))}, "NaN or infinity"),
        ({"encoder__head__bias": torch.full((8,), float("inf"))}, "NaN or infinity"),
        ({"reference_frames": torch.zeros(2, 8, 8, 3, dtype=torch.uint8)}, "reference_frames"),
    ],
)
def test_foreign_tensors_are_refused(
    bundle: Path, changes: dict[str, torch.Tensor | None], message: str
) -> None:
    edit_tensors(bundle, **changes)
    with pytest.raises(ValueError, match=message):
        load_encoder(bundle)


@pytest.mark.parametrize(("posterior", "codes"), [("fsq", 5), ("codebook", 5)])
def test_quantised_latents_come_back_bit_by_bit(tmp_path: Path, posterior: str, codes: int) -> None:
    write_toy_bundle(tmp_path / "encoder", posterior=posterior, codes=codes)
    frames, _ = toy_frames(8)
    first, second = (load_encoder(tmp_path / "encoder") for _ in range(2))
    latents = first.encode(frames)
    np.testing.assert_array_equal(latents, second.encode(frames))
    for frame, alone in zip(frames, latents, strict=True):
        np.testing.assert_array_equal(first.encode(frame[None])[0], alone)
    assert all(len(np.unique(column)) <= codes for column in latents.T)
    assert first.decode(latents).shape == frames.shape
    copy = first.trainable_copy()
    seen = copy(to_pictures(torch.from_numpy(frames))).mu
    np.testing.assert_array_equal(seen.detach().numpy(), latents)
    assert random_encoder(tmp_path / "encoder", 1).encode(frames).shape == latents.shape


def test_foreign_codes_are_refused(tmp_path: Path) -> None:
    bundle = write_toy_bundle(tmp_path / "encoder", posterior="codebook", codes=5)
    name = "encoder__quantizer__codebook"
    whole = load_file(bundle / "model.safetensors")["encoder.quantizer.codebook"]
    for codes, message in (
        (None, r"lacks encoder\.quantizer\.codebook"),
        (torch.zeros(4, 6, 1), r"codebook is .* of shape \(4, 6, 1\), but its config\.json asks"),
        (whole.double(), "is torch.float64"),
        (torch.full_like(whole, float("nan")), "NaN or infinity"),
    ):
        edit_tensors(bundle, **{name: codes})
        with pytest.raises(ValueError, match=message):
            load_encoder(bundle)
    edit_tensors(bundle, **{name: whole}, encoder__quantizer__std=torch.zeros(4))
    assert np.isfinite(load_encoder(bundle).encode(toy_frames(8)[0])).all()


def test_damage_is_noticed(bundle: Path) -> None:
    path = bundle / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match="damaged"):
        load_encoder(bundle)
    (bundle / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"not valid JSON .*; copy the bundle whole"):
        load_encoder(bundle)


def test_sizes_that_no_bundle_has_are_refused_unread(bundle: Path) -> None:
    os.truncate(bundle / "model.safetensors", 30 << 30)  # sparse: it takes no space
    with pytest.raises(ValueError, match="has 32,212,254,720 bytes; expected at most"):
        load_encoder(bundle)
    (bundle / "config.json").write_text("[" * 100_000)
    with pytest.raises(ValueError, match="nested too deep"):
        load_encoder(bundle)


def test_a_pipe_is_not_waited_for(bundle: Path) -> None:
    (bundle / "model.safetensors").unlink()
    os.mkfifo(bundle / "model.safetensors")
    with pytest.raises(FileNotFoundError, match=r"has no model\.safetensors"):
        load_encoder(bundle)


def test_weights_that_make_no_finite_latents_are_refused(bundle: Path) -> None:
    largest = torch.full_like(load_file(bundle / "model.safetensors")["encoder.head.weight"], 3e38)
    edit_tensors(bundle, encoder__head__weight=largest)
    with pytest.raises(ValueError, match="makes latents that are not finite"):
        load_encoder(bundle)


def test_latent_roles_come_back_as_indices(bundle: Path) -> None:
    assert load_encoder(bundle).latent_roles == {}
    edit_config(bundle, latent_roles={"look": [2, 0], "state": []})
    roles = load_encoder(bundle).latent_roles
    assert {name: indices.tolist() for name, indices in roles.items()} == {
        "look": [0, 2],
        "state": [],
    }
    assert all(indices.dtype == np.int64 for indices in roles.values())
    assert random_encoder(bundle, 0).latent_roles == {}


def test_a_random_encoder_is_the_same_network_untrained(bundle: Path) -> None:
    trained = load_encoder(bundle)
    before = torch.get_rng_state()
    first, again, other = (random_encoder(bundle, seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    frames, _ = toy_frames(8)
    assert first.image_shape == trained.image_shape and first.latent_dim == trained.latent_dim
    np.testing.assert_array_equal(first.encode(frames), again.encode(frames))
    assert not np.allclose(first.encode(frames), other.encode(frames))
    assert not np.allclose(first.encode(frames), trained.encode(frames))
    assert first.config["objective"]["name"] == "random"
    mean = first.encode(first.reference_frames).mean(axis=0)
    np.testing.assert_allclose(first.statistics.mean, mean, rtol=1e-4, atol=1e-6)

"""What holds for every architecture: add a row for each new one."""

from typing import Any

import numpy as np
import pytest
import torch

from darla.encoder.conv_network import ConvDecoder, ConvEncoder
from darla.encoder.network_shape import NetworkShape, check_image_shape
from darla.encoder.networks import (
    LOGVAR_LIMIT,
    NETWORKS,
    Architecture,
    ConditionedDecoder,
    make_decoder,
    make_encoder,
    to_frames,
    to_pictures,
)

SMALL = {"channels": (4, 4, 4, 4), "hidden_units": 8}
ROWS = {"conv": SMALL, "ladder": SMALL, "linear": SMALL, "painted": SMALL, "readout": SMALL}


def test_every_network_has_a_row() -> None:
    assert ROWS.keys() == NETWORKS.keys()


@pytest.mark.parametrize("size", [(32, 32), (48, 80), (64, 64), (112, 32), (128, 128)])
@pytest.mark.parametrize(
    ("posterior", "codes"), [("gaussian", 0), ("point", 0), ("fsq", 4), ("codebook", 4)]
)
@pytest.mark.parametrize("name", ROWS)
def test_every_allowed_picture_is_encoded_and_decoded(
    name: str, size: tuple[int, int], posterior: str, codes: int
) -> None:
    own = {"posterior": posterior, "codes": codes, **ROWS[name]}
    shape = NetworkShape((*size, 3), latents=5, network=name, **own)
    pictures = torch.rand(2, 3, *size)
    encoder = make_encoder(shape)
    mu, logvar = encoder(pictures)
    assert mu.shape == (2, 5)
    assert (logvar is None) == (posterior != "gaussian")
    assert make_decoder(shape)(mu).shape == pictures.shape
    assert encoder.shape == shape


@pytest.mark.parametrize("name", ROWS)
def test_decoders_can_be_told_numbers_beside_the_latents(name: str) -> None:
    shape = NetworkShape((32, 32, 3), latents=5, network=name, conditions=2, **ROWS[name])
    decoder, latents = make_decoder(shape), torch.randn(3, 5)
    assert isinstance(decoder, ConditionedDecoder)
    told = decoder.given(latents, torch.randn(3, 2))
    assert told.shape == (3, 3, 32, 32)
    assert not torch.equal(told, decoder(latents))
    torch.testing.assert_close(decoder(latents), decoder.given(latents, torch.zeros(3, 2)))
    assert NetworkShape.from_json(shape.to_json(), "it", "mend it") == shape
    assert make_encoder(shape)(torch.rand(3, 3, 32, 32)).mu.shape == (3, 5)


@pytest.mark.parametrize("name", ROWS)
def test_layers_have_features_and_the_bottleneck_is_one_of_them(name: str) -> None:
    encoder = make_encoder(NetworkShape((32, 32, 3), network=name, **ROWS[name]))
    pictures = torch.rand(3, 3, 32, 32)
    assert encoder.layers()[-1] == "bottleneck"
    for layer in encoder.layers():
        features = encoder.features(pictures, layer)
        assert features.ndim == 2 and len(features) == 3 and features.dtype == torch.float32
    torch.testing.assert_close(encoder.features(pictures, "bottleneck"), encoder(pictures).mu)
    shape = NetworkShape((32, 32, 3), network=name, posterior="fsq", codes=5, **ROWS[name])
    quantized = make_encoder(shape)
    assert quantized.layers() == encoder.layers()
    codes = quantized.features(pictures, "bottleneck")
    assert torch.equal(codes, quantized(pictures).mu)
    for layer in quantized.layers()[:-1]:
        assert quantized.features(pictures, layer).shape == encoder.features(pictures, layer).shape


@pytest.mark.parametrize("name", ROWS)
def test_shorter_weights_say_much_the_same_in_float32(name: str) -> None:
    encoder = make_encoder(NetworkShape((32, 32, 3), network=name, **ROWS[name]))
    pictures = torch.rand(3, 3, 32, 32)
    before = encoder(pictures).mu
    after = encoder.lower(torch.bfloat16)(pictures).mu
    assert after.dtype == torch.float32
    torch.testing.assert_close(after, before, atol=0.05, rtol=0.05)


def test_the_default_is_the_shape_of_the_paper() -> None:
    encoder = make_encoder(NetworkShape((64, 64, 3)))
    assert isinstance(encoder, ConvEncoder)
    assert [layer.out_channels for layer in encoder.convolutions] == [32, 32, 64, 64]
    assert {layer.kernel_size for layer in encoder.convolutions} == {(4, 4)}
    assert {layer.stride for layer in encoder.convolutions} == {(2, 2)}
    assert encoder.hidden is not None and encoder.hidden.weight.shape == (256, 64 * 4 * 4)
    assert encoder.head.weight.shape == (2 * 32, 256)


@pytest.mark.parametrize(
    "shape", [(16, 32, 3), (32, 144, 3), (40, 64, 3), (64, 64, 1), (64, 64), (0, 64, 3)]
)
def test_other_pictures_are_refused_in_one_line(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="multiples of 16 from 32 to 128") as error:
        check_image_shape(shape)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": ()}, "channels"),
        ({"channels": (8, 0)}, "channels"),
        ({"channels": (8,) * 6}, "multiples of 64"),
        ({"latents": 0}, "latents=0"),
        ({"hidden_units": -1}, "hidden_units=-1"),
        ({"posterior": "cauchy"}, "cauchy"),
        ({"codes": 4}, "'gaussian' have no codes; leave both out"),
        ({"posterior": "fsq"}, "codes is 0 for 32 latents; expected 2 to 4096"),
        ({"posterior": "fsq", "codes": 8, "code_size": 2}, "code_size is 2 .* of posterior 'fsq'"),
        ({"posterior": "codebook", "codes": 8, "code_size": 3}, "a number that divides the lat"),
        ({"posterior": "codebook", "codes": 4096, "latents": 512}, "at most 1048576 times lat"),
        ({"levels": (16, 8)}, r"levels of \(16, 8\) latents, but there are 32; expected a pos"),
        ({"levels": (32, 0)}, "expected a positive number for each level"),
        ({"flow": (2, 0)}, r"a flow of \(2, 0\) steps and units .* expected positive numbers"),
        ({"flow": (2, 8), "latents": 1}, "over 1 latents .* 2 or more Gaussian latents"),
        ({"flow": (2, 8), "posterior": "point"}, "of posterior 'point'; expected"),
        ({"network": "ladder", "levels": (8, 8, 8, 4, 4)}, "5 levels of latents need as many conv"),
        ({"network": "conf"}, "unknown network 'conf'; did you mean 'conv'"),
    ],
)
@pytest.mark.parametrize("make", [make_encoder, make_decoder])
def test_impossible_networks_are_refused(make: Any, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(NetworkShape(**{"image_shape": (32, 32, 3), **changes}))


def test_the_shape_survives_json() -> None:
    for shape in (
        NetworkShape((32, 64, 3), (8, 16), 0, 7, "point"),
        NetworkShape((32, 64, 3), (8, 16), 0, 7, "point", "other"),
        NetworkShape((32, 64, 3), (8, 16), 0, 7, "fsq", codes=5),
        NetworkShape((32, 64, 3), (8, 16), 0, 6, "codebook", codes=5, code_size=3),
        NetworkShape((32, 64, 3), (8, 16), 0, 6, network="ladder", levels=(2, 4)),
        NetworkShape((32, 64, 3), (8, 16), 0, 6, flow=(3, 8)),
    ):
        assert NetworkShape.from_json(shape.to_json(), "a file", "mend it") == shape


def test_files_name_the_architecture_only_where_it_is_not_the_usual_one() -> None:
    assert "network" not in NetworkShape((32, 32, 3)).to_json()
    assert NetworkShape((32, 32, 3), network="other").to_json()["network"] == "other"
    assert not {"codes", "code_size", "levels", "flow"} & NetworkShape((32, 32, 3)).to_json().keys()


def test_what_is_no_architecture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NETWORKS, "_known", dict(NETWORKS._known))
    NETWORKS.register("again", Architecture(ConvEncoder, ConvDecoder))
    assert isinstance(make_encoder(NetworkShape((32, 32, 3), network="again")), ConvEncoder)
    for thing in (ConvEncoder, Architecture(ConvDecoder, ConvDecoder)):  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="expected an Architecture of an Encoder"):
            NETWORKS.register("wrong", thing)  # type: ignore[arg-type]


def test_logvar_stays_within_its_limits() -> None:
    encoder = make_encoder(NetworkShape((32, 32, 3), (4, 4), 0, 2))
    assert isinstance(encoder, ConvEncoder)
    with torch.no_grad():
        encoder.head.bias.copy_(torch.tensor([0.0, 0.0, 1e6, -1e6]))
        logvar = encoder(torch.rand(1, 3, 32, 32)).logvar
    assert logvar is not None
    assert logvar.tolist() == [[LOGVAR_LIMIT, -LOGVAR_LIMIT]]


def test_features_are_those_of_the_layer_asked_for() -> None:
    encoder = make_encoder(NetworkShape((32, 32, 3), (4, 8), 0, 5, "point"))
    pictures = torch.rand(3, 3, 32, 32)
    assert encoder.layers() == ["conv1", "conv2", "bottleneck"]
    assert encoder.features(pictures, "conv1").shape == (3, 4 * 16 * 16)
    assert encoder.features(pictures, "conv2").shape == (3, 8 * 8 * 8)
    torch.testing.assert_close(encoder.features(pictures, "bottleneck"), encoder(pictures).mu)


def test_frames_survive_becoming_pictures() -> None:
    values = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 16, 16, 3)
    frames = torch.from_numpy(values)
    pictures = to_pictures(frames)
    assert pictures.shape == (1, 3, 16, 16) and pictures.min() == 0 and pictures.max() == 1
    assert torch.equal(to_frames(pictures), frames)

"""What a page of an encoder holds, and what it cannot do."""

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

import darla
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.encoder.onnx_export import OnnxModels
from darla.page.runtime import find_runtime
from darla.page.told import MOST_FRAMES, told_of
from darla.page.write import export_page, write_page
from toy_commands import run_darla
from toy_encoder import DEAD, LATENTS, make_toy_bundle
from toy_pages import ReadPage, write_fake_runtime
from toy_quadrants import without_decoder

MODELS = OnnxModels(b"the encoder", b"the decoder" * 1000, {}, 0.0, 0)
HOSTILE = "</script><script>hacked = 1</script><!--<img src=x onerror=hacked=1>"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_toy_bundle(tmp_path / "mine/encoder", roles=True)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_fake_runtime(tmp_path, monkeypatch)


def page_of(encoder: FrozenEncoder, package: Path, **told: object) -> ReadPage:
    """Write a page of models that are none, and read it."""
    path = package.parents[1] / "page.html"
    write_page(encoder, MODELS, find_runtime(package), path, **told)  # type: ignore[arg-type]
    return ReadPage(path)


def test_a_page_holds_models_runtime_and_frames(bundle: Path, package: Path) -> None:
    encoder = darla.load_encoder(bundle)
    page = page_of(encoder, package)
    assert page.unpacked("encoder") == MODELS.encoder
    assert page.unpacked("decoder") == MODELS.decoder
    assert page.unpacked("binary") == b"\0asm binary"
    frames = np.frombuffer(page.unpacked("frames"), np.uint8).reshape(-1, *encoder.image_shape)
    known = {frame.tobytes() for frame in encoder.reference_frames}
    assert {frame.tobytes() for frame in frames} == known  # it has fewer than a page shows
    np.testing.assert_allclose(page.facts()["starts"], encoder.encode(frames), rtol=1e-5)


def test_a_page_loads_nothing(bundle: Path, package: Path) -> None:
    page = page_of(darla.load_encoder(bundle), package)
    assert not {name for name, _ in page.attributes} & {"src", "href", "srcset", "action", "data"}
    (style,) = page.of("style")
    assert not re.search(r"url\(|@import", style)
    assert not re.search(r"\w+://", page.text)


def test_only_the_pages_own_scripts_may_run(bundle: Path, package: Path) -> None:
    page = page_of(darla.load_encoder(bundle), package)
    rules = dict(rule.strip().split(" ", 1) for rule in page.policy().split(";"))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (*page.executed(), *page.of("style"))
    ]
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split() == [*hashes[:2], "'wasm-unsafe-eval'"]
    assert rules["style-src"].split() == hashes[2:]
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]


def test_the_runtime_is_a_script_that_asks_nobody_where_it_is(bundle: Path, package: Path) -> None:
    runtime, own = page_of(darla.load_encoder(bundle), package).executed()
    assert "import.meta" not in runtime and "export" not in runtime
    assert "return { InferenceSession: a, env: b }" in runtime
    assert "ort.InferenceSession" in own


def test_names_are_texts_whatever_a_bundle_says(bundle: Path, package: Path) -> None:
    config = bundle / "config.json"
    roles = {"latent_roles": {HOSTILE: [1], "state": [2]}}
    config.write_text(json.dumps(json.loads(config.read_text()) | roles))
    encoder = darla.load_encoder(bundle)
    plain = page_of(darla.load_encoder(bundle), package)
    page = page_of(encoder, package, title=HOSTILE, names={0: HOSTILE})
    assert [name for name, _ in page.elements] == [name for name, _ in plain.elements]
    assert page.of("h1") == [HOSTILE] and page.facts()["title"] == HOSTILE
    rows = {row["latent"]: row for row in page.facts()["rows"]}
    assert rows[1]["role"] == HOSTILE and rows[0]["name"] == HOSTILE
    assert page.executed() == plain.executed()


def test_latents_that_carry_most_come_first_with_their_roles(bundle: Path) -> None:
    rows = told_of(darla.load_encoder(bundle), "mine", {2: "yaw"}).facts["rows"]
    assert [row["latent"] for row in rows] == [1, 0, 2]  # by KL, and none is dead
    assert DEAD not in {row["latent"] for row in rows}
    assert [row["role"] for row in rows] == ["state", "look", "state"]
    assert [row["name"] for row in rows] == ["", "", "yaw"]
    assert [row["carries"] for row in rows] == [2.0, 1.0, 0.5]


def test_a_name_of_no_latent_is_refused(bundle: Path) -> None:
    with pytest.raises(ValueError, match=f"latent {LATENTS} is named; there are 0 to 3"):
        told_of(darla.load_encoder(bundle), "mine", {LATENTS: "yaw"})


def test_frames_to_start_from_differ() -> None:
    encoder = darla.load_encoder("rooms")
    told = told_of(encoder, "rooms", {})
    assert told.frames.shape == (MOST_FRAMES, 64, 64, 3)
    spread = encoder.statistics.std

    def least(latents: np.ndarray) -> float:
        scaled = latents / spread
        apart = np.linalg.norm(scaled[:, None] - scaled[None], axis=2)
        return float(apart[~np.eye(len(apart), dtype=bool)].min())

    every = encoder.encode(encoder.reference_frames)
    assert least(encoder.encode(told.frames)) > 1.2 * least(every[:MOST_FRAMES])


def test_frames_that_are_alike_are_each_shown_once(tmp_path: Path) -> None:
    encoder = darla.load_encoder(make_toy_bundle(tmp_path / "toy"))
    encoder.reference_frames[:] = encoder.reference_frames[:1]
    assert len(told_of(encoder, "", {}).frames) == len(encoder.reference_frames)
    encoder.reference_frames = encoder.reference_frames[:0]
    assert told_of(encoder, "", {}).facts["starts"] == []


def test_a_page_is_called_as_its_bundle_is(bundle: Path, package: Path) -> None:
    assert page_of(darla.load_encoder(bundle), package).facts()["title"] == "mine"


def test_the_command_puts_what_it_exports_into_the_page(
    bundle: Path, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(name)
    out, page = tmp_path / "onnx", tmp_path / "shown/page.html"
    words = ["--encoder", bundle, "--out", out, "--page", page, "--runtime", package]
    assert run_darla("export", *words) == 0
    assert re.search(rf"page: {page}  \d\.\d MB; open it", capsys.readouterr().out)
    for name in ("encoder", "decoder"):
        assert ReadPage(page).unpacked(name) == (out / f"{name}.onnx").read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runtime", "npm"], "--runtime is for a page; name its file: --page encoder.html"),
        (["--page", "a.html", "--no-decoder"], "a page shows what the decoder draws; leave out"),
        (["--page", "a.html", "--runtime", "npm"], "a page needs onnxruntime-web, which is not in"),
    ],
)
def test_options_that_cannot_be_are_refused_in_one_line(
    words: list[str],
    said: str,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_darla("export", "--encoder", bundle, "--out", tmp_path / "onnx", *words) == 2
    printed = capsys.readouterr().err
    assert said in printed and len(printed.splitlines()) == 1
    assert not (tmp_path / "onnx").exists() and not (tmp_path / "a.html").exists()


def test_an_encoder_that_draws_nothing_has_no_page(bundle: Path, tmp_path: Path) -> None:
    encoder = without_decoder(darla.load_encoder(bundle))
    with pytest.raises(ValueError, match="has no decoder; a page shows what a decoder draws"):
        export_page(encoder, tmp_path / "page.html")


def test_models_without_a_decoder_make_no_page(bundle: Path, package: Path) -> None:
    encoder, runtime = darla.load_encoder(bundle), find_runtime(package)
    models = OnnxModels(b"", None, {}, 0.0, None)
    with pytest.raises(ValueError, match="leave it in"):
        write_page(encoder, models, runtime, package / "page.html")

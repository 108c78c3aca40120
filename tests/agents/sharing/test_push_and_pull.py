"""Encoders and agents by way of a small hub, where huggingface_hub is installed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import darla
from darla.hub.names import hub_name
from darla_agents.agent.saved_agent import load_agent
from darla_agents.sharing.cards import encoder_card
from toy_agents import make_toy_agent
from toy_commands import run_darla
from toy_encoder import make_toy_bundle
from toy_hub import ToyHub, toy_hub


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyHub]:
    """Return a hub that the library takes for the real one, and an empty cache."""
    constants = pytest.importorskip("huggingface_hub.constants")
    with toy_hub() as hub:
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
        monkeypatch.setenv("HF_TOKEN", "hf_toy")
        monkeypatch.chdir(tmp_path)
        yield hub


def told(text: str) -> dict[str, str]:
    """Return what a command's lines say, by what stands before their colon."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name: value.strip() for name, value in pairs}


def test_an_encoder_goes_up_and_comes_down_the_same(
    hub: ToyHub, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_toy_bundle(Path("run/encoder"))
    Path("run/reconstructions.png").write_bytes(b"a picture")
    Path("run/encoder/notes.txt").write_text("mine")
    arguments = ("push", str(bundle), "user/toy", "--license", "mit")
    assert run_darla(*arguments) == 0
    pushed = told(capsys.readouterr().out)
    commit, files = hub.files("user/toy", "main")
    assert pushed["name"] == f"hf://user/toy@{commit}"
    assert files.keys() == {"config.json", "model.safetensors", "README.md", "reconstructions.png"}
    card = files["README.md"].decode()
    assert "license: mit" in card and "![reconstructions.png](reconstructions.png)" in card
    assert 'darla.load_encoder("hf://user/toy")' in card

    own, theirs = darla.load_encoder(bundle), darla.load_encoder("hf://user/toy")
    frames = own.reference_frames
    np.testing.assert_array_equal(theirs.encode(frames), own.encode(frames))
    assert run_darla("pull", "user/toy", "--out", "theirs") == 0
    assert told(capsys.readouterr().out) == {"encoder": "theirs", "name": pushed["name"]}
    for name in ("config.json", "model.safetensors"):
        assert Path("theirs", name).read_bytes() == (bundle / name).read_bytes()
    assert not Path("theirs/README.md").exists()


def test_a_whole_commit_is_asked_for_once_and_never_changes(hub: ToyHub) -> None:
    bundle = make_toy_bundle(Path("encoder"))
    files = {path.name: path.read_bytes() for path in bundle.iterdir()}
    commit = hub.commit("user/toy", files)
    hub.commit("user/toy", {"config.json": b"{}"})
    pinned = f"hf://user/toy@{commit}"
    first = darla.load_encoder(pinned)
    hub.requests.clear()
    again = darla.load_encoder(Path(pinned))
    assert not hub.requests
    frames = first.reference_frames
    np.testing.assert_array_equal(again.encode(frames), first.encode(frames))
    with pytest.raises(ValueError, match=r"config\.json"):
        darla.load_encoder("hf://user/toy")


def test_an_agent_names_an_encoder_that_others_have(
    hub: ToyHub, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_toy_bundle(Path("encoder"))
    make_toy_agent(Path("agent"), kind="latent", encoder=bundle)
    assert run_darla("push", "agent", "user/agent") == 2
    assert f"darla push {bundle} USER/NAME" in capsys.readouterr().err
    assert run_darla("push", "agent", "user/agent", "--encoder", "hf://user/toy@main") == 2
    assert "expected hf://user/name@commit" in capsys.readouterr().err
    assert "user/agent" not in hub.commits

    assert run_darla("push", str(bundle), "user/toy") == 0
    encoder = told(capsys.readouterr().out)["name"]
    assert run_darla("push", "agent", "user/agent", "--encoder", encoder) == 0
    assert f"`{encoder}`" in hub.files("user/agent", "main")[1]["README.md"].decode()
    assert run_darla("pull", "user/agent") == 0
    assert "agent: runs/hub/agent" in capsys.readouterr().out
    theirs = load_agent("runs/hub/agent")
    assert theirs.spec.encoder == encoder
    latents = darla.load_encoder(encoder).encode(darla.load_encoder(bundle).reference_frames)
    np.testing.assert_array_equal(theirs.predict(latents), load_agent("agent").predict(latents))


def test_an_agent_on_pixels_needs_no_encoder(hub: ToyHub) -> None:
    make_toy_agent(Path("agent"))
    assert run_darla("push", "agent", "user/pixels") == 0
    assert run_darla("pull", "user/pixels", "--out", "theirs") == 0
    assert load_agent("theirs").spec == load_agent("agent").spec


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("user/none", "there is no hf://user/none on the hub"),
        ("user/toy@v2", "user/toy has no revision 'v2' on the hub"),
        ("user/half", "hf://user/half has no model.safetensors; expected what darla push writes"),
        ("user/large", "config.json of hf://user/large has 16,777,217 bytes; expected at most"),
        ("user/wrong", "config.json"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_leaves_nothing(
    hub: ToyHub, name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.commit("user/toy", {"config.json": b"{}"})
    hub.commit("user/half", {"config.json": b"{}"})
    hub.commit("user/large", {"config.json": bytes((16 << 20) + 1), "model.safetensors": b""})
    hub.commit("user/wrong", {"config.json": b"no JSON", "model.safetensors": b""})
    assert run_darla("pull", name, "--out", "theirs") == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not Path("theirs").exists()
    downloaded = [each for each in hub.requests if each.startswith("GET /user/")]
    assert bool(downloaded) == (name == "user/wrong")


def test_a_hub_that_cannot_be_reached_is_one_line(
    hub: ToyHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert run_darla("pull", "user/toy") == 2
    error = capsys.readouterr().err
    assert "hf://user/toy" in error and error.count("\n") == 1


def test_without_the_library_its_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    bundle = make_toy_bundle(tmp_path / "encoder")
    for arguments in (("pull", "user/toy"), ("push", str(bundle), "user/toy")):
        assert run_darla(*arguments) == 2
        error = capsys.readouterr().err
        assert "needs huggingface_hub, which is not installed; pip install 'darla[hub]'" in error


def test_a_card_of_the_encoder_that_ships_says_what_it_has_seen() -> None:
    card = encoder_card(darla.load_encoder("rooms"), hub_name("user/rooms"), None, ["a.png"])
    assert "200,000 frames of `Darla/GoToObject-v0` (`d_u_rich`)" in card
    assert "keep 88% of the frames' variance" in card
    assert "Latents that hold the look: 0, 1, 2" in card
    assert "| object_shape" in card and "license:" not in card

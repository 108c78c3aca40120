"""The page, opened as a file in a headless Chromium."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import darla
from darla.page.write import export_page
from toy_browser import CHROMIUM, Browser
from toy_commands import ROOT
from toy_encoder import make_toy_bundle
from toy_pages import ReadPage

NPM = ROOT / "build/npm"
HOSTILE = "<img src=x onerror=hacked=1></script><script>hacked = 1</script>"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.skipif(not NPM.is_dir(), reason="npm has not brought the runtime into build/npm"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of an encoder that ships."""
    for name in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(name)
    path = tmp_path_factory.mktemp("page") / "rooms.html"
    export_page(darla.load_encoder("rooms"), path, runtime=NPM)
    return path


@pytest.fixture
def browser(file: Path, tmp_path: Path) -> Iterator[Browser]:
    """Open the page, and check in the end that it complained of nothing and loaded nothing."""
    with Browser(tmp_path, (1280, 800)) as window:
        window.go(file.as_uri())
        window.until(PAINTED)
        yield window
        assert window.complaints == []
        assert {url for url in window.requested if not url.startswith("about:")} == {file.as_uri()}


PAINTED = "document.getElementById('drawn').dataset.painted"


def pixels(browser: Browser, canvas: str = "drawn") -> np.ndarray:
    """Return what a canvas shows, int (H, W, 3)."""
    shown = browser.run(
        f"(() => {{ const canvas = document.getElementById('{canvas}');"
        "const { width, height } = canvas;"
        "const all = canvas.getContext('2d').getImageData(0, 0, width, height).data;"
        "return [height, width, ...all]; })()"
    )
    return np.array(shown[2:]).reshape(shown[0], shown[1], 4)[..., :3]


def slide(browser: Browser, latent: int, value: float) -> float:
    """Move a slider as a hand would, wait for the picture, and return where the slider is."""
    slider = f"document.querySelector('input[aria-label^=\"latent {latent} \"]')"
    before = browser.run(PAINTED)
    moved = browser.run(
        f"(() => {{ const slider = {slider}; slider.focus(); slider.value = {value};"
        "slider.dispatchEvent(new Event('input', { bubbles: true }));"
        "return Number(slider.value); })()"
    )
    browser.until(f"{PAINTED} !== {json.dumps(before)}")
    return float(moved)


def key(browser: Browser, name: str, code: int) -> None:
    """Press a key that the browser itself knows what to do with."""
    for kind in ("rawKeyDown", "keyUp"):
        pressed = {"key": name, "code": name, "windowsVirtualKeyCode": code}
        browser.ask("Input.dispatchKeyEvent", type=kind, **pressed)


def facts(file: Path) -> Any:
    return ReadPage(file).facts()


def test_the_picture_is_what_torch_decodes_before_and_after_a_slider_moves(
    browser: Browser, file: Path
) -> None:
    encoder = darla.load_encoder("rooms")
    latents = np.array(facts(file)["starts"][:1], np.float32)
    before = pixels(browser)
    assert np.abs(before - encoder.decode(latents)[0].astype(int)).max() <= 1
    frame = encoder.reference_frames[0]
    assert pixels(browser, "frame").shape == frame.shape
    latents[0, 0] = slide(browser, 0, latents[0, 0] - 2.0)
    after = pixels(browser)
    assert np.abs(after - before).max() > 20
    assert np.abs(after - encoder.decode(latents)[0].astype(int)).max() <= 1


def test_keys_move_a_slider_and_bring_all_back(browser: Browser) -> None:
    before = pixels(browser)
    browser.run("document.querySelector('.row input').focus()")
    for _ in range(20):
        key(browser, "ArrowRight", 39)
    browser.until("document.querySelector('.row.moved') !== null")
    browser.until("document.getElementById('strip').dataset.painted")
    assert np.abs(pixels(browser) - before).max() > 3
    key(browser, "Backspace", 8)
    browser.until("!document.querySelector('.row.moved')")
    same(browser, before)
    key(browser, "ArrowLeft", 37)
    browser.until("document.querySelector('.row.moved') !== null")
    browser.press("r")
    browser.until("!document.querySelector('.row.moved')")
    same(browser, before)
    browser.press("n")
    browser.until("document.querySelectorAll('#starts button')[1].ariaPressed === 'true'")
    browser.press("p")
    browser.until("document.querySelectorAll('#starts button')[0].ariaPressed === 'true'")
    same(browser, before)


def same(browser: Browser, before: np.ndarray) -> None:
    """Wait until the page draws a picture again."""
    end = time.monotonic() + 30
    while (pixels(browser) != before).any():
        assert time.monotonic() < end, "another picture is drawn"
        time.sleep(0.05)


def test_a_picture_of_ones_own_is_encoded_as_torch_does(browser: Browser, tmp_path: Path) -> None:
    encoder = darla.load_encoder("rooms")
    frame = encoder.reference_frames[-1]
    Image.fromarray(frame).save(tmp_path / "mine.png")
    found = browser.ask("Runtime.evaluate", expression="document.getElementById('file')")
    given = {"files": [str(tmp_path / "mine.png")], "objectId": found["result"]["objectId"]}
    browser.ask("DOM.setFileInputFiles", **given)
    browser.until("document.getElementById('from').textContent === 'mine.png'")
    assert (pixels(browser, "frame") == frame).all()
    latents = encoder.encode(frame[None])
    for latent, value in enumerate(latents[0]):
        row = f"document.querySelector('input[aria-label^=\"latent {latent} \"]').closest('.row')"
        assert abs(float(browser.run(f"{row}.querySelector('output').value")) - value) < 0.006
    drawn = encoder.decode(latents)[0].astype(int)
    end = time.monotonic() + 30
    while np.abs(pixels(browser) - drawn).max() > 1:
        assert time.monotonic() < end, "another picture is drawn"


def test_what_is_no_picture_is_told(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("words")
    found = browser.ask("Runtime.evaluate", expression="document.getElementById('file')")
    given = {"files": [str(tmp_path / "mine.txt")], "objectId": found["result"]["objectId"]}
    browser.ask("DOM.setFileInputFiles", **given)
    said = browser.until("document.getElementById('said').textContent")
    assert said == "mine.txt is no picture that this browser can read"


def test_all_of_it_fits_a_laptops_screen(browser: Browser) -> None:
    overflows = (
        "each => each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth"
    )
    parts = "[document.documentElement, ...document.querySelectorAll('section')]"
    assert browser.run(f"{parts}.some({overflows})") is False


def test_names_of_a_bundle_run_nothing(file: Path, tmp_path: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "toy")
    config = bundle / "config.json"
    roles = {"latent_roles": {HOSTILE: [1]}}
    config.write_text(json.dumps(json.loads(config.read_text()) | roles))
    page = tmp_path / "page.html"
    names = {0: HOSTILE, 2: "hue"}
    export_page(darla.load_encoder(bundle), page, HOSTILE, names, runtime=NPM)
    with Browser(tmp_path / "profile", (1280, 800)) as window:
        window.go(page.as_uri())
        assert window.run("typeof hacked") == "undefined"
        assert window.run("document.querySelectorAll('img').length") == 0
        assert window.run("document.querySelector('.row .chip').textContent") == HOSTILE
        assert window.run("document.getElementById('title').textContent") == HOSTILE
        assert window.complaints == []

"""The page in a headless Chromium, by what a person would do with it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from darla_agents.explore import ExploreConfig, open_explorer
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_agents import make_toy_agent
from toy_browser import CHROMIUM, Browser
from toy_frames import write_toy_dataset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]

TABS = ("traverse", "world", "uses", "watch", "data")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve an encoder that ships beside a dataset, rooms and an agent."""
    folder = tmp_path_factory.mktemp("shown")
    data = write_toy_dataset(folder / "frames", 400, chunk_size=200)
    rooms = Path("rooms_2026_11")
    make_toy_agent(folder / "agent", kind="latent", task=GO_TO_OBJECT, encoder=rooms)
    config = ExploreConfig((rooms,), env=GO_TO_OBJECT, data=data, agent=folder / "agent")
    with open_explorer(config) as serving:
        yield serving.address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as window:
        yield window


@pytest.fixture(autouse=True)
def nothing_goes_wrong(browser: Browser, address: str) -> Iterator[None]:
    """Check after each test that the page complained of nothing, and asked nobody else."""
    browser.complaints.clear()
    browser.requested.clear()
    yield
    assert browser.complaints == []
    elsewhere = [url for url in browser.requested if not url.startswith((address, "about:"))]
    assert elsewhere == []


def image(browser: Browser, selector: str) -> str:
    """Return what a canvas shows."""
    return str(browser.run(f"document.querySelector({json.dumps(selector)}).toDataURL()"))


def changes(browser: Browser, selector: str, before: str) -> None:
    """Wait until a canvas shows something else."""
    browser.until(
        f"document.querySelector({json.dumps(selector)}).toDataURL() !== {json.dumps(before)}"
    )


def slide(browser: Browser, selector: str, value: float) -> None:
    """Move a slider as a hand would: to a value, and the page is told."""
    browser.run(
        f"(() => {{ const slider = document.querySelector({json.dumps(selector)});"
        f"slider.focus(); slider.value = {value};"
        "slider.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )


def choose(browser: Browser, selector: str, value: str) -> None:
    """Choose from a menu."""
    browser.run(
        f"(() => {{ const menu = document.querySelector({json.dumps(selector)});"
        f"menu.value = {json.dumps(value)};"
        "menu.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )


def said(browser: Browser) -> str:
    return str(browser.run("document.getElementById('said').textContent"))


def test_moving_a_slider_repaints_the_picture_and_a_link_brings_it_back(
    browser: Browser, address: str
) -> None:
    browser.go(f"{address}#tab=traverse&frame=reference.0.2")
    decoded = "#traverse canvas.drag"
    browser.until(f"document.querySelector('{decoded}').dataset.painted")
    before = image(browser, decoded)
    slide(browser, "input[aria-label='latent z9']", 2.5)
    changes(browser, decoded, before)
    browser.until("document.querySelector('#traverse output.note').textContent.endsWith(' ms')")
    moved = image(browser, decoded)
    link = browser.until("location.hash.includes('z0=9') && location.href")
    browser.go(link)
    changes(browser, decoded, before)
    browser.until(f"document.querySelector('{decoded}').toDataURL() === {json.dumps(moved)}")
    browser.press("r")
    browser.until(f"document.querySelector('{decoded}').toDataURL() === {json.dumps(before)}")


def test_dragging_on_the_picture_moves_latents(browser: Browser, address: str) -> None:
    browser.go(f"{address}#tab=traverse&frame=reference.0.2&drag=axes&x0=9&y0=1")
    decoded = "#traverse canvas.drag"
    browser.until(f"document.querySelector('{decoded}').dataset.painted")
    before = image(browser, decoded)
    browser.drag(decoded, (0.5, 0.5), (0.9, 0.1))
    changes(browser, decoded, before)
    browser.until("location.hash.includes('9%3A') && location.hash.includes('1%3A')")
    browser.press("r")
    browser.until(f"document.querySelector('{decoded}').toDataURL() === {json.dumps(before)}")
    browser.run("document.querySelector('[aria-label^=\"what dragging\"]').value = 'send'")
    browser.drag(decoded, (0.3, 0.6), (0.6, 0.6))
    changes(browser, decoded, before)


def test_factors_are_set_and_domains_switched(browser: Browser, address: str) -> None:
    browser.go(f"{address}#tab=world&domain=source")
    frame = "#world .views canvas"
    browser.until(f"document.querySelector('{frame}').dataset.painted")
    before = image(browser, frame)
    slide(browser, "#world input[aria-label='floor']", 0.9)
    changes(browser, frame, before)
    bars = "[...document.querySelectorAll('#world .bar span:last-child')].map(e => e.textContent)"
    browser.until(f"{bars}.some(text => Math.abs(Number(text.replace('−', '-'))) > 0.5)")
    browser.until("document.querySelectorAll('#world td[data-moved]').length > 100")
    now = image(browser, frame)
    choose(browser, "#world-domain", "noisy")
    changes(browser, frame, now)
    browser.until("location.hash.includes('domain=noisy')")
    assert said(browser) == ""


def test_a_rectangle_is_drawn_and_filled(browser: Browser, address: str) -> None:
    browser.go(f"{address}#tab=uses&frame=reference.0.1&second=reference.0.5")
    filled = "#uses canvas.hole:not(.drag)"
    browser.until(f"document.querySelector('{filled}').dataset.painted")
    count = browser.run(f"document.querySelector('{filled}').dataset.painted")
    browser.drag("#uses canvas.hole.drag", (0.1, 0.1), (0.4, 0.5))
    browser.until(f"document.querySelector('{filled}').dataset.painted > {count}")
    browser.until("location.hash.includes('hole=')")
    hole = browser.run("new URLSearchParams(location.hash.slice(1)).get('hole')").split("_")
    assert [float(each) for each in hole] == pytest.approx([0.1, 0.1, 0.5, 0.4], abs=0.02)
    browser.until("document.querySelectorAll('#uses .near button').length === 8")


def test_an_agent_is_watched_in_a_look_that_changes(browser: Browser, address: str) -> None:
    browser.go(f"{address}#tab=watch&where=source&look=all_three")
    view = "#watch .views canvas"
    browser.until(f"document.querySelector('{view}').dataset.step === '0'")
    browser.press(".")
    browser.until(f"document.querySelector('{view}').dataset.step === '1'")
    before = image(browser, view)
    browser.run(
        "[...document.querySelectorAll('#watch button')]"
        ".find(button => button.textContent.startsWith('change')).click()"
    )
    browser.until(f"document.querySelector('{view}').dataset.domain === 'all_three'")
    assert image(browser, view) != before
    assert browser.run(f"document.querySelector('{view}').dataset.step") == "1"
    browser.press(" ")
    browser.until(f"Number(document.querySelector('{view}').dataset.step) > 3")
    browser.press(" ")


def test_frames_are_filtered_by_a_factor_and_looked_at(browser: Browser, address: str) -> None:
    browser.go(f"{address}#tab=data")
    browser.until("document.querySelectorAll('.sheet button').length === 108")
    choose(browser, "#data select[aria-label='shape']", "1")
    browser.until("document.querySelector('#data .middle .row').textContent.includes('200 of 400')")
    row = browser.run("document.querySelectorAll('.sheet button')[3].dataset.row")
    browser.run("document.querySelectorAll('.sheet button')[3].click()")
    browser.until(f"document.querySelector('#data .record h2').textContent === 'row {row}'")
    assert "ball" in browser.run("document.querySelector('#data .facts').textContent")
    browser.press("1")
    browser.until("location.hash.includes('tab=traverse')")
    assert f"frame=recorded.{row}" in browser.run("location.hash")


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_fits_the_screen_of_a_laptop(
    tab: str, browser: Browser, address: str, tmp_path: Path
) -> None:
    browser.go(f"{address}#tab={tab}")
    size = browser.run("[document.body.scrollWidth, document.body.scrollHeight]")
    assert size[0] <= 1366 and size[1] <= 768
    outside = (
        f"[...document.querySelectorAll('#{tab} button, #{tab} select')].filter(each => {{"
        "const box = each.getBoundingClientRect();"
        "return box.width && (box.right > 1366 || box.left < 0); }).length"
    )
    assert browser.run(outside) == 0
    assert browser.picture(tmp_path / "page.png").stat().st_size > 10_000


def test_two_windows_keep_their_own_state(browser: Browser, address: str, tmp_path: Path) -> None:
    browser.go(f"{address}#tab=traverse&frame=reference.0.2")
    decoded = "#traverse canvas.drag"
    browser.until(f"document.querySelector('{decoded}').dataset.painted")
    before = image(browser, decoded)
    with Browser(tmp_path / "other") as other:
        other.go(f"{address}#tab=traverse&frame=reference.0.2")
        other.until(f"document.querySelector('{decoded}').dataset.painted")
        slide(other, "input[aria-label='latent z9']", -2.5)
        changes(other, decoded, before)
        slide(browser, "input[aria-label='latent z9']", 2.5)
        changes(browser, decoded, before)
        assert image(browser, decoded) != image(other, decoded)


def test_what_is_wrong_in_the_address_is_passed_over(browser: Browser, address: str) -> None:
    browser.go(f"{address}#tab=nowhere&frame=recorded.-7&z0=9:x_99:1&setting=%5B%7B&hole=2_a")
    browser.until("document.querySelector('#traverse canvas.drag').dataset.painted")
    assert said(browser) == ""

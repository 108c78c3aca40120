"""The command ``darla explore``: it says where the page is, serves it, and ends."""

import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from toy_commands import DARLA, PATHS, run_darla
from toy_encoder import make_toy_bundle


def test_it_prints_where_the_page_is_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "mine" / "encoder")
    command = [*DARLA, "explore", "--bundles", bundle, "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": PATHS}
    serving = subprocess.Popen(
        [str(word) for word in command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background processes ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert serving.stdout is not None
        said = serving.stdout.readline()
        assert said.startswith("explore: http://127.0.0.1:"), serving.stderr
        address = said.split()[1]
        with urllib.request.urlopen(address, timeout=60) as page:
            assert b"darla explore" in page.read()
        asked = urllib.request.Request(
            f"{address}api/about", b"{}", {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            (about,) = json.load(answer)["bundles"]
        assert about["name"] == "mine"
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate(timeout=60)
        assert (serving.returncode, out, err) == (0, "ended\n", "")
    finally:
        serving.kill()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--bundles", "nowhere"], "there is no"),
        (["--data", "nowhere"], "there is no frame dataset at nowhere"),
        (["--agent", "nowhere"], "there is no folder nowhere"),
        (["--env", "Darla/GoToObjekt-v0"], "did you mean 'Darla/GoToObject-v0'"),
        (["--port", "-1"], "port is -1"),
    ],
)
def test_mistakes_are_one_line(
    options: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_darla("explore", "--no-browser", *options) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("error: ") and message in line

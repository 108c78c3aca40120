"""The code of the site's pages runs as it stands there, with smaller numbers."""

import json
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from docs_steps.documents import ROOT
from docs_steps.notebooks import cells
from page_code import run_line, smaller
from toy_commands import PATHS

PAGES = ROOT / "scripts/docs"
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_ten_minutes_lead_to_an_agent_and_its_table(tmp_path: Path) -> None:
    numbers = {
        "--num-frames 5000": "--num-frames 256",
        "--epochs 2": "--epochs 0.5 --channels 8 8 8 8",
        "30_000": "1_024",
        "--episodes 20": "--episodes 2",
        "--out ball.gif": "--out ball.gif --steps 12",
    }
    text = smaller((PAGES / "start/ten_minutes.md").read_text(), numbers)
    for language, code in BLOCK.findall(text):
        if language == "bash":
            for line in code.replace("\\\n", " ").strip().split("\n"):
                run_line(line, tmp_path)
        else:
            name = re.match(r"# (\w+\.py)\n", code)
            assert name, code
            (tmp_path / name[1]).write_text(code)
    assert (tmp_path / "ball.gif").is_file()
    assert (tmp_path / "runs/agents/ball_0/agent.json").is_file()
    assert "ball_0" in (tmp_path / "results/transfer.csv").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("notebook", "numbers"),
    [
        ("own_environment.ipynb", {"5_000": "256", "2.0": "0.25", "30_000": "1_024"}),
        ("judge_an_encoder.ipynb", {"4_000": "1_200"}),
    ],
)
def test_notebooks_run(notebook: str, numbers: dict[str, str], tmp_path: Path) -> None:
    if not (find_spec("nbclient") and find_spec("ipykernel")):
        pytest.skip("nbclient and ipykernel are not installed; pip install -e '.[docs]'")
    import nbformat
    from nbclient import NotebookClient

    read = nbformat.read(PAGES / "notebooks" / notebook, as_version=4)
    for cell in read.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = smaller(cell.source, numbers)
    kernel = {**os.environ, "PYTHONPATH": os.pathsep.join([PATHS, *sys.path])}
    client = NotebookClient(read, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=kernel)


@pytest.mark.parametrize("notebook", sorted((PAGES / "notebooks").glob("*.ipynb")), ids=str)
def test_notebooks_hold_no_outputs(notebook: Path) -> None:
    for cell in json.loads(notebook.read_text())["cells"]:
        assert not cell.get("outputs") and not cell.get("execution_count")
    kinds = [kind for kind, _ in cells(notebook)]
    assert kinds[0] == "markdown" and "code" in kinds

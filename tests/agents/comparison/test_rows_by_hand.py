"""Rows that somebody writes by hand, as the document says, are compared."""

import json
import re
from pathlib import Path

import pytest

from darla_agents.playing.row import COLUMNS
from toy_commands import ROOT, run_darla

DOCUMENT = (ROOT / "agents/README.md").read_text()


def test_the_documents_example_is_compared_as_it_says(tmp_path: Path) -> None:
    example = re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(example) == 1
    rows = tmp_path / "mine.csv"
    rows.write_text(example[0])
    arguments = ["--rows", rows, "--kinds", "mine", "other", "--no-plots", "--resamples", 100]
    assert run_darla("compare", *arguments) == 0
    (task,) = json.loads((tmp_path / "mine.json").read_text())["tasks"]
    mine = next(group for group in task["groups"] if group["kind"] == "mine")
    assert mine["domains"]["night"]["ratios"] == [pytest.approx((7 - 1) / (9.5 - 1))]
    assert mine["domains"]["night"]["success"] == 1.0


def test_the_document_explains_every_column() -> None:
    table = DOCUMENT[DOCUMENT.index("| column |") : DOCUMENT.index("```csv")]
    explained = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\|(.*?)\|", table, re.MULTILINE)))
    assert sorted(explained) == sorted(COLUMNS)

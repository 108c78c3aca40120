"""What ``import darla`` offers, and what it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import darla


@pytest.mark.parametrize("name", darla.__all__)
def test_a_public_name_is_there_and_documented(name):
    thing = getattr(darla, name)
    assert thing.__doc__
    assert name in dir(darla)


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'colect'"):
        darla.colect  # noqa: B018


def test_type_checkers_see_all_public_names():
    tree = ast.parse(Path(darla.__file__).read_text())
    within = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {
        f"{node.module}.{alias.name}"
        for node in within.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    expected = {f"{home}.{name}" for name, home in darla._HOMES.items()}
    assert imported == expected | {"darla.checks"}
    assert {*darla._HOMES, "checks"} == set(darla.__all__)


def test_nothing_heavy_is_imported_before_it_is_needed():
    heavy = ("torch", "numpy", "gymnasium", "zarr", "matplotlib", "stable_baselines3", "tyro")
    code = (
        f"import sys, darla; print([each for each in {heavy} if each in sys.modules]); "
        "darla.collect, darla.CollectConfig, darla.LatentOptions; "
        "print([each for each in ('torch', 'zarr', 'stable_baselines3') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]

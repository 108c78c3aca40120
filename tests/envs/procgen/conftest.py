"""Tests of Procgen's games are skipped where EnvPool, or the Qt that Procgen draws with, is not."""

import pytest

from darla_envs.procgen.pools import load_envpool


@pytest.fixture(autouse=True)
def _drawn_by_envpool() -> None:
    """Skip a test that nothing could draw for."""
    try:
        load_envpool()
    except ValueError as error:
        pytest.skip(str(error))

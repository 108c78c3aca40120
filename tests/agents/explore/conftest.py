"""One server for the tests of what it answers: two toy bundles, a dataset and an environment."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from darla_agents.explore import ExploreConfig, Explorer, open_explorer
from toy_encoder import make_toy_bundle
from toy_frames import write_toy_dataset

FACTORS_ENV = "toy_envs:Toy/Factors-v0"


@pytest.fixture(scope="session")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a bundle that tells look from state, one of another size, and a dataset."""
    folder = tmp_path_factory.mktemp("given")
    config = make_toy_bundle(folder / "roles") / "config.json"
    roles = {"latent_roles": {"look": [0, 1], "state": [2, 3]}}
    config.write_text(json.dumps(json.loads(config.read_text()) | roles))
    make_toy_bundle(folder / "plain", size=48)
    write_toy_dataset(folder / "frames", 1200, chunk_size=400)
    return folder


@pytest.fixture(scope="session")
def explorer(given: Path) -> Iterator[Explorer]:
    """Serve all of it."""
    bundles, data = (given / "roles", given / "plain"), given / "frames"
    with open_explorer(ExploreConfig(bundles, env=FACTORS_ENV, data=data)) as serving:
        yield serving


@pytest.fixture
def port(explorer: Explorer) -> int:
    return explorer.port

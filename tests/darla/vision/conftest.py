from pathlib import Path

import pytest

from toy_frames import write_toy_dataset
from toy_runs import COUNT


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of so many frames, in pairs of looks, for tests that do not change it."""
    return write_toy_dataset(tmp_path_factory.mktemp("frames") / "toy", COUNT, per_look=4)

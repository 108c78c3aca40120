from pathlib import Path

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.encoder.shipped_encoders import bundle_folder, shipped_encoders
from toy_frames import write_toy_bundle

MOST_BYTES = 8_000_000


@pytest.mark.parametrize("name", shipped_encoders())
def test_it_is_loaded_by_its_name_and_small(name: str) -> None:
    encoder = load_encoder(name)
    assert encoder.path == shipped_encoders()[name]
    latents = encoder.encode(encoder.reference_frames)
    assert latents.shape == (len(encoder.reference_frames), encoder.latent_dim)
    assert encoder.active.sum() >= 8
    assert sum(path.stat().st_size for path in encoder.path.iterdir()) <= MOST_BYTES


def test_rooms_tells_look_from_state() -> None:
    encoder = load_encoder("rooms")
    look, state = encoder.latent_roles["look"], encoder.latent_roles["state"]
    assert encoder.active[look].any() and encoder.active[state].any()
    assert sorted(np.concatenate([look, state])) == list(range(encoder.latent_dim))


def test_a_folder_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert bundle_folder("rooms") == shipped_encoders()["rooms"]
    write_toy_bundle(tmp_path / "rooms")
    assert load_encoder("rooms").latent_dim == 4


def test_what_is_no_name_stays_a_path(tmp_path: Path) -> None:
    assert bundle_folder("some/rooms") == Path("some/rooms")
    with pytest.raises(FileNotFoundError, match="the name of one that comes with darla: rooms"):
        load_encoder("room")

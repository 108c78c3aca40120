"""What cannot be trained, or does not belong to a run, is refused before anything is written."""

from pathlib import Path

import pytest

from darla.vision.train import train_vision
from toy_frames import tiny_config, write_toy_dataset


def test_other_settings_in_the_same_folder_are_refused(data: Path, tmp_path: Path) -> None:
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    with pytest.raises(ValueError, match=r"latents=4, not 5.*another --out"):
        train_vision(tiny_config(data, tmp_path / "run", latents=5))


def test_other_data_under_the_same_name_are_refused(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 32)
    config = tiny_config(data, tmp_path / "run")
    train_vision(config)
    (config.out / "traversals.png").unlink()
    data.rename(tmp_path / "old")
    write_toy_dataset(tmp_path / "data", 48)
    with pytest.raises(ValueError, match="was trained on the dataset"):
        train_vision(config)


def test_a_folder_with_something_else_is_left_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="already holds something else"):
        train_vision(tiny_config(data, tmp_path / "run"))
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objective": "beta_vea"}, "did you mean 'beta_vae'"),
        ({"objective": "vae", "beta": 2.0}, "the objective 'vae' has no setting 'beta'; leave it"),
        ({"btea": 2.0}, "unknown beta_vae setting 'btea'; did you mean 'beta'"),
        ({"likelihood": "laplace"}, "unknown likelihood 'laplace'"),
        ({"beta": -1.0}, "beta is -1.0"),
        ({"beta": float("nan")}, "beta is nan"),
        ({"epochs": 0.0}, "epochs is 0.0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"learning_rate": -1e-3}, "learning_rate is -0.001"),
        ({"mask": 1.5, "objective": "dae"}, "mask is 1.5"),
        ({"seed": -1}, "seed is -1"),
        ({"latents": 0}, "latents=0"),
        ({"objective": "ml_vae", "batch_size": 15}, "batch_size is 15, but 'ml_vae' learns from"),
        (
            {"objective": "factor_vae", "batch_size": 3},
            "batch_size is 3, but 'factor_vae' compares",
        ),
        (
            {"objective": "factor_vae", "discriminator_units": 0},
            "discriminator_units is 0; expected",
        ),
        ({"look_latents": 2}, "the objective 'beta_vae' has no setting 'look_latents'"),
        ({"objective": "ml_vae", "look_latents": 0}, "look_latents is 0"),
        (
            {"objective": "ml_vae", "latents": 1},
            "latents is 1; ml_vae parts .* give 2 or more",
        ),
        ({"channels": (8,) * 6}, "multiples of 64"),
        ({"device": "gpu"}, "unknown device 'gpu'"),
        ({"data": (Path("nowhere"),)}, "no frame dataset at nowhere"),
    ],
)
def test_bad_settings_leave_nothing_behind(
    changes: dict, message: str, data: Path, tmp_path: Path
) -> None:
    with pytest.raises((ValueError, FileNotFoundError), match=message) as error:
        train_vision(tiny_config(data, tmp_path / "run", **changes))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


def test_pairs_need_episodes_of_several_frames(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 20)
    for objective in ("ada_gvae", "look_state_vae"):
        with pytest.raises(ValueError, match=r"every episode of .* has one frame") as caught:
            train_vision(tiny_config(data, tmp_path / "run", objective=objective))
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "run").exists()


def test_frames_of_an_odd_size_are_refused(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 20, size=40)
    with pytest.raises(ValueError, match="multiples of 16 from 32 to 128"):
        train_vision(tiny_config(data, tmp_path / "run"))

"""Open-loop prediction: which sequences, what is seen and what is not."""

from pathlib import Path

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.encoder.remembered import encode_sequence, foretell
from darla.frames.dataset import FrameDataset
from darla.uses import predict
from darla.uses.predict import sequence_rows
from darla.uses.reports.predict_report import Predict, report_predict
from toy_encoder import make_memory_bundle
from toy_frames import write_toy_dataset
from toy_walks import write_walks

CONTEXT, HORIZON = 3, 4


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_walks(tmp_path_factory.mktemp("data") / "walks", episodes=4, steps=20)


def test_a_prediction_sees_the_context_and_the_actions_alone(tmp_path: Path, walks: Path) -> None:
    encoder, dataset = (
        load_encoder(make_memory_bundle(tmp_path, choices=2)),
        FrameDataset.open(walks),
    )
    rows = sequence_rows(dataset, CONTEXT + HORIZON, 5)
    frames = np.stack([dataset.read(int(row[0]), int(row[0]) + CONTEXT) for row in rows])
    actions = dataset.actions[rows]
    found = predict(encoder, frames, actions)
    assert found.shape == (5, HORIZON, 32, 32, 3)
    one = encode_sequence(encoder, frames[2], actions[2, :CONTEXT], np.arange(CONTEXT) == 0)
    expected = encoder.decode(foretell(encoder, one[-1:], actions[2, CONTEXT:, None])[:, 0])
    assert np.abs(found[2].astype(int) - expected).max() <= 1
    changed = actions.copy()
    changed[:, 0] = 1 - actions[:, 0].clip(0)  # what led to the first frame is not known
    np.testing.assert_array_equal(predict(encoder, frames, changed), found)
    with pytest.raises(ValueError, match="an action for each"):
        predict(encoder, frames, actions[:, :2])


def test_sequences_lie_within_episodes_and_do_not_overlap(walks: Path, tmp_path: Path) -> None:
    dataset = FrameDataset.open(walks)
    rows = sequence_rows(dataset, 7, 100)
    assert len(rows) == 4 * (20 // 7) and len(np.unique(rows)) == rows.size
    assert not dataset.episode_starts[rows[:, 1:]].any()
    assert len(sequence_rows(dataset, 7, 3)) == 3
    with pytest.raises(ValueError, match="has 20 frames in a row, but 21 are wanted"):
        sequence_rows(dataset, 21, 3)
    plain = FrameDataset.open(write_toy_dataset(tmp_path / "toy", per_look=8))
    with pytest.raises(ValueError, match="recorded without actions"):
        sequence_rows(plain, 2, 3)


def test_the_report_has_errors_of_each_step_and_those_of_a_copy(
    walks: Path, tmp_path: Path
) -> None:
    folder = make_memory_bundle(tmp_path, choices=2)
    report = report_predict(Predict(folder, walks, context=CONTEXT, horizon=HORIZON, device="cpu"))
    curves = report.numbers["squared error at each step"]
    assert {len(each) for each in curves.values()} == {HORIZON}
    dataset = FrameDataset.open(walks)
    rows = sequence_rows(dataset, CONTEXT + HORIZON, 100)
    frames = np.stack([dataset.read(int(row[0]), int(row[-1]) + 1) for row in rows]) / 255
    copied = ((frames[:, CONTEXT:] - frames[:, CONTEXT - 1 : CONTEXT]) ** 2).mean(axis=(0, 2, 3, 4))
    np.testing.assert_allclose(curves["last frame copied"], copied, rtol=1e-4)
    assert report.numbers["squared error at step"]["predicted"].keys() == {"1", "2"}
    assert report.picture.dtype == np.uint8 and report.picture.shape[2] == 3

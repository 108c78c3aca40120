import numpy as np
import pytest
from gymnasium import spaces

from darla.frames.pictures import find_picture, has_picture, resize_frames, stack_observations

IMAGE = spaces.Box(0, 255, (32, 32, 3), np.uint8)
STATE = spaces.Box(-1, 1, (2,), np.float32)


def test_halving_a_picture_averages_its_areas():
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    picture[0, :2, :2] = [[[0] * 3, [100] * 3], [[100] * 3, [200] * 3]]
    small = resize_frames(picture, (2, 2))
    assert small.dtype == np.uint8
    assert small[0, :, :, 0].tolist() == [[100, 0], [0, 0]]


def test_a_picture_of_the_right_size_is_left_alone():
    frames = np.zeros((2, 32, 32, 3), np.uint8)
    assert resize_frames(frames, (32, 32)) is frames


def test_the_only_picture_of_a_dict_is_found():
    space = spaces.Dict({"camera": IMAGE, "state": STATE})
    assert find_picture(IMAGE).key is None
    assert find_picture(space).key == "camera"
    assert find_picture(space, "camera") == find_picture(space)
    assert find_picture(space).shape == find_picture(IMAGE).shape == (32, 32, 3)
    replaced = find_picture(space).replaced_space(space, STATE)
    assert list(replaced) == ["camera", "state"]
    assert replaced["camera"] == replaced["state"] == STATE


@pytest.mark.parametrize(("space", "there"), [(IMAGE, True), (STATE, False)])
def test_whether_there_is_a_picture(space, there):
    assert has_picture(space) == there
    assert has_picture(spaces.Dict({"state": STATE, "this": space})) == there


def test_pictures_of_a_step_and_last_ones_are_mapped_at_once():
    entry = find_picture(spaces.Dict({"camera": IMAGE, "state": STATE}))
    pictures = np.arange(2, dtype=np.uint8)[:, None, None, None] * np.ones((32, 32, 3), np.uint8)
    calls = []

    def first_pixels(batch):
        calls.append(len(batch))
        return batch[:, 0, 0]

    final = {"camera": np.full((32, 32, 3), 9, np.uint8), "state": "last"}
    mapped, finals = entry.map(first_pixels, {"camera": pictures, "state": "both"}, {1: final})
    assert calls == [3]
    assert mapped["camera"].tolist() == [[0] * 3, [1] * 3] and mapped["state"] == "both"
    assert finals[1]["camera"].tolist() == [9] * 3 and finals[1]["state"] == "last"


@pytest.mark.parametrize(
    ("space", "key", "message"),
    [
        (STATE, None, "is no picture"),
        (IMAGE, "camera", "no Dict"),
        (spaces.Dict({"state": STATE}), None, "no picture"),
        (spaces.Dict({"state": STATE}), "state", "'state': it is no picture"),
        (spaces.Dict({"left": IMAGE, "right": IMAGE}), None, "left, right"),
        (spaces.Dict({"left": IMAGE, "right": IMAGE}), "lest", "did you mean 'left'"),
    ],
)
def test_spaces_without_a_picture_to_encode_are_refused(space, key, message):
    with pytest.raises(ValueError, match=message):
        find_picture(space, key)


def test_observations_are_stacked_also_in_dictionaries() -> None:
    single = [{"a": np.full(3, i), "b": np.array([i])} for i in range(4)]
    batch = stack_observations(single)
    assert batch["a"].shape == (4, 3)
    assert batch["b"][:, 0].tolist() == [0, 1, 2, 3]
    assert stack_observations([np.zeros((8, 8, 3), np.uint8)] * 2).dtype == np.uint8

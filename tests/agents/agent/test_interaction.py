import pytest

from darla_agents.agent.interaction import PLAIN, Interaction, parse_size

ALL = Interaction(4, 2, 100, 0.5, (60, 80), "eye")


def test_options_come_back_from_json_and_most_agents_have_none():
    assert PLAIN.to_dict() == {} and Interaction.from_dict({}) == PLAIN
    assert Interaction.from_dict(ALL.to_dict()) == ALL
    assert ALL.to_dict()["picture_size"] == [60, 80]


def test_tasks_are_told_apart_where_time_passes_otherwise_alone():
    assert Interaction(frame_stack=4, reward_scale=2.0, picture_size=(84, 84)).suffix == ""
    assert ALL.suffix == " | ActionRepeat(2) | TimeLimit(100)"


@pytest.mark.parametrize(
    ("text", "size"), [("64", (64, 64)), ("60x80", (60, 80)), ("native", None)]
)
def test_sizes_are_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "big", "64x", "1x2x3", "-8", "4", "64x4096", "²"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="picture_size is "):
        parse_size(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frame_stack": 0}, "frame_stack is 0, but must be a whole number from 1 to 10"),
        ({"frame_stack": True}, "frame_stack is True"),
        ({"action_repeat": 2.0}, "action_repeat is 2.0"),
        ({"max_episode_steps": 0}, "max_episode_steps is 0"),
        ({"reward_scale": float("nan")}, "reward_scale is nan, but must be a number above 0"),
        ({"reward_scale": 0}, "reward_scale is 0"),
        ({"picture_size": [64]}, "picture_size is "),
        ({"picture_size": "64"}, "picture_size is '64'"),
        ({"key": ""}, "key is ''"),
        ({"frame_stac": 2}, "did you mean 'frame_stack'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(options, message):
    with pytest.raises(ValueError, match=message) as error:
        Interaction.from_dict(options)
    assert "\n" not in str(error.value)

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.environments.looks import Look, Looks
from darla.environments.spec import EnvironmentSpec

LOOKS = Looks(
    {
        "day": Look(),
        "d_u": Look(restyle={"hue": (0.0, 1.0)}, env_kwargs={"a": 1}),
        "night": Look(wrappers=("dusk:Dim(2)",), reset_options={"dark": True}),
    },
    source="day",
    targets=("night",),
)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (EnvironmentSpec("CarRacing-v3"), "CarRacing-v3"),
        (EnvironmentSpec("mine:Mine/Task-v0"), "mine:Mine/Task-v0"),
        (
            EnvironmentSpec("CarRacing-v3", {"x": "a", "continuous": False}),
            "CarRacing-v3(continuous=False, x='a')",
        ),
        (
            EnvironmentSpec("CarRacing-v3", {"continuous": False}, ("my_module:Repeat( 4 )",)),
            "CarRacing-v3(continuous=False) | my_module:Repeat(4)",
        ),
    ],
)
def test_the_text_of_an_environment_is_what_it_was_made_with(
    spec: EnvironmentSpec, text: str
) -> None:
    assert spec.text == text
    assert spec.is_plain == (spec.text == spec.env)


JSON = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.just([64, 0.5])
SPECS = st.builds(
    EnvironmentSpec,
    st.sampled_from(["A-v0", "m:A-v0", "m:a"]),
    st.dictionaries(st.sampled_from("ab"), JSON),
    st.lists(st.sampled_from(["m:W", "m:W(1)", "m:W('| looks')"]), max_size=2).map(tuple),
    st.sampled_from([None, LOOKS, Looks({"source": Look()}, unsupervised=None)]),
)


@given(SPECS, SPECS)
def test_different_environments_have_different_texts_and_file_names(
    one: EnvironmentSpec, other: EnvironmentSpec
) -> None:
    same = json.dumps(one.to_json(), sort_keys=True) == json.dumps(other.to_json(), sort_keys=True)
    assert (one.text == other.text) == same
    if one.env == other.env:
        assert (one.file_name("A") == other.file_name("A")) == same


@given(SPECS)
def test_a_recorded_environment_comes_back(spec: EnvironmentSpec) -> None:
    again = EnvironmentSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert again.text == spec.text
    assert hash(again) == hash(spec)


def test_a_tuple_is_the_list_that_it_is_recorded_as() -> None:
    given = EnvironmentSpec("A-v0", {"size": (64, 48)})
    assert given == EnvironmentSpec.from_json(json.loads(json.dumps(given.to_json())))
    assert given.text == "A-v0(size=[64, 48])"


def test_what_was_recorded_without_a_word_of_it_is_plain() -> None:
    assert EnvironmentSpec.from_json({"env": "A-v0"}) == EnvironmentSpec("A-v0")


def test_modules_of_wrappers_are_named_those_of_looks_too() -> None:
    spec = EnvironmentSpec("mine:A-v0", {}, ("fog:Fog", "fog:Mist", "gymnasium.wrappers:X"), LOOKS)
    assert spec.module == "mine"
    assert spec.named_modules() == ["fog", "gymnasium.wrappers", "dusk"]


def test_a_wrapper_of_this_package_needs_no_trust_and_other_names_in_it_do() -> None:
    spec = EnvironmentSpec("A-v0", {}, ("darla:CroppedPictures(rows=(0, 8))",))
    assert spec.named_modules() == []
    spec = EnvironmentSpec("A-v0", {}, ("darla:collect(1)",))
    assert spec.named_modules() == ["darla"]


def test_a_domain_that_looks_lack_suggests_the_nearest() -> None:
    spec = EnvironmentSpec("A-v0", looks=LOOKS)
    assert spec.look("night").reset_options == {"dark": True}
    with pytest.raises(ValueError, match="unknown domain 'nigth'; did you mean 'night'"):
        spec.look("nigth")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([""], "no environment is named; give its id as env"),
        (["A v0"], "must be an id, module:Id or module:function; arguments .* as env_kwargs"),
        (["A-v0(x=1)"], "must be an id"),
        (["A-v0", {"x": object()}], "env_kwargs cannot be recorded: x is <object"),
        (["A-v0", {"x": float("nan")}], "env_kwargs cannot be recorded: x is nan"),
        (["A-v0", {}, ("Fog",)], "the wrapper 'Fog' is not of the form module:Class"),
    ],
)
def test_what_is_no_environment_is_one_line(arguments: list, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        EnvironmentSpec(*arguments)
    assert "\n" not in str(error.value)

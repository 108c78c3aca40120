import gymnasium as gym
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darla.environments.wrapper_calls import WrapperCall
from toy_wrappers import Dim, Repeat, make_counting

LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(LITERALS, max_size=3), st.dictionaries(st.sampled_from("abc"), LITERALS))
def test_a_call_is_read_as_it_was_written(arguments: list, named: dict) -> None:
    shown = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in named.items())]
    text = f"my_package.wrappers:Fog({', '.join(shown)})"
    if len(text) > 2000 or "inf" in text:
        return
    call = WrapperCall.parse(text)
    assert (call.module, call.name) == ("my_package.wrappers", "Fog")
    assert repr(call.arguments) == repr(tuple(arguments))
    assert repr(sorted(call.named.items())) == repr(sorted(named.items()))
    assert WrapperCall.parse(str(call)) == call


def test_one_wrapper_has_one_text() -> None:
    assert str(WrapperCall.parse("m:Fog")) == str(WrapperCall.parse(" m : Fog( ) ")) == "m:Fog"
    assert str(WrapperCall.parse("m:Fog( b = 1,a='x' )")) == "m:Fog(a='x', b=1)"


def test_a_wrapper_goes_around_with_its_arguments() -> None:
    env = WrapperCall.parse("toy_wrappers:Dim(4, plus=1)").around(make_counting(size=8))
    env = WrapperCall.parse("toy_wrappers:Repeat(times=3)").around(env)
    assert isinstance(env, Repeat)
    assert isinstance(env.env, Dim)
    assert (env.times, env.env.by, env.env.plus) == (3, 4, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Fog",
        "m:",
        ":Fog",
        "m:Fog(",
        "m:Fog()()",
        "m:Fog.x(1)",
        "m:Fog; import os",
        "m:Fog(**{'a': 1})",
        "m-1:Fog",
        "m:Fog(" + "[" * 500 + "]" * 500 + ")",
        "m:Fog(" + "-" * 1500 + "1)",
    ],
)
def test_what_is_no_wrapper_is_said_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the wrapper ['\"]") as error:
        WrapperCall.parse(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "argument",
    ["os.getcwd()", "__import__('os')", "x", "1 + 'a'", "{1, 2}", "b'x'", "[lambda: 0]", "f'{x}'"],
)
def test_an_argument_that_is_no_literal_is_refused_and_never_evaluated(argument: str) -> None:
    with pytest.raises(ValueError, match=r"has the argument .*, which is no literal; give a numb"):
        WrapperCall.parse(f"m:Fog({argument})")
    with pytest.raises(ValueError, match="which is no literal"):
        WrapperCall.parse(f"m:Fog(a={argument})")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("toy_wrapers:Dim", "there is no module 'toy_wrapers'"),
        ("toy_wrappers:Dimm(2)", "has no 'Dimm'; did you mean 'Dim'"),
        ("toy_wrappers:NUMBER", "it is int, and no wrapper"),
        ("toy_wrappers:nothing", "it made NoneType, and no gymnasium.Env"),
        ("toy_wrappers:Dim(bye=2)", "unexpected keyword argument 'bye'"),
        ("toy_wrappers:Repeat", "missing 1 required positional argument: 'times'"),
    ],
)
def test_a_wrapper_that_cannot_be_used_is_said(text: str, message: str) -> None:
    env: gym.Env = make_counting(size=8)
    with pytest.raises(ValueError, match=f"^cannot wrap in toy_wrap.*{message}") as error:
        WrapperCall.parse(text).around(env)
    assert "\n" not in str(error.value)

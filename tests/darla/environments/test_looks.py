"""Named domains of an environment, from Python, from a file, and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darla.environments.looks import Look, Looks, find_looks
from darla.environments.restyling import SHIFTS
from darla.environments.restyling.strengths import strength_range

FILE = """
source = "source"
unsupervised = "d_u"
targets = ["new_hue", "noisy"]
[domains.source]
[domains.d_u]
env_kwargs = { domain_randomize = true }
restyle = { hue = [0.0, 1.0], brightness = [0.0, 0.5] }
[domains.new_hue]
restyle = { hue = 0.5 }
[domains.noisy]
restyle = { noise = 0.3 }
wrappers = ["my_module:Fog(density=0.2)"]
reset_options = { randomize = true }
[domains.validation]
restyle = { hue = 1 }
"""


def written(folder: Path, text: str) -> Path:
    (folder / "looks.toml").write_text(text)
    return folder / "looks.toml"


def test_a_file_says_what_python_does(tmp_path: Path) -> None:
    looks = Looks.from_toml(written(tmp_path, FILE))
    assert looks == Looks(
        {
            "source": Look(),
            "d_u": Look(
                {"domain_randomize": True}, restyle={"hue": (0, 1), "brightness": (0, 0.5)}
            ),
            "new_hue": Look(restyle={"hue": 0.5}),
            "noisy": Look({}, {"randomize": True}, ("my_module:Fog(density=0.2)",), {"noise": 0.3}),
            "validation": Look(restyle={"hue": 1.0}),
        },
        targets=("new_hue", "noisy"),
    )
    assert list(looks.domains) == ["source", "d_u", "new_hue", "noisy", "validation"]
    assert find_looks(str(tmp_path / "looks.toml")) == looks


def test_what_a_file_leaves_out_is_what_one_would_expect(tmp_path: Path) -> None:
    looks = Looks.from_toml(written(tmp_path, "[domains.source]\n[domains.a]\n[domains.b]\n"))
    assert (looks.source, looks.unsupervised, looks.targets) == ("source", None, ("a", "b"))
    looks = Looks.from_toml(written(tmp_path, "source = 'a'\n[domains.d_u]\n[domains.a]\n"))
    assert (looks.source, looks.unsupervised, looks.targets) == ("a", "d_u", ())


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
mappings = st.dictionaries(st.text(max_size=3), plain, max_size=2)
strengths = st.floats(0, 1) | st.tuples(st.floats(0, 0.5), st.floats(0.5, 1))
looks_of_domains = st.builds(
    Look,
    mappings,
    mappings,
    st.lists(st.just("m:C()"), max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(list(SHIFTS)), strengths, max_size=2),
)


@settings(max_examples=40)
@given(st.lists(looks_of_domains, min_size=1, max_size=4), st.booleans())
def test_json_gives_back_the_same_looks(domains: list[Look], unsupervised: bool) -> None:
    named = {f"domain_{index}": look for index, look in enumerate(domains)}
    looks = Looks(named, "domain_0", "domain_0" if unsupervised else None)
    assert Looks.from_json(json.loads(json.dumps(looks.to_json()))) == looks


def test_the_standard_looks_are_for_any_environment() -> None:
    looks = find_looks("standard")
    assert looks == Looks.standard() and looks.domains["source"] == Look()
    # all that needs nothing from the environment has a target, and each a strength of its own
    assert set(looks.targets) == {name for name in SHIFTS if not SHIFTS[name].needs_mask}
    assert all(looks.domains[name].restyle == {name: 0.5} for name in looks.targets)
    seen = looks.domains["d_u"].restyle
    for name in ("hue", "tint", "grey", "recolor"):  # what the module says of D_U
        assert strength_range(seen[name])[1] > 0.5
    assert not set(seen) & {"texture", "moving_texture", "occlusion", "blur", "noise", "jpeg"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sorce = 'source'", "unknown key of looks 'sorce'; did you mean 'source'"),
        ("[domain.source]", "unknown key of looks 'domain'; did you mean 'domains'"),
        ("source = 'source'", r"domains is None; declare them: \[domains.source\]"),
        ("domains = 3", "domains is 3; declare them"),
        (
            "[domains.soruce]",
            "source 'source' is no domain that is declared; did you mean 'soruce'",
        ),
        ("source = 'x'\n[domains.source]", "source 'x' is no domain.*declared: source"),
        ("source = 3\n[domains.source]", "source is 3; expected the name of a domain"),
        (
            "unsupervised = 'd_u'\n[domains.source]\n[domains.du]",
            "unsupervised='d_u' is no domain that is declared; did you mean 'du'",
        ),
        (
            "targets = ['nosy']\n[domains.source]\n[domains.noisy]",
            "targets: unknown domain 'nosy'; did you mean 'noisy'",
        ),
        ("targets = 'a'\n[domains.source]\n[domains.a]", "targets is 'a'; expected a list"),
        ("targets = ['source']\n[domains.source]", "'source', which is the source; leave it out"),
        ("targets = ['a', 'a']\n[domains.source]\n[domains.a]", "'a', which is there twice"),
        (
            "[domains.source]\nrestile = 3",
            "domain 'source': unknown key of a domain 'restile'; did",
        ),
        ("[domains]\nsource = 3", "domain 'source': there is 3 instead of a mapping with env_kw"),
        ("[domains.source]\nrestyle = 3", "restyle is 3; expected a mapping"),
        ("[domains.source.restyle]\nhua = 1", "domain 'source': unknown shift 'hua'; did you mean"),
        ("[domains.source.restyle]\nhue = 1.2", "shift 'hue' is 1.2; expected a number from 0"),
        ("[domains.source.restyle]\nhue = [0.5, 0.1]", "expected the smaller first"),
        ("[domains.source]\nwrappers = 'm:C'", "wrappers is 'm:C'; expected a list of texts"),
        ("[domains.source]\nwrappers = [1]", r"wrappers is \[1\]; expected a list of texts"),
        ("[domains.source.env_kwargs]\nday = 2020-01-01", "env_kwargs.day holds datetime.date"),
        ("[domains.source.env_kwargs]\nx = inf", "env_kwargs.x holds inf; expected what can be"),
        (f"[domains.source.env_kwargs]\nx = {'[' * 30 + ']' * 30}", "x is nested too deep"),
        (f"[domains.source.env_kwargs]\nx = {'[' * 9999}", "not valid TOML .it is nested too deep"),
        ("[domains.source", "is not valid TOML .Expected"),
        ("\x00", "is not valid TOML"),
        ("[domains.'']\n[domains.source]", "a domain is called ''; expected a short text"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_in_a_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        Looks.from_toml(written(tmp_path, text))
    assert str(raised.value).startswith(str(tmp_path / "looks.toml"))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("data", [None, [], "source", {"domains": {3: {}}}, {"domains": []}])
def test_json_that_describes_no_looks_is_refused(data: Any) -> None:
    with pytest.raises(ValueError):
        Looks.from_json(data)


def test_a_file_that_is_not_there_suggests_the_word() -> None:
    with pytest.raises(ValueError, match="no file 'standrd' of looks; did you mean 'standard'"):
        find_looks("standrd")


def test_python_is_checked_as_files_are() -> None:
    with pytest.raises(ValueError, match=r"unsupervised='d_u' is no .* say unsupervised=None"):
        Looks({"source": Look()})
    with pytest.raises(ValueError, match=r"env_kwargs\.sizes holds"):
        Look(env_kwargs={"sizes": {1, 2}})
    given = {"hue": 0.5}
    look = Look(restyle=given)
    given["hue"] = 7.0
    assert look.restyle == {"hue": 0.5}

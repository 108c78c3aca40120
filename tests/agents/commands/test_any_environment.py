"""All steps, by commands alone, in an environment that a function makes and looks change."""

import json
from pathlib import Path

import pytest
from PIL import Image

from darla import FrameDataset
from darla.frames.contact_sheet import draw_contact_sheet
from darla_agents.agent.saved_agent import load_agent
from darla_agents.playing.rows import read_rows
from toy_commands import run_darla

LOOKS = """
source = "day"
targets = ["dusk", "night"]
[domains.day]
[domains.d_u]
env_kwargs = {ending = "terminated"}
[domains.dusk]
wrappers = ["toy_wrappers:Dim(2)"]
[domains.night]
wrappers = ["toy_wrappers:Dim(8, plus=16)"]
"""
ENV = "--env toy_wrappers:make_dict --env-kwargs size 64 episode_length 5"
AS_IT_IS = "toy_wrappers:make_dict(episode_length=5, size=64) | toy_wrappers:Repeat(2)"
SMALL = "n_steps=8 batch_size=8 n_epochs=1"
TRUST = ("--trust", "toy_wrappers")
# Of the size that the environments have: what is resized needs torch, which takes long to import.
FRAMES = "--num-frames 8 --chunk-size 8 --size 64 --workers 1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with looks."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "looks.toml").write_text(LOOKS)
    return tmp_path


def run(*words: object) -> None:
    assert run_darla(*words) == 0, words


def train(*words: str, env: str = ENV) -> None:
    rest = "--kind pixels --total-timesteps 16 --num-envs 1 --eval-episodes 1 --no-progress"
    run("train-agent", *env.split(), *rest.split(), "--settings", *SMALL.split(), *words)


def test_an_agent_is_trained_watched_and_collected_with_where_it_was_made_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repeat = ("--wrappers", "toy_wrappers:Repeat(2)")
    train(*repeat, "--out", "agent")
    spec = load_agent(folder / "agent").spec
    assert spec.environment.text == AS_IT_IS
    recorded = json.loads((folder / "agent/run.json").read_text())["config"]
    assert recorded["env_kwargs"] == {"size": 64, "episode_length": 5}

    run("evaluate-transfer", "--agents", "agent", *TRUST, "--episodes", 1, "--random-episodes", 2)
    rows = read_rows(folder / "results/transfer.csv")
    assert {(row.task, row.domain) for row in rows} == {(AS_IT_IS, "source")}
    assert {row.length for row in rows} == {3}  # five steps, two at a time

    run("watch", "--agent", "agent", *TRUST, "--steps", 7, "--scale", 1)  # of a Dict
    assert Image.open(folder / "runs/watch.gif").size == (64 + 8, 64 + 18 + 4)

    frames = f"{FRAMES} --out frames"
    run("collect", "--agent", "agent", *TRUST, *frames.split())
    attributes = FrameDataset.open(folder / "frames").attributes
    assert (attributes["env"], attributes["how"]) == ("toy_wrappers:make_dict", "agent")
    assert attributes["env_kwargs"] == {"size": 64, "episode_length": 5}
    assert attributes["wrappers"] == ["toy_wrappers:Repeat(2)"]
    assert FrameDataset.open(folder / "frames").episode_starts[:8].tolist() == [1, 0, 0, 0] * 2
    capsys.readouterr()

    for command, option in (("evaluate-transfer", "--agents"), ("watch", "--agent")):
        assert run_darla(command, option, "agent") == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "give --trust toy_wrappers if you know whose it is" in said
    assert run_darla("collect", "--agent", "agent", *frames.split()) == 2
    assert "give --trust toy_wrappers" in capsys.readouterr().err


def test_looks_are_the_domains_of_every_command(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = "--env toy_wrappers:make_counting --env-kwargs size 64 episode_length 3"
    looks = ("--looks", "looks.toml")
    train(*looks, "--eval-domains", "targets", "--out", "agent", env=env)
    spec = load_agent(folder / "agent").spec
    assert spec.domain == "day"
    (folder / "looks.toml").rename(folder / "others.toml")  # content is recorded, and no path

    run("evaluate-transfer", "--agents", "agent", *TRUST, "--episodes", 1)
    rows = read_rows(folder / "results/transfer.csv")
    assert len(rows) == 6  # as many of the random policy
    assert [row.domain for row in rows if row.kind != "random"] == ["day", "dusk", "night"]
    assert {row.task for row in rows} == {spec.environment.text}
    run("watch", "--agent", "agent", *TRUST, "--steps", 4, "--scale", 1)
    assert Image.open(folder / "runs/watch.gif").size[1] == 2 * (64 + 18 + 4)

    run("collect", *env.split(), "--looks", "others.toml", *FRAMES.split(), "--out", "frames")
    dataset = FrameDataset.open(folder / "frames")
    look = dataset.attributes["look"]
    assert (look["name"], look["env_kwargs"]) == ("d_u", {"ending": "terminated"})
    assert ", look d_u), policy random" in str(draw_contact_sheet(dataset).get_suptitle())

    # the same agents in looks of another file are in another task
    (folder / "others.toml").write_text(LOOKS.replace("Dim(8, plus=16)", "Dim(4)"))
    more = ("--looks", "others.toml", "--domains", "night", "--episodes", 1)
    run("evaluate-transfer", "--agents", "agent", *TRUST, *more, "--random-episodes", 1)
    tasks = {row.task for row in read_rows(folder / "results/transfer.csv")}
    assert len(tasks) == 2
    (folder / "others.toml").write_text(LOOKS.replace("day", "noon"))
    capsys.readouterr()
    assert run_darla("evaluate-transfer", "--agents", "agent", *TRUST, *more) == 2
    assert "the looks have no domain 'day', in which the agent" in capsys.readouterr().err


def test_what_environments_are_made_with_tells_their_folders_apart(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = "--env toy_envs:Toy/Counting-v0"
    for more in ("size 64", "size 48"):
        train(env=f"{env} --env-kwargs {more}")
    names = sorted(path.name for path in (folder / "runs/agents").iterdir())
    assert len(names) == 2
    assert all(name.startswith("toy_envs-Toy-Counting-v0-") for name in names)
    capsys.readouterr()
    run("collect", *f"{env} --env-kwargs size 64 {FRAMES}".split())
    assert "toy_envs:Toy/Counting-v0 offers no factors: frames come from acting at random" in (
        capsys.readouterr().out
    )
    run("collect", *f"{env} {FRAMES}".replace("--size 64", "--size 32").split())
    names = sorted(path.name for path in (folder / "data").iterdir() if path.is_dir())
    assert names[0] == "counting"
    assert names[1].startswith("counting-")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--looks nowhere.toml", "no file 'nowhere.toml' of looks"),
        ("--looks looks.toml --domain dusk_", "unknown domain 'dusk_'; did you mean 'dusk'"),
        ("--wrappers toy_wrappers:Dimm", "did you mean 'Dim'"),
        ("--wrappers toy_wrappers:Dim(print(1))", "no literal"),
        (
            "--env toy_wrappers:misbehaves --env-kwargs how no_number size 64",
            "gave a reward of nan",
        ),
        ("--env toy_wrappers:needs_display", "where there is no display"),
        ("--env toy_envs:Toy/Blind-v0", "has no pictures"),
    ],
)
def test_bad_words_are_one_line_and_exit_code_2(
    words: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = "" if "--env " in words else "--env toy_wrappers:make_counting "
    rest = "--kind pixels --total-timesteps 16 --num-envs 1 --no-progress --out agent --settings"
    given = f"{env}{words} {rest} {SMALL}".split()
    assert run_darla("train-agent", *given) == 2
    said = capsys.readouterr().err.strip().split("\n")[-1]
    assert said.startswith("error: ")
    assert message in said
    frames = f"{FRAMES} --out frames".split()
    assert run_darla("collect", *f"{env}{words}".split(), *frames) == 2
    said = capsys.readouterr().err.strip().split("\n")[-1]
    assert said.startswith("error: ")
    assert message in said


def test_a_domain_that_changes_what_is_done_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = LOOKS.replace("Dim(2)", "FewerActions")
    (folder / "looks.toml").write_text(wrong)
    env = "--env toy_wrappers:make_counting --env-kwargs size 64 episode_length 3"
    train("--looks", "looks.toml", "--out", "agent", env=env)
    capsys.readouterr()
    run_again = ("--agents", "agent", *TRUST, "--domains", "dusk", "--episodes", 1)
    assert run_darla("evaluate-transfer", *run_again) == 2
    assert "was trained to choose from Discrete(3), and actions are Discrete(2) here" in (
        capsys.readouterr().err
    )
    rest = "--kind pixels --total-timesteps 16 --num-envs 1 --no-progress --out other --settings"
    given = (*env.split(), "--looks", "looks.toml", "--eval-domains", "targets")
    assert run_darla("train-agent", *given, *f"{rest} {SMALL}".split()) == 2
    assert "the domain 'dusk' of toy_wrappers:make_counting" in capsys.readouterr().err

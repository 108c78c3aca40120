from pathlib import Path

import pytest

from darla_agents.sweeping.measures import ProbeForecast, StateMovement, ValidationReturn
from darla_agents.sweeping.space import Choices, Numbers
from darla_agents.sweeping.sweep_file import read_sweep
from darla_envs.suites import suite_of
from toy_commands import ROOT
from toy_frames import write_toy_dataset
from toy_sweeps import MOVEMENT, PROBE, RETURN, of_agents, of_both, of_encoders

EXAMPLE = ROOT / "scripts/examples/sweep.toml"
DRAWN = {
    "vision.learning_rate": 0.002,
    "vision.beta": 4.0,
    "agent.frame_stack": 2,
    "agent.settings.batch_size": 16,
}


def test_the_example_can_be_swept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_toy_dataset(tmp_path / "data/go_to_object", 96, size=64, per_look=4)
    sweep = read_sweep(EXAMPLE)
    assert sweep.stages == ("vision", "agent")
    assert sweep.pruned
    assert sweep.measures == (ValidationReturn("validation_apart", 100),)
    assert sweep.space["vision.learning_rate"] == Numbers(3e-4, 3e-3, log=True)
    assert sweep.space["vision.latents"] == Numbers(16, 64, whole=True, step=16)
    assert isinstance(sweep.space["vision.channels"], Choices)
    assert "agent.settings.ent_coef" in sweep.space


def test_a_trial_has_what_is_fixed_and_what_was_drawn(tmp_path):
    sweep = read_sweep(of_both(tmp_path))
    values, folder = sweep.values(DRAWN), tmp_path / "trials/0003"
    vision, agent = sweep.vision_config(values, folder), sweep.agent_config(values, folder)
    assert (vision.learning_rate, vision.objective.beta) == (0.002, 4.0)
    assert (vision.objective.channels, vision.batch_size) == ((8, 16, 16), 16)
    assert vision.out == folder / "vision" and agent.out == folder / "agent"
    assert agent.encoder == folder / "vision/encoder"
    assert agent.settings == ("n_steps=8", "n_epochs=1", "batch_size=16")
    assert (agent.frame_stack, agent.total_timesteps) == (2, 64)
    assert agent.eval_domains == ("validation",)
    assert sweep.fixed["agent"]["settings"] == {"n_steps": 8, "n_epochs": 1}  # as it was


def test_measures_of_encoders_and_what_they_ask_of_whom(tmp_path):
    sweep = read_sweep(of_encoders(tmp_path, PROBE + MOVEMENT))
    probe, movement = sweep.measures
    assert isinstance(probe, ProbeForecast) and isinstance(movement, StateMovement)
    assert [each.direction for each in sweep.measures] == ["maximize", "minimize"]
    assert (probe.env, probe.domain) == ("Darla/GoToObject-v0", "validation")
    assert not sweep.pruned


def test_pruning_is_for_one_return_and_can_be_left(tmp_path):
    assert read_sweep(of_agents(tmp_path)).pruned
    assert not read_sweep(of_agents(tmp_path, more='pruning = "none"')).pruned
    with pytest.raises(ValueError, match='give pruning = "none"'):
        read_sweep(of_encoders(tmp_path, more='pruning = "median"'))


@pytest.mark.parametrize("domain", ["floor_and_wall", "noisy"])
def test_no_target_of_a_task_is_an_objective(tmp_path, domain):
    assert domain in suite_of("Darla/GoToObject-v0").targets()
    file = of_encoders(tmp_path, PROBE + f'domain = "{domain}"')
    with pytest.raises(ValueError, match=f"{domain}', which agents of Darla/GoToObject-v0 are "):
        read_sweep(file)
    with pytest.raises(ValueError, match=r"objectives\[0\].source is 'noisy'"):
        read_sweep(of_encoders(tmp_path, PROBE + 'source = "noisy"'))


def test_no_target_of_looks_is_an_objective_or_learned_in(tmp_path):
    file = of_agents(tmp_path, objectives=RETURN.replace('"validation"', '"new_floor"'))
    with pytest.raises(ValueError, match="'new_floor', which agents of") as raised:
        read_sweep(file)
    assert "give source and validation" in str(raised.value)
    text = of_agents(tmp_path).read_text()
    file.write_text(text.replace('kind = "pixels"', 'kind = "pixels"\ndomain = "new_floor"'))
    with pytest.raises(ValueError, match=r"agent\.domain is 'new_floor'"):
        read_sweep(file)


def replaced(old, new):
    """Return a change of a file's text."""
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replaced("commands =", "comands ="), "did you mean 'commands'?"),
        (replaced('["vision", "agent"]', '["visoin"]'), "commands"),
        (replaced('["vision", "agent"]', "[]"), "has no commands; give one or both of vision"),
        (replaced('["vision", "agent"]', '["vision"]'), "agent, which is not among commands"),
        (replaced("[search.agent]", "[search.agnet]"), "did you mean 'agent'?"),
        (replaced("hidden_units", "hiden_units"), "did you mean 'hidden_units'?"),
        (replaced("beta =", "gamma ="), "the objective 'beta_vae' has no setting 'gamma'"),
        (replaced('"beta_vae"', '"beta_vea"'), "did you mean 'beta_vae'?"),
        (replaced("latents = 4", 'latents = "4"'), "vision.latents is '4'; expected `int`"),
        (replaced("epochs = 1", "epochs = -1"), "epochs is -1.0; expected a number above 0"),
        (replaced("low = 1e-3", "low = -1.0"), "drawn by magnitude; give a low above 0"),
        (replaced("[1.0, 4.0]", "[1.0, -4.0]"), "beta is -4.0"),
        (replaced("[8, 16] }", "[8, 0.5] }"), "batch_size"),
        (replaced("frame_stack", "frame_stak"), "did you mean 'frame_stack'?"),
        (replaced("low = 1, high = 2", "low = 0, high = 2"), "frame_stack"),
        (replaced("low = 1, high = 2", "low = 1, high = 2.5"), "frame_stack is 2.5"),
        (replaced("n_epochs = 1", "n_epoch = 1"), "did you mean 'n_epochs'?"),
        (replaced("n_epochs = 1", "batch_size = 8"), "batch_size is given and searched"),
        (replaced("anyway = true", 'out = "x"'), "agent.out cannot be given in a sweep"),
        (replaced("anyway = true", 'encoder = "x"'), "the one that the trial has trained"),
        (replaced("anyway = true", 'eval_domains = ["targets"]'), "in the domain of its objective"),
        (replaced('"beta_vae"', "[1]"), r"vision.objective is \[1\]; expected the name of one"),
        (replaced("beta = {", "epochs = {"), "vision.epochs is given and searched"),
        (replaced('"return"', '"retrun"'), "did you mean 'return'?"),
        (replaced("episodes = 4", "episode = 4"), "did you mean 'episodes'?"),
        (replaced("episodes = 4", "episodes = 0"), "episodes is 0"),
        (replaced('domain = "validation"', ""), r"objectives\[0\] names no domain"),
        (replaced('domain = "validation"', 'domain = "validtion"'), "did you mean 'validation'?"),
        (replaced("{folder}/data", "{folder}/nothing"), "nothing"),
    ],
)
def test_a_mistake_is_found_before_any_trial(tmp_path, change, message):
    file = of_both(tmp_path)
    given = file.read_text().replace(str(tmp_path), "{folder}")
    changed = change(given)
    assert changed != given
    file.write_text(changed.replace("{folder}", str(tmp_path)))
    with pytest.raises((ValueError, FileNotFoundError), match=message) as raised:
        read_sweep(file)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("objectives", "message"),
    [
        ("objectives = []", "there are 0 objectives"),
        (PROBE * 3, "there are 3 objectives; give one, or two"),
        (PROBE * 2, "is given twice"),
        (RETURN, 'is the return of an agent; add "agent" to commands'),
        (PROBE + 'factors = ["beering"]', "did you mean 'bearing'?"),
        (PROBE.replace("400", "30"), r"objectives\[0\]\.frames is 30; give at least 400"),
        (PROBE.replace('"linear"', '"lineer"'), "did you mean 'linear'?"),
        (PROBE.replace('"all"', '"look"'), "latents"),
        (PROBE + 'env = "Darla/GoToObjet-v0"', "did you mean 'Darla/GoToObject-v0'?"),
    ],
)
def test_objectives_that_are_none_are_refused(tmp_path, objectives, message):
    with pytest.raises(ValueError, match=message):
        read_sweep(of_encoders(tmp_path, objectives))


def test_what_is_no_toml_or_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_sweep(tmp_path / "none.toml")
    file = Path(tmp_path / "sweep.toml")
    file.write_text("commands = [")
    with pytest.raises(ValueError, match=r"sweep\.toml is not valid TOML"):
        read_sweep(file)

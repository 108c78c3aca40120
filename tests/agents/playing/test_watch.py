from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darla.wrappers.latent_options import LatentOptions
from darla_agents.agent.saved_agent import load_agent, save_agent
from darla_agents.playing.watch import WatchConfig, watch
from darla_envs.description.tasks import GO_TO_OBJECT
from toy_agents import make_toy_agent
from toy_encoder import make_toy_bundle


def frames_of(path: Path) -> list[np.ndarray]:
    with Image.open(path) as video:
        found = []
        for number in range(getattr(video, "n_frames", 1)):
            video.seek(number)
            found.append(np.asarray(video.convert("RGB")))
        return found


def config_of(tmp_path: Path, **changes: object) -> WatchConfig:
    settings = {"steps": 12, "scale": 1, "out": tmp_path / "watch.gif", **changes}
    return WatchConfig(agent=tmp_path / "agent", **settings)


def test_an_agent_on_latents_is_shown_with_what_its_encoder_keeps(tmp_path: Path) -> None:
    bundle = make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agent", kind="latent", task=GO_TO_OBJECT, encoder=bundle)
    plain = frames_of(watch(config_of(tmp_path)))
    agent = load_agent(tmp_path / "agent")
    masked = replace(agent.spec, latent_options=LatentOptions(masked=(0,)))
    save_agent(agent.model, masked, tmp_path / "agent")
    more = frames_of(watch(config_of(tmp_path)))
    # a row for each domain; what the agent sees of it is a third column where latents are hidden
    assert plain[0].shape[0] == more[0].shape[0] == 2 * (64 + 18 + 4)
    assert plain[0].shape[1] == 2 * (64 + 4) + 4 and more[0].shape[1] == 3 * (64 + 4) + 4
    assert 1 < len(plain) <= 12  # pictures that did not change are one


def test_it_shows_what_happens_in_each_domain(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agent", task=GO_TO_OBJECT)
    for seed in (0, 0, 1):
        watch(config_of(tmp_path, seed=seed, out=tmp_path / f"{seed}.gif"))
    first, other = frames_of(tmp_path / "0.gif")[0], frames_of(tmp_path / "1.gif")[0]
    assert (first != other).any()
    views = [first[top : top + 64, 4:68] for top in (18, 18 + 86)]
    assert np.abs(views[0].astype(int) - views[1]).mean() > 10  # the looks differ


def test_an_encoder_can_be_lent_to_an_agent_on_pixels(tmp_path: Path) -> None:
    make_toy_agent(tmp_path / "agent", task=GO_TO_OBJECT)
    lent = config_of(tmp_path, encoder=make_toy_bundle(tmp_path / "encoder"), domains=("d_u",))
    assert frames_of(watch(lent))[0].shape == (64 + 18 + 4, 2 * (64 + 4) + 4, 3)


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("factors", {}, "sees true factors, not pictures"),
        ("pixels", {"steps": 0}, "steps is 0; give a whole number from 1"),
        ("pixels", {"domains": ("al_three",)}, "did you mean 'all_three'"),
        (
            "pixels",
            {"out": Path("watch.mp4")},
            r"out is watch\.mp4; .* give a path ending in \.gif",
        ),
    ],
)
def test_what_cannot_be_watched_is_said(
    kind: str, changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    make_toy_agent(tmp_path / "agent", kind=kind, task=GO_TO_OBJECT)
    with pytest.raises(ValueError, match=message):
        watch(config_of(tmp_path, **changes))
    assert not (tmp_path / "watch.gif").exists()


def test_of_a_folder_of_several_agents_one_must_be_named(tmp_path: Path) -> None:
    for name in ("agent/a", "agent/b"):
        make_toy_agent(tmp_path / name, task=GO_TO_OBJECT)
    with pytest.raises(ValueError, match=r"holds several agents \(.*\); give the folder of one"):
        watch(config_of(tmp_path))


def test_an_agent_is_watched_in_what_it_was_evaluated_in(tmp_path: Path) -> None:
    # an id whose vector environments, of somebody else's, show another thing
    task, bundle = "toy_vector_envs:Toy/ManyCounting-v0", make_toy_bundle(tmp_path / "encoder")
    make_toy_agent(tmp_path / "agent", kind="latent", task=task, encoder=bundle)
    shown = frames_of(watch(config_of(tmp_path, steps=3)))
    assert shown[0].shape == (32 + 18 + 4, 2 * (32 + 4) + 4, 3)
    assert len(shown) == 3

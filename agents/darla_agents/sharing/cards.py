"""What a repository on the hub says of an encoder or an agent: its README, from what it holds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from darla.encoder.frozen_encoder import FrozenEncoder
from darla.frames.dataset_description import described_parts
from darla.hub.names import HubName
from darla.running.markdown import markdown_table
from darla.running.plain_json import plain
from darla_agents.agent.spec import AgentSpec

_HEAD = """\
---
library_name: darla
{license}tags:
- darla
- reinforcement-learning
{tag}---

# {title}

"""
_ENCODER = """\
An encoder of darla: uint8 frames ({sides}) to {latents} latents, trained with `{objective}` on
{frames}. It is frozen; nothing in this repository can run code.

```python
import darla

encoder = darla.load_encoder("{name}")
latents = encoder.encode(frames)    # uint8 (N, {sides}) -> float32 (N, {latents})
```

```bash
darla train-agent --kind latent --encoder {name}{mask}
```
"""
_AGENT = """\
An agent of darla: `{algorithm}` on {sees} of `{task}`, {steps:,} steps in `{domain}`, seed {seed}.

```bash
pip install 'darla[hub]'
darla pull {name} --out agent
darla watch --agent agent
darla evaluate-transfer --agents agent
```
"""


def encoder_card(
    encoder: FrozenEncoder, name: HubName, license_name: str | None, pictures: Iterable[str]
) -> str:
    """Return the card of an encoder bundle, in Markdown.

    Args:
        encoder: as it was loaded.
        name: what it is called on the hub.
        license_name: of the hub's list, such as ``mit``; None says nothing.
        pictures: names of files beside the card that are shown.
    """
    config = encoder.config
    sides = ", ".join(map(str, encoder.image_shape))
    parts = _parts(config)
    text = _ENCODER.format(
        sides=sides,
        latents=encoder.latent_dim,
        objective=config["objective"]["name"],
        frames=_frames_told(parts),
        name=name,
        mask=" --mask-look" if "look" in encoder.latent_roles else "",
    )
    sections = [
        ("What it is worth", _verdict_told(config.get("verdict") or {}, encoder)),
        ("What its frames showed", _coverage_told(parts)),
        ("How it was trained", _settings_told(config)),
        ("Pictures", "\n\n".join(f"![{each}]({each})" for each in pictures)),
        ("Limits", _LIMITS),
    ]
    told = "\n".join(f"## {title}\n\n{body}\n" for title, body in sections if body)
    return _head(name, license_name, "feature-extraction") + text + "\n" + told


_LIMITS = (
    "An encoder is at home in what its frames show: textures, cameras and things that they lack "
    "may be seen as something else, or not at all. Look at the reconstructions of small things "
    "before you trust it, and measure what agents on it keep in the looks that you care for."
)


def agent_card(
    spec: AgentSpec, evaluation: Mapping[str, float] | None, name: HubName, license_name: str | None
) -> str:
    """Return the card of an agent, in Markdown; see :func:`encoder_card`."""
    sees = f"latents of `{spec.encoder}`" if spec.encoder else spec.kind
    text = _AGENT.format(
        algorithm=spec.algorithm,
        sees=sees,
        task=spec.task,
        steps=spec.total_timesteps,
        domain=spec.domain,
        seed=spec.seed,
        name=name,
    )
    rows = [[str(key), str(value)] for key, value in sorted(plain(dict(spec.settings)).items())]
    told = [f"## Settings\n\n{markdown_table(['setting', 'value'], rows)}\n"] if rows else []
    if evaluation:
        scores = [[key, f"{value:.4g}"] for key, value in evaluation.items()]
        told.insert(0, f"## In its own domain\n\n{markdown_table(['what', 'value'], scores)}\n")
    return _head(name, license_name, None) + text + "\n" + "\n".join(told)


def _head(name: HubName, license_name: str | None, tag: str | None) -> str:
    """Return what the hub reads of a card, and the title."""
    return _HEAD.format(
        license=f"license: {license_name}\n" if license_name else "",
        tag=f"- {tag}\n" if tag else "",
        title=name.repo.split("/")[1],
    )


def _parts(config: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return what is known of each dataset that it learnt from."""
    return [part for part in described_parts(config.get("dataset") or {}) if part.get("shape")]


def _frames_told(parts: Sequence[Mapping[str, Any]]) -> str:
    """Return how many frames of what."""
    told = []
    for part in parts:
        domain = (part.get("domain") or {}).get("name")
        where = f"{part['shape'][0]:,} frames of `{part.get('env', 'an environment')}`"
        told.append(where + (f" (`{domain}`)" if domain else ""))
    return " and ".join(told) or "frames that are not told"


def _verdict_told(verdict: Mapping[str, Any], encoder: FrozenEncoder) -> str:
    """Return what the run itself found, and which latents hold what."""
    told = []
    if "kept_variance" in verdict:
        told.append(f"- Its pictures keep {verdict['kept_variance']:.0%} of the frames' variance.")
        told.append(
            f"- {verdict['active_latents']} of {encoder.latent_dim} latents carry anything."
        )
    if verdict.get("state_movement") is not None:
        moved = f"{verdict['state_movement']:.2f}"
        told.append(
            f"- The state moves by {moved} of its spread when nothing but the look changes."
        )
    if verdict.get("failure"):
        told.append(f"- **It has failed**: {verdict['failure']}")
    for role, indices in encoder.latent_roles.items():
        told.append(f"- Latents that hold the {role}: {', '.join(map(str, indices))}.")
    return "\n".join(told)


def _coverage_told(parts: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of the factors' values in each dataset."""
    rows = []
    for part in parts:
        for factor, covered in (part.get("coverage") or {}).items():
            if "counts" in covered:
                shown = ", ".join(sorted(covered["counts"]))
            else:
                shown = f"{covered['min']:.3g} to {covered['max']:.3g}"
            rows.append([str(part.get("env", "")), factor, shown])
    return markdown_table(["environment", "factor", "values"], rows, left=3) if rows else ""


def _settings_told(config: Mapping[str, Any]) -> str:
    """Return a table of the training's settings, and versions."""
    settings = {**(config.get("training") or {})}
    rows = [[name, str(value)] for name, value in settings.items()]
    rows += [[f"version of {name}", value] for name, value in config.get("versions", {}).items()]
    return markdown_table(["setting", "value"], rows) if rows else ""

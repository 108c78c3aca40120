"""Which action led from one frame to the next, as latents of both show it: inverse dynamics.

Nothing but actions needs to be recorded for this. What cannot be read from the latents of two
frames, an agent on these latents cannot learn to control.
"""

from collections.abc import Sequence

import numpy as np

from darla.probes import LabelledLatents, ProbeReport, ProbeTarget, probe_domains
from darla_agents.encoder_evaluation.recorded.domains import Part, Parts
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, thinned

ACTION = "action"


def read_actions(
    recorded: Sequence[RecordedFrames],
    latents: Sequence[np.ndarray],
    parts: Parts,
    most: tuple[int, int],
    probes: Sequence[str],
    seeds: Sequence[int],
) -> ProbeReport | None:
    """Probe latents (M, z) of two frames in a row, of each dataset, for the action between them.

    Both frames are of one part; up to so many pairs train and test. None where no dataset has
    actions that are single whole numbers.
    """
    every = np.concatenate([each.actions for each in recorded])
    known = np.unique(every[every >= 0])
    if len(known) < 2:
        return None

    def pairs(part: Part, most: int) -> LabelledLatents:
        frames, found = recorded[part.dataset], latents[part.dataset]
        belongs = np.zeros(len(frames), dtype=bool)
        belongs[part.places] = True
        steps = frames.steps
        steps = steps[belongs[steps] & belongs[steps + 1] & (frames.actions[steps + 1] >= 0)]
        steps = thinned(steps, most)
        taken = np.searchsorted(known, frames.actions[steps + 1]).astype(np.float64)
        everywhere = np.ones(len(steps), dtype=bool)
        target = ProbeTarget(ACTION, "categorical", taken, everywhere, 0, len(known) - 1)
        both = np.concatenate([found[steps], found[steps + 1]], axis=1)
        return LabelledLatents(part.domain, both, (target,))

    train, tests = pairs(parts.train, most[0]), [pairs(part, most[1]) for part in parts.tests]
    return probe_domains(train, [test for test in tests if len(test.latents)], probes, seeds)


def chance(recorded: Sequence[RecordedFrames]) -> float:
    """Return the balanced accuracy of guessing among the actions that occur."""
    every = np.concatenate([each.actions for each in recorded])
    return 1 / max(1, len(np.unique(every[every >= 0])))

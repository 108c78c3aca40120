"""Actions that are done several times in a row, in this process and in workers."""

import numpy as np
import pytest

from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.suites import suite_of

AUTORESET = {"observing": "factors", "autoreset_mode": "SameStep", "infos": False}


def told(batch, steps, actions_of):
    """Return what a batch of three told in some steps, and what it showed last."""
    batch.reset([5, 6, 7])
    found = [batch.step(actions_of(count)) for count in range(steps)]
    batch.close()
    return [(each.rewards, each.terminated, each.truncated) for each in found], found[-1].frames


def steer(count):
    return np.array([count % 3, 2, (count // 5) % 3])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_repeated_step_is_as_many_steps_that_end_with_the_episode(workers):
    suite, times = suite_of(GO_TO_OBJECT), 3
    repeated, _ = told(suite.batch(3, action_repeat=times, workers=workers, **AUTORESET), 40, steer)
    single = suite.worlds(3, observing="factors")
    everyone = np.arange(3)
    single.reset(everyone, [5, 6, 7])
    for count, (rewards, terminated, truncated) in enumerate(repeated):
        for world in range(3):
            paid, over = 0.0, False
            for _ in range(times):
                outcome = single.step(np.array([world]), steer(count)[[world]])
                paid += outcome.rewards[0]
                over = bool(outcome.terminated[0] or outcome.truncated[0])
                if over:
                    break
            assert rewards[world] == pytest.approx(paid)
            assert bool(terminated[world] or truncated[world]) == over
            if over:
                single.reset(np.array([world]), [None])
    assert any(terminated.any() for _, terminated, _ in repeated)
    assert any(truncated.any() for *_, truncated in repeated)
    single.close()


def test_never_acting_is_refused():
    with pytest.raises(ValueError, match="action_repeat is 0, but must be at least 1"):
        suite_of(GO_TO_OBJECT).batch(2, action_repeat=0)

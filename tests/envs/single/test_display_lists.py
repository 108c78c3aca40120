"""Several environments in one process draw exactly what each draws alone."""

import subprocess
import sys
import textwrap

import gymnasium as gym
import numpy as np

import darla_envs.stock  # noqa: F401  (registers the tasks, and MiniWorld's own)

CASES = [
    ("MiniWorld-MazeS3-v0", {"domain_rand": True}),
    ("MiniWorld-FourRooms-v0", {"domain_rand": True}),
    ("Darla/GoToObject-v0", {"domain": "d_u"}),
    ("Darla/SeekAvoid-v0", {"domain": "d_u"}),
]
ACTIONS = [0, 2, 2, 1, 2, 0, 0, 2, 2, 1]

ALONE = """
import sys
import gymnasium as gym, numpy as np
import darla_envs.stock
env = gym.make({id!r}, **{kwargs!r})
frames = [env.reset(seed={seed})[0]]
for action in {actions!r}:
    frames.append(env.step(action)[0])
np.save(sys.argv[1], np.stack(frames))
"""


def _alone(tmp_path, index):
    name, kwargs = CASES[index]
    path = tmp_path / f"{index}.npy"
    code = textwrap.dedent(ALONE).format(id=name, kwargs=kwargs, seed=index, actions=ACTIONS)
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True)
    return np.load(path)


def test_several_envs_draw_what_each_draws_alone(tmp_path):
    together = [gym.make(name, **kwargs) for name, kwargs in CASES]
    frames = [[env.reset(seed=index)[0]] for index, env in enumerate(together)]
    for action in ACTIONS:
        for env, seen in zip(together, frames, strict=True):
            seen.append(env.step(action)[0])
    for env in together:
        env.close()
    for index in range(len(CASES)):
        np.testing.assert_array_equal(np.stack(frames[index]), _alone(tmp_path, index))


def test_resetting_one_maze_leaves_the_other_as_it_was():
    first = gym.make("MiniWorld-MazeS3-v0", domain_rand=True)
    second = gym.make("MiniWorld-MazeS3-v0", domain_rand=True)
    first.reset(seed=1)
    before = first.unwrapped.render_obs().copy()
    second.reset(seed=2)
    np.testing.assert_array_equal(before, first.unwrapped.render_obs())
    first.close()
    np.testing.assert_array_equal(second.unwrapped.render_obs(), second.unwrapped.render_obs())
    second.close()
    second.close()


def test_closing_frees_the_list_and_leaves_the_others():
    keep = gym.make("Darla/GoToObject-v0")
    before, _ = keep.reset(seed=0)
    for _ in range(3):
        other = gym.make("Darla/GoToObject-v0", domain="all_three")
        other.reset(seed=1)
        other.close()
    np.testing.assert_array_equal(before, keep.unwrapped.render_obs())
    keep.close()

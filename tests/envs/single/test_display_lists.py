"""Several environments in one process draw exactly what each draws alone."""

import subprocess
import sys

import gymnasium as gym
import numpy as np

import darla_envs.stock  # noqa: F401  (registers the tasks, and MiniWorld's own)

CASES = [
    ("MiniWorld-MazeS3-v0", {"domain_rand": True}),
    ("MiniWorld-FourRooms-v0", {"domain_rand": True}),
    ("Darla/GoToObject-v0", {"domain": "d_u"}),
]
ACTIONS = [0, 2, 2, 1, 2, 0, 0, 2, 2, 1]

EACH_ALONE = """
import multiprocessing
import sys
import gymnasium as gym, numpy as np
import darla_envs.stock

def play(name, kwargs, seed, path):
    env = gym.make(name, **kwargs)
    frames = [env.reset(seed=seed)[0]]
    for action in {actions!r}:
        frames.append(env.step(action)[0])
    np.save(path, np.stack(frames))

fork = multiprocessing.get_context("fork")  # a process each, which has made no environment yet
for seed, (name, kwargs) in enumerate({cases!r}):
    process = fork.Process(target=play, args=(name, kwargs, seed, f"{{sys.argv[1]}}/{{seed}}.npy"))
    process.start()
    process.join()
    assert process.exitcode == 0
"""


def _each_alone(folder):
    code = EACH_ALONE.format(cases=CASES, actions=ACTIONS)
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True)
    return [np.load(folder / f"{index}.npy") for index in range(len(CASES))]


def test_several_envs_draw_what_each_draws_alone(tmp_path):
    together = [gym.make(name, **kwargs) for name, kwargs in CASES]
    frames = [[env.reset(seed=index)[0]] for index, env in enumerate(together)]
    for action in ACTIONS:
        for env, seen in zip(together, frames, strict=True):
            seen.append(env.step(action)[0])
    for env in together:
        env.close()
    for seen, alone in zip(frames, _each_alone(tmp_path), strict=True):
        np.testing.assert_array_equal(np.stack(seen), alone)


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

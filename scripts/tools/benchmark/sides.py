"""Both sides of the benchmark, which run in processes of their own: MiniWorld, and batches."""

import contextlib
import io
import itertools
import multiprocessing
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter
from typing import Any

import gymnasium as gym
import numpy as np

from benchmark.spread_worlds import SpreadWorlds, ages
from darla_envs.batch.batch import Batch
from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.vector_env import BatchedVectorEnv
from darla_envs.batch.worker_envs import WorkerEnvs
from darla_envs.batch.worlds import Worlds
from darla_envs.make import make_worlds

_ACTIONS = 3  # turns and the way forward, the first ones everywhere
_PREPARED = 1000  # steps whose actions are drawn beforehand
_WARM_UP = 20  # steps
_TURN = np.radians(15)  # between two pictures
_TURNS = 48  # pictures of one layout
_BEST = {"PYGLET_HEADLESS": "1", "PYGLET_DEBUG_GL": "0", "LP_NUM_THREADS": "0"}
_PATIENCE = 300.0  # seconds that processes wait for each other

_start: Barrier


@dataclass(frozen=True)
class Job:
    """What is measured."""

    task: str
    size: int
    """Width and height of pictures in pixels."""
    cores: tuple[int, ...]
    """Numbers of the cores that the process, and those that it starts, may run on."""
    seconds: float
    """How long whole steps are measured; drawing alone a quarter of it."""


@dataclass(frozen=True)
class Rates:
    """How fast a side is."""

    draw: float
    """Pictures a second, when all that happens is that agents turn."""
    step: float
    """Pictures a second of whole environment steps, random actions, rewards and resets included;
    the picture after a reset counts as one. Several cores have a process each."""
    megabytes: float
    """Peak resident memory of the processes that step, added up. Libraries that they share count in
    each."""
    step_threads: float | None = None
    """Like ``step``, with threads that draw in one process; None on one core and for stock
    MiniWorld."""

    @property
    def best_step(self) -> float:
        """The rate of whole steps in whichever way is faster."""
        return max(self.step, self.step_threads or 0.0)


def begin(start: Barrier) -> None:
    """Prepare a process, whose clocks start when all have reached the barrier."""
    global _start
    _start = start
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an interruption needs no traceback from here


def measure(side: Callable[..., Rates], job: Job, *arguments: Any) -> Rates:
    """Measure a side on the job's cores; an error lets no other process wait."""
    os.sched_setaffinity(0, job.cores)
    try:
        return side(job, *arguments)
    except BaseException:
        _start.abort()
        raise


def measure_stock(job: Job, index: int, count: int) -> Rates:
    """Measure a single MiniWorld environment at its best: a small window, no checks.

    The process is number ``index`` of ``count`` that measure at the same time.
    """
    os.environ.update(_BEST)
    import darla_envs.stock  # noqa: F401

    size = {name: job.size for name in ("obs_width", "obs_height", "window_width", "window_height")}
    with contextlib.redirect_stdout(io.StringIO()):  # notes on samples per pixel
        env: Any = gym.make(job.task, disable_env_checker=True, **size).unwrapped
    env.reset(seed=index)
    env.step_count = ages(count, env.max_episode_steps)[index]
    actions = itertools.cycle(_random_actions(index, 1)[:, 0].tolist())
    is_over = False

    def step() -> int:
        nonlocal is_over
        if is_over:
            env.reset()
            is_over = False
        else:
            _, _, terminated, truncated, _ = env.step(next(actions))
            is_over = terminated or truncated
        return 1

    def draw() -> int:
        env.agent.dir += _TURN
        env.render_obs()
        return 1

    step_rate, megabytes = _step_rate(step, job.seconds), _peak_megabytes()
    return Rates(_draw_rate(draw, env.reset, job.seconds / 4), step_rate, megabytes)


def measure_batched(job: Job, num_worlds: int, antialias: bool) -> Rates:
    """Measure a batch: on one core in this process, on more with a worker for each, and then anew.

    The second time, as when they are only drawn, it is in this process, with a thread for each.
    Antialiased pictures average four samples a pixel.
    """
    make = partial(
        _make_spread,
        task_id=job.task,
        antialias=antialias,
        obs_width=job.size,
        obs_height=job.size,
    )
    cores, step_threads = len(job.cores), None
    if cores > 1:
        workers = WorkerEnvs(partial(make, num_threads=1), num_worlds, cores)
        step, megabytes = _batch_rate(workers, job.seconds), _peak_megabytes()
        workers.close()
        worlds = make(num_worlds, num_threads=cores)
        step_threads = _batch_rate(BatchedEnvs(worlds), job.seconds / 2)
    else:
        worlds = make(num_worlds, num_threads=1)
        step, megabytes = _batch_rate(BatchedEnvs(worlds), job.seconds), _peak_megabytes()
    rate = _turning_rate(worlds.worlds, job, antialias)
    worlds.close()
    return Rates(rate, step, megabytes, step_threads)


def _make_spread(num_worlds: int, **settings: Any) -> SpreadWorlds:
    """Make worlds; a function of the module, so that workers can be given it."""
    return SpreadWorlds(make_worlds(num_worlds, **settings))


def _batch_rate(batch: Batch, seconds: float) -> float:
    """Measure whole steps through Gymnasium's vector environment."""
    envs = BatchedVectorEnv(batch)
    envs.reset(seed=0)
    actions = itertools.cycle(_random_actions(0, envs.num_envs))

    def step() -> int:
        envs.step(next(actions))
        return envs.num_envs

    return _step_rate(step, seconds)


def _turning_rate(worlds: Worlds, job: Job, antialias: bool) -> float:
    """Measure how fast worlds are drawn whose agents turn."""
    from darla_envs.rooms.room_worlds import RoomWorlds  # loads Numba

    everyone = np.arange(worlds.num_worlds)
    pictures = np.empty((worlds.num_worlds, job.size, job.size, 3), np.uint8)
    worlds.draw(everyone, pictures)
    following = itertools.cycle(range(worlds.num_worlds))

    def renew() -> None:
        world = np.array([next(following)])
        worlds.reset(world)
        worlds.draw(world, pictures[:1])

    if isinstance(worlds, RoomWorlds):
        turn = _turn_rooms(worlds, everyone, pictures)
    else:
        turn = _turn_miniworlds(worlds, everyone, pictures, len(job.cores), antialias)
    return _draw_rate(turn, renew, job.seconds / 4)


def _turn_rooms(worlds: Any, everyone: np.ndarray, pictures: np.ndarray) -> Callable[[], int]:
    """Return what turns and draws this package's rooms."""

    def draw() -> int:
        worlds.state.yaws[:] += _TURN
        worlds.draw(everyone, pictures)
        return len(everyone)

    return draw


def _turn_miniworlds(
    worlds: Any, everyone: np.ndarray, pictures: np.ndarray, num_threads: int, antialias: bool
) -> Callable[[], int]:
    """Return what turns the cameras of MiniWorld's worlds, whose agents stand still, and draws."""
    from darla_envs.render.renderer import Renderer  # loads Numba

    height, width = pictures.shape[1:3]
    renderer = Renderer(width, height, antialias=antialias, num_threads=num_threads)
    meshes, textures = worlds.library.meshes, worlds.library.textures
    yaws = worlds.scenes.cameras.yaw

    def draw() -> int:
        np.add(yaws, _TURN, out=yaws)
        renderer.draw(worlds.scenes, meshes, textures, everyone, pictures)
        return len(everyone)

    return draw


def _random_actions(seed: int, num_worlds: int) -> np.ndarray:
    """Return actions, (1000, N), that are drawn beforehand so that no time goes into them."""
    return np.random.default_rng(seed).integers(_ACTIONS, size=(_PREPARED, num_worlds))


def _step_rate(step: Callable[[], int], seconds: float) -> float:
    """Return frames/s of steps, of which each returns how many frames it made."""
    for _ in range(_WARM_UP):
        step()
    _start.wait(_PATIENCE)
    begun, spent, frames = perf_counter(), 0.0, 0
    while spent < seconds:
        frames += step()
        spent = perf_counter() - begun
    return frames / spent


def _draw_rate(draw: Callable[[], int], renew: Callable[[], Any], seconds: float) -> float:
    """Return frames/s of drawing; now and then something new is to be seen, off the clock."""
    draw()
    _start.wait(_PATIENCE)
    spent, frames = 0.0, 0
    while spent < seconds:
        renew()
        begun, before = perf_counter(), spent
        for _ in range(_TURNS):
            frames += draw()
            spent = before + perf_counter() - begun
            if spent >= seconds:
                break
    return frames / spent


def _peak_megabytes() -> float:
    """Return the peak resident memory of this process and of those that it has started."""
    started = [child.pid for child in multiprocessing.active_children()]
    texts = [Path(f"/proc/{each}/status").read_text() for each in (os.getpid(), *started)]
    return sum(int(re.findall(r"VmHWM:\s*(\d+) kB", text)[0]) for text in texts) / 1000

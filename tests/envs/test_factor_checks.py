"""Our tasks pass the checks that are made for other people's."""

import gymnasium as gym
import pytest

import darla_envs  # noqa: F401 - registers
from darla.checks.environments import check_factor_environment


@pytest.mark.parametrize("task", ["Darla/GoToObject-v0", "Darla/SeekAvoid-v0"])
@pytest.mark.parametrize("domain", ["d_u", "source"])
def test_our_tasks_offer_factors_as_others_should(task, domain):
    env = gym.make(task, domain=domain, disable_env_checker=True)
    check_factor_environment(env)
    env.close()


@pytest.mark.parametrize("task", ["Darla/GoToObject-v0", "Darla/SeekAvoid-v0"])
def test_many_at_a_time_offer_them_too(task):
    envs = gym.make_vec(task, 4, "vector_entry_point", domain="d_u")
    check_factor_environment(envs)
    envs.close()

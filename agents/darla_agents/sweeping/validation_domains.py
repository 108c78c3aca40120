"""Domains that settings may be chosen in: never those that agents will be tested in."""

from darla.environments.spec import EnvironmentSpec
from darla.running.markdown import join_names
from darla.running.names import unknown
from darla_envs.suites import suite_of


def check_no_target(environment: str | EnvironmentSpec, domain: str, where: str) -> None:
    """Check that an environment has a domain, and that it is none of its targets.

    What was chosen by a target no longer says anything about transfer to it. Where an environment
    has domains that it alone knows, it has no targets by name, and any of them is taken.

    Args:
        environment: its id, or its description with looks.
        domain: what was named.
        where: it was named, for the message.

    Raises:
        ValueError: it is a target, or there is no such domain; the message names others.
    """
    suite = suite_of(environment)
    targets = suite.targets()
    allowed = [name for name in suite.domains() if name not in targets]
    if domain in targets:
        raise ValueError(
            f"{where} is {domain!r}, which agents of {suite.env_id} are tested in: settings that "
            f"were chosen by a target say nothing about transfer to it; give {join_names(allowed)}"
        )
    if not suite.has_domain(domain):
        raise unknown(f"domain for {where}", domain, allowed)

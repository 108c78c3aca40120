"""The domains of a task: those that it lists, completed by its source."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from darla_envs.description.domain import NO_FACTORS, Domain
from darla_envs.description.layout import check_domain
from darla_envs.description.look import Look
from darla_envs.description.named_domains import NamedDomains
from darla_envs.description.surroundings import check_surroundings
from darla_envs.description.tasks import Task
from darla_envs.description.usual_domains import SOURCE


class RoomDomains(NamedDomains):
    """The domains of a task; what one does not name is as in the source."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.task_id)
        self._task = task
        self._listed = {each.name: each for each in task.domains}

    def _built_in(self) -> Mapping[str, Domain]:
        """Return the domains that the task lists."""
        return self._listed

    def _complete(self, domain: Domain | Look | None) -> Domain:
        """Return a domain with the source's values for what it does not name."""
        if not isinstance(domain, Domain):
            raise ValueError(
                f"{self.env_id} has no domain {domain!r}: give a name, a Domain or its dictionary"
            )
        source = self._listed[SOURCE]
        parts: dict[str, Any] = {
            name: {**getattr(source, name), **getattr(domain, name)}
            for name in ("look", *NO_FACTORS)
        }
        whole = replace(domain, **parts)
        check_domain(whole, self._task.describe_factors(), self._task.objects)
        check_surroundings(whole)
        return whole

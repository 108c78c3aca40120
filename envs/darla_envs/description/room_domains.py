"""The domains of a task: those that it lists, completed by its source."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from darla_envs.description.domain import NO_FACTORS, Domain
from darla_envs.description.layout import check_domain
from darla_envs.description.look import Look
from darla_envs.description.named_domains import NamedDomains
from darla_envs.description.tasks import Task
from darla_envs.description.texture_files import textures_of
from darla_envs.description.usual_domains import SOURCE
from darla_envs.description.view import view_ranges


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
        view_ranges(self._task, whole.camera)
        _check_looks_vary(whole)
        return whole


def _check_looks_vary(domain: Domain) -> None:
    """Raise a ValueError where a domain offers several textures or cameras for one look alone."""
    several = [name for name, names in domain.textures.items() if len(set(textures_of(names))) > 1]
    several += [name for name, given in domain.camera.items() if _is_range(given)]
    values = [each for look in (domain.look, *domain.cases) for each in look.items()]
    if several and not any(name != "object_shape" and _is_range(given) for name, given in values):
        raise ValueError(
            f"domain {domain.name!r} offers several values for {', '.join(several)}, but its look "
            "never changes, from which they follow; let a colour or the light vary a little"
        )


def _is_range(values: Any) -> bool:
    """Whether intervals hold more than one value."""
    return isinstance(values, list | tuple) and len({end for pair in values for end in pair}) > 1

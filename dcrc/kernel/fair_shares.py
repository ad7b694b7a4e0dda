"""Fair shares: which of several people gets which customers of a list. Pure.

A customer's open tasks of one role are one portion: one conversation, so one person's. What somebody who
works here has stays his, and he gets the rest of that customer too (a conversation of another role as well,
desk work does not make anybody speak with him); all others are dealt out, first those whom few may work for,
then the most urgent, each to the person who has the fewest customers of the list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from dcrc.kernel.contact import CONTACT_CHANNELS
from dcrc.kernel.tasks import Task, urgency

Works = Mapping[str, Collection[str]]
"""Everybody who works here, by name, and the roles whose tasks are his work."""


@attrs.frozen
class Portion:
    """Open tasks of one customer and one role, the most urgent first."""

    customer: str
    role: str
    tasks: tuple[Task, ...]

    @property
    def spoken(self) -> bool:
        """Whether it is a conversation, not desk work alone."""
        return any(task.channel in CONTACT_CHANNELS for task in self.tasks)


def share_out(
    tasks: Iterable[Task], people: Collection[str], works: Works, taking: Collection[str] = ()
) -> dict[str, str]:
    """Who gets the tasks that nobody has, by task id; tasks that nobody of `people` may work are no keys.

    Tasks of those named in `taking` count as nobody's. In whatever order tasks and people come, each gets the
    same; where all customers are new, nobody gets two more than another who may work the same.
    """
    held: dict[str, set[str]] = {name: set() for name in people}  # customers of the list
    spoken: dict[str, set[str]] = {name: set() for name in people}  # those he speaks with anyhow
    given: dict[str, str] = {}
    free: list[Portion] = []
    for customer, theirs in _by_customer(tasks):
        had = [task for task in theirs if not _free(task, works, taking)]
        for task in had:
            if task.owner in held:
                held[task.owner].add(customer)
        for portion in _portions(task for task in theirs if _free(task, works, taking)):
            holder = _holder(had, portion, works)
            if holder is None:
                free.append(portion)
            else:
                given.update((task.id, holder) for task in portion.tasks)
    for portion, able in _in_turn(free, people, works):
        chosen = min(able, key=lambda name: _claim(name, portion, held[name], spoken[name]))
        held[chosen].add(portion.customer)
        if portion.spoken:
            spoken[chosen].add(portion.customer)
        given.update((task.id, chosen) for task in portion.tasks)
    return given


def _free(task: Task, works: Works, taking: Collection[str]) -> bool:
    """Whether nobody has the task: its owner has no seat here, or gives it away."""
    return task.owner not in works or task.owner in taking


def _by_customer(tasks: Iterable[Task]) -> Iterator[tuple[str, list[Task]]]:
    theirs: dict[str, list[Task]] = {}
    for task in sorted(tasks, key=urgency):
        theirs.setdefault(task.customer, []).append(task)
    yield from theirs.items()


def _portions(theirs: Iterable[Task]) -> Iterator[Portion]:
    roles: dict[str, list[Task]] = {}
    for task in theirs:
        roles.setdefault(task.role, []).append(task)
    for role, found in roles.items():
        yield Portion(found[0].customer, role, tuple(found))


def _holder(had: Iterable[Task], portion: Portion, works: Works) -> str | None:
    """Who has this customer already and may work the portion: by a task of its role before others."""
    able = [
        task
        for task in had
        if portion.role in works[task.owner]
        and (task.role == portion.role or (portion.spoken and task.channel in CONTACT_CHANNELS))
    ]
    return (
        min(able, key=lambda each: (each.role != portion.role, urgency(each))).owner
        if able
        else None
    )


def _in_turn(
    free: Iterable[Portion], people: Collection[str], works: Works
) -> list[tuple[Portion, list[str]]]:
    """The portions in the order of dealing, each with those who may work it."""
    found = [(each, [name for name in people if each.role in works[name]]) for each in free]
    dealt = [(each, able) for each, able in found if able]
    return sorted(dealt, key=lambda pair: (len(pair[1]), urgency(pair[0].tasks[0])))


def _claim(
    name: str, portion: Portion, held: Collection[str], spoken: Collection[str]
) -> tuple[bool, int, bool, str]:
    """Who speaks with the customer anyhow has the first claim, then who has the fewest; of equals who had
    him before, then by name."""
    anyhow = portion.spoken and portion.customer in spoken
    return not anyhow, len(held), name != portion.tasks[0].owner, name

"""Operators: who works here, in which role, and what the role may do."""

from __future__ import annotations

import attrs


@attrs.frozen
class Operator:
    """A person of the staff, known by name; `role` is a key of the policy section `roles`."""

    id: str
    name: str
    role: str
    active: bool = True

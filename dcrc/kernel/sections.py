"""The kernel's own sections of the policy files; plugins add theirs by a hook."""

from __future__ import annotations

from dcrc.kernel.contact import ContactPolicy
from dcrc.kernel.customers import CustomersPolicy
from dcrc.kernel.dealer import DealerPolicy
from dcrc.kernel.faces import FACE_SECTIONS
from dcrc.kernel.importing import ImportsPolicy
from dcrc.kernel.operators import RolesPolicy
from dcrc.kernel.planning import PlanningPolicy
from dcrc.kernel.plugins import PluginsPolicy
from dcrc.kernel.sharing import SharingPolicy
from dcrc.kernel.workdays import WorkdaysPolicy


def kernel_sections() -> dict[str, type]:
    """Section name → attrs class with the defaults."""
    return {
        "dealer": DealerPolicy,
        "roles": RolesPolicy,
        "customers": CustomersPolicy,
        "workdays": WorkdaysPolicy,
        "contact": ContactPolicy,
        "conversations": SharingPolicy,
        "planning": PlanningPolicy,
        "imports": ImportsPolicy,
        "plugins": PluginsPolicy,
        **FACE_SECTIONS,
    }

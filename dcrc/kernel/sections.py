"""The kernel's own sections of the policy files; plugins add theirs by a hook."""

from __future__ import annotations

from pathlib import Path

from dcrc.kernel.contact import ContactPolicy
from dcrc.kernel.customers import CustomersPolicy
from dcrc.kernel.dealer import DealerPolicy
from dcrc.kernel.faces import FACE_SECTIONS
from dcrc.kernel.facts import FactsPolicy
from dcrc.kernel.importing import ImportsPolicy
from dcrc.kernel.operators import RolesPolicy
from dcrc.kernel.planning import PlanningPolicy
from dcrc.kernel.plugins import PluginHost, PluginsPolicy
from dcrc.kernel.policies import DEALER_LAYER, Policies
from dcrc.kernel.sharing import SharingPolicy
from dcrc.kernel.workdays import WorkdaysPolicy


def kernel_sections() -> dict[str, type]:
    """Section name → attrs class with the defaults."""
    return {
        "dealer": DealerPolicy,
        "roles": RolesPolicy,
        "customers": CustomersPolicy,
        "facts": FactsPolicy,
        "workdays": WorkdaysPolicy,
        "contact": ContactPolicy,
        "conversations": SharingPolicy,
        "planning": PlanningPolicy,
        "imports": ImportsPolicy,
        "plugins": PluginsPolicy,
        **FACE_SECTIONS,
    }


def load_policies(
    host: PluginHost, dealer: Path | None = None, *, strictly: bool = False
) -> Policies:
    """The policies in all layers: defaults, the plugins' files, on top the dealer's own file.

    A plugin's wrong file is left out and stands among the host's problems, or is an error too (`strictly`).
    Raises PolicyError.
    """
    return Policies.load(
        {**kernel_sections(), **host.policy_sections()},
        [*host.policy_files(), *([] if dealer is None else [(DEALER_LAYER, dealer)])],
        ignored=[*host.switched_off, *(problem.plugin for problem in host.problems)],
        leave_out=None if strictly else lambda layer, error: host.leave_out(layer, "policy", error),
    )

"""The plugin host: finds plugins, checks them, and keeps one that fails from harming the rest."""

from __future__ import annotations

import tomllib
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import Distribution, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pluggy

from dcrc.errors import DcrcError
from dcrc.i18n import add_catalogue, translate_error
from dcrc.kernel import hooks
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

GROUP = "dcrc"
BUILT_IN = ("dcrc.kernel.contact_data",)


@attrs.frozen
class PluginsPolicy:
    """The section `plugins` of the dealer's file: which installed plugins are switched off."""

    disabled: tuple[str, ...] = attrs.field(
        default=(),
        metadata={
            "doc": Wording("停用的插件（数据保留）", "Plugins switched off (their data stay)")
        },
    )


@attrs.frozen
class RecordKind:
    """A document table that a plugin owns: `record` is its attrs class, `indexes` as for the store."""

    table: str
    record: type
    title: Wording
    indexes: tuple[Any, ...] = ()


@attrs.frozen
class BatchStep:
    """A step that `dcrc batch` runs by name; `run` returns one line without customer data for the log."""

    name: str
    title: Wording
    run: Callable[[Desk], str]


@attrs.frozen
class PluginProblem:
    """A plugin that could not be loaded, or a hook of it that raised; the rest went on."""

    plugin: str
    where: str
    what: str


@attrs.frozen
class PluginInfo:
    """An installed plugin as `dcrc plugins` lists it; `state` is on, off or failed."""

    name: str
    state: str
    about: str
    hooks: tuple[str, ...]


@attrs.define(eq=False)
class PluginHost:
    """The plugins of one desk, asked in the order of their names."""

    manager: pluggy.PluginManager
    problems: list[PluginProblem] = attrs.field(factory=list)
    switched_off: list[str] = attrs.field(factory=list)
    _versions: dict[str, str] = attrs.field(factory=dict, init=False)
    _distributions: dict[str, Distribution] = attrs.field(factory=dict, init=False)

    @classmethod
    def load(cls, plugins: Sequence[Any] | None = None, disabled: Iterable[str] = ()) -> PluginHost:
        """A host with the given plugin modules, or with all that are installed.

        Names in `disabled` stay off. A plugin that cannot be imported or names an unknown hook is left
        out and stands in `problems`.
        """
        manager = pluggy.PluginManager(GROUP)
        manager.add_hookspecs(hooks)
        host = cls(manager)
        for module in BUILT_IN:
            host._register(module, partial(import_module, module))
        off = set(disabled)
        for name, find, distribution in sorted(_found(plugins), key=lambda found: found[0]):
            if distribution is not None:
                host._distributions[name] = distribution
            if name in off:
                host.switched_off.append(name)
            else:
                host._register(name, find)
        return host

    def _register(self, name: str, find: Callable[[], Any]) -> None:
        try:
            plugin = find()
            self.manager.register(plugin, name)
        except Exception as error:  # noqa: BLE001 - a broken plugin must not stop the rest
            self.problems.append(PluginProblem(name, "load", f"{type(error).__name__}: {error}"))
            return
        unknown = self._unknown_hooks(name)
        if unknown:
            self.manager.unregister(name=name)
            self.problems.append(PluginProblem(name, "load", f"no such hook: {', '.join(unknown)}"))
            return
        for folder in self._ask_one(name, "dcrc_locale_folder"):
            add_catalogue(folder)

    def _unknown_hooks(self, name: str) -> list[str]:
        plugin = self.manager.get_plugin(name)
        return sorted(
            attribute
            for attribute in dir(plugin)
            if attribute.startswith("dcrc_")
            and self.manager.parse_hookimpl_opts(plugin, attribute) is not None
            and not hasattr(hooks, attribute)
        )

    def _report(self, plugin: str, where: str, error: BaseException) -> None:
        """Note a failure by its kind and place; the message may hold customer data and stays out."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        problem = PluginProblem(plugin, where, f"{type(error).__name__}{place}")
        if problem not in self.problems:
            self.problems.append(problem)

    def leave_out(self, plugin: str, where: str, error: DcrcError) -> None:
        """Note that a file of a plugin is wrong and does not count; the rest of the plugin works."""
        problem = PluginProblem(plugin, where, translate_error(error))
        if problem not in self.problems:
            self.problems.append(problem)

    def _implementations(self, hook: str) -> list[pluggy.HookImpl]:
        found: list[pluggy.HookImpl] = getattr(self.manager.hook, hook).get_hookimpls()
        return sorted(found, key=lambda implementation: implementation.plugin_name)

    def _ask_one(self, name: str, hook: str) -> Iterator[Any]:
        for implementation in self._implementations(hook):
            if implementation.plugin_name == name:
                yield from self._answer(implementation, {})

    def _answer(self, implementation: pluggy.HookImpl, given: dict[str, Any]) -> list[Any]:
        try:
            answer = implementation.function(*(given[name] for name in implementation.argnames))
        except Exception as error:  # noqa: BLE001 - named, skipped, reported
            self._report(implementation.plugin_name, implementation.function.__name__, error)
            return []
        return [] if answer is None else [answer]

    def ask(self, hook: str, **given: Any) -> list[Any]:
        """The plugins' answers to a hook, in the order of their names; one that raises is reported."""
        return [
            answer
            for implementation in self._implementations(hook)
            for answer in self._answer(implementation, given)
        ]

    def ask_each(self, hook: str, **given: Any) -> list[tuple[str, Any]]:
        """As `ask`, flattened: (plugin name, item) for hooks whose answer is an iterable."""
        found: list[tuple[str, Any]] = []
        for implementation in self._implementations(hook):
            name = implementation.plugin_name
            for answer in self._answer(implementation, given):
                try:
                    found.extend((name, item) for item in answer)
                except Exception as error:  # noqa: BLE001 - a generator may raise as late as here
                    self._report(name, hook, error)
        return found

    def tell(self, hook: str, desk: Desk, **given: Any) -> None:
        """Tell all plugins that something happened, inside the running operation.

        What a plugin wrote before it raised is taken back; the operation itself goes on.
        """
        for implementation in self._implementations(hook):
            given_here = {"desk": desk, **given}
            try:
                with desk.db.transaction(hook):
                    implementation.function(*(given_here[name] for name in implementation.argnames))
            except Exception as error:  # noqa: BLE001 - named, skipped, reported
                self._report(implementation.plugin_name, hook, error)

    def event_kinds(self) -> list[Any]:
        return [kind for _, kind in self.ask_each("dcrc_event_kinds")]

    def record_kinds(self) -> list[RecordKind]:
        return [kind for _, kind in self.ask_each("dcrc_record_kinds")]

    def planners(self) -> list[Any]:
        return [planner for _, planner in self.ask_each("dcrc_planners")]

    def planner_versions(self) -> list[str]:
        """What tells one release of the plugins that plan from the next: name, release, `__version__`."""
        names = (each.plugin_name for each in self._implementations("dcrc_planners"))
        return [self._version(name) for name in names if name not in BUILT_IN]

    def _version(self, name: str) -> str:
        if name not in self._versions:
            distribution = self._distributions.get(name)
            release = distribution.version if distribution is not None else ""
            own = str(getattr(self.manager.get_plugin(name), "__version__", ""))
            self._versions[name] = f"{name} {release} {own}".rstrip()
        return self._versions[name]

    def policy_sections(self) -> dict[str, type]:
        """Section name → attrs class with the defaults."""
        return dict(self.ask("dcrc_policy_section"))

    def policy_files(self) -> list[tuple[str, Path]]:
        """(layer name, file) of the brand packs; the layer is called after the plugin."""
        return self.ask_each("dcrc_policy_files")

    def form_folders(self) -> list[Path]:
        return [folder for _, folder in self.ask_each("dcrc_form_folders")]

    def script_folders(self) -> list[Path]:
        return [folder for _, folder in self.ask_each("dcrc_script_folders")]

    def import_profiles(self) -> list[Path]:
        return [file for _, file in self.ask_each("dcrc_import_profiles")]

    def figures(self) -> list[Any]:
        return [figure for _, figure in self.ask_each("dcrc_figures")]

    def batch_steps(self) -> list[BatchStep]:
        return [step for _, step in self.ask_each("dcrc_batch_steps")]

    def names(self) -> list[str]:
        """Names of the plugins that are on, without the kernel's own."""
        return sorted(name for name, _ in self.manager.list_name_plugin() if name not in BUILT_IN)

    def infos(self) -> list[PluginInfo]:
        """Every installed plugin with its state, the failed ones too."""
        on = self.names()
        infos = [PluginInfo(name, "on", self._about(name), self._hooks_of(name)) for name in on]
        infos += [PluginInfo(name, "off", "", ()) for name in self.switched_off]
        failed = {problem.plugin: problem.what for problem in self.problems}
        infos += [
            PluginInfo(name, "failed", what, ())
            for name, what in failed.items()
            if name not in on and name not in BUILT_IN
        ]
        return sorted(infos, key=lambda info: info.name)

    def _about(self, name: str) -> str:
        return (getattr(self.manager.get_plugin(name), "__doc__", "") or "").split("\n")[0]

    def _hooks_of(self, name: str) -> tuple[str, ...]:
        callers = self.manager.get_hookcallers(self.manager.get_plugin(name)) or []
        return tuple(sorted(caller.name for caller in callers))


def _found(
    plugins: Sequence[Any] | None,
) -> Iterator[tuple[str, Callable[[], Any], Distribution | None]]:
    if plugins is None:
        for entry in entry_points(group=GROUP):
            yield entry.name, entry.load, getattr(entry, "dist", None)
        return
    for plugin in plugins:
        name = getattr(plugin, "__name__", type(plugin).__name__).rsplit(".", 1)[-1]
        yield name, partial(_given, plugin), None


def _given(plugin: Any) -> Any:
    return plugin


def disabled_plugins(files: Iterable[Path]) -> tuple[str, ...]:
    """The names under `plugins.disabled` in the last file that has them.

    Read before plugins are loaded; a file that is no TOML is left to `Policies.load` to complain about.
    """
    disabled: tuple[str, ...] = ()
    for file in files:
        try:
            section = tomllib.loads(file.read_text("utf-8")).get("plugins", {})
        except (OSError, ValueError):
            continue
        names = section.get("disabled") if isinstance(section, dict) else None
        if isinstance(names, list):
            disabled = tuple(name for name in names if isinstance(name, str))
    return disabled

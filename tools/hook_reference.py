"""Write docs/hooks.md from the hook page: `python tools/hook_reference.py [--check]`."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "dcrc" / "kernel" / "hooks.py"
REFERENCE = ROOT / "docs" / "hooks.md"

HEAD = """# Hook reference

What a plugin or a brand pack may do. Generated from `dcrc/kernel/hooks.py` by
`python tools/hook_reference.py`. Mark each function with `@hookimpl` (`from dcrc import hookimpl`); take
only the arguments you need. A hook that raises is named, skipped and reported by `dcrc plugins`; the
other plugins go on.

| hook | takes | gives | for |
|---|---|---|---|
"""


def hooks() -> list[ast.FunctionDef]:
    """The hook specifications in the order of the page."""
    tree = ast.parse(PAGE.read_text("utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("dcrc_")
    ]


def row(hook: ast.FunctionDef) -> str:
    """One line of the reference."""
    takes = ", ".join(
        f"`{a.arg}: {ast.unparse(a.annotation or ast.Name('?'))}`" for a in hook.args.args
    )
    gives = ast.unparse(hook.returns) if hook.returns else "None"
    about = " ".join((ast.get_docstring(hook) or "").split())
    return (
        f"| `{hook.name}` | {takes or '–'} | {'–' if gives == 'None' else f'`{gives}`'} | {about} |"
    )


def reference() -> str:
    """The whole page."""
    return HEAD + "\n".join(row(hook) for hook in hooks()) + "\n"


def main() -> int:
    """Write the reference, or with `--check` say whether it is up to date."""
    if "--check" in sys.argv[1:]:
        return int(not REFERENCE.exists() or REFERENCE.read_text("utf-8") != reference())
    REFERENCE.write_text(reference(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The page ``docs/kinds.md``, made from the registered kinds."""

from django.utils import translation

from anmin.matters.flow import STAGE_LABELS
from anmin.matters.kind import Kind
from anmin.matters.registry import all_kinds


def kinds_markdown() -> str:
    """The whole page; a test compares it with the file."""
    with translation.override("en"):
        parts = [_kind(kind) for kind in all_kinds()]
    return (
        "# Kinds of matter\n\nMade from `src/anmin/matters/kinds/` by `make docs`; do not edit.\n\n"
        + "\n".join(parts)
    )


def _kind(kind: Kind) -> str:
    flow = kind.flow
    lines = [
        f"## {kind.label} (`{kind.code}`, numbers {kind.prefix}-…)\n",
        f"Opened by: {_names(kind.opened_by)}.\n",
        "| state | stage | meaning |\n| --- | --- | --- |",
    ]
    lines += [
        f"| `{code}` | {STAGE_LABELS[state.stage]} | {state.label} |"
        for code, state in flow.states.items()
    ]
    lines.append("\n| step | from | to | by | needs |\n| --- | --- | --- | --- | --- |")
    lines += [
        f"| {edge.label} (`{edge.code}`) | {', '.join(edge.sources)} | {edge.target or '–'} "
        f"| {_names(edge.by)} | {', '.join(edge.needs) or '–'} |"
        for edge in flow.moves
    ]
    lines.append("\n| clock | met in | rule |\n| --- | --- | --- |")
    lines += [
        f"| {clock.label} (`{clock.code}`) | {_names(clock.stops)} | {_rules(clock.rule)} |"
        for clock in kind.clocks
    ]
    if kind.follow_up:
        after = " or ".join(f"`{state}`" for state in kind.follow_up.states)
        lines.append(f"\nCalled back after {after} with script `{kind.follow_up.script}`.")
    return "\n".join(lines) + "\n"


def _rules(rule: object) -> str:
    return f"`{rule}`" if isinstance(rule, str) else "by category"


def _names(codes: frozenset[str]) -> str:
    return ", ".join(sorted(str(code) for code in codes))

"""The page ``docs/kinds.md``, made from the registered kinds."""

from django.utils import translation

from anmin.matters.clock import Clock
from anmin.matters.flow import STAGE_LABELS, Move
from anmin.matters.kind import Kind
from anmin.matters.party_roles import PartyRole
from anmin.matters.registry import own_kinds


def kinds_markdown() -> str:
    """The whole page; a test compares it with the file."""
    with translation.override("en"):
        parts = [_kind(kind) for kind in own_kinds()]
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
        f"| {_by(edge)} | {', '.join(edge.needs) or '–'} |"
        for edge in flow.moves
    ]
    lines.append("\n| clock | runs from | met in | rule | moved by |\n" + "| --- " * 5 + "|")
    lines += [
        f"| {clock.label} (`{clock.code}`) | {clock.starts or flow.start} | {_names(clock.stops)} "
        f"| {_rules(clock)} | {_moved(clock)} |"
        for clock in kind.clocks
    ]
    if kind.parties:
        lines.append(f"\nParties: {', '.join(map(_party, kind.parties))}.")
    if kind.follow_up:
        after = " or ".join(f"`{state}`" for state in kind.follow_up.states)
        others = "".join(
            f", after `{state}` with `{script}`" for state, script in kind.follow_up.scripts_after
        )
        lines.append(f"\nCalled back after {after} with script `{kind.follow_up.script}`{others}.")
    return "\n".join(lines) + "\n"


def _by(edge: Move) -> str:
    """Who takes a step, and who must agree to it."""
    agrees = f"; agreed to by {_names(edge.approval.by)}" if edge.approval else ""
    return _names(edge.by) + agrees


def _moved(clock: Clock) -> str:
    """What moves a clock: where it stands still, by what it is extended, what starts it anew."""
    told = [f"stands still in {_names(clock.pauses)}"] if clock.pauses else []
    if clock.extension:
        told.append("extended by " + ", ".join(f"`{one}`" for one in clock.extension.rules))
    if clock.restarts:
        told.append(f"anew by {_names(clock.restarts)}")
    return "; ".join(told) or "–"


def _party(role: PartyRole) -> str:
    """A part that somebody can have, and who learns of it."""
    about = "; it is about them, so they and their unit never see it" if role.concerned else ""
    seen = f"; seen by {_names(role.seen_by)}" if role.seen_by else ""
    return f"{role.label} (`{role.code}`{seen}{about})"


def _rules(clock: Clock) -> str:
    by = f"`{clock.rule}`" if isinstance(clock.rule, str) else "by the matter"
    return f"the day in `{clock.due}`, else {by}" if clock.due else by


def _names(codes: frozenset[str]) -> str:
    return ", ".join(sorted(str(code) for code in codes))

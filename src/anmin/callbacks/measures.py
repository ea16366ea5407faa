"""How coverage, response and satisfaction are counted, from the callbacks in the lake (``in_the_lake``).

Formulas: ``design/domain.md``.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.functional import lazystr
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.concerns import concerns
from anmin.callbacks.dispositions import DispositionClass, dispositions
from anmin.callbacks.in_the_lake import CALLBACKS
from anmin.matters.kind import Kind as MatterKind
from anmin.matters.kind_figures import BY_PROMISE, DIMENSIONS, planted, unreasonable
from anmin.matters.measures import LAKE
from anmin.matters.origins import Origin
from anmin.matters.registry import rectifying_kind
from anmin.measures.countable import evidence_of
from anmin.measures.registry import (
    Direction,
    Expression,
    Indicator,
    Kind,
    Rows,
    registry,
)

THREE = ("satisfied", "fairly", "dissatisfied")
CONTENT = ("satisfied", "fairly")
CONCERN = "concern_"
"""How the keys of the indicators of concerns begin; the concern's code follows."""


def codes(classes: Iterable[DispositionClass]) -> list[str]:
    """The dispositions of these classes."""
    wanted = set(classes)
    return [code for code, row in dispositions().items() if row.kind in wanted]


def _replied(rows: Rows) -> Expression:
    return rows.disposition.isin(codes(one for one in DispositionClass if one.usable))


def _turned_to(rows: Rows) -> Expression:
    """Somebody tried, or an answer came without."""
    return (rows.attempts > 0) | _replied(rows)


def _owed(rows: Rows, turn: int = 1) -> Expression:
    """Callbacks that count, and that were attempted or due by the cut-off.

    Of a matter closed several times, the first closing that no rule excludes and that was not
    withdrawn unanswered: closing again makes no answer count twice, and none count less.
    """
    of_turn = (rows["round"] == turn) & rows.counts
    return of_turn & (_turned_to(rows) | (rows.due_at < rows.cutoff))


def _selected(rows: Rows, turn: int = 1) -> Expression:
    """Those selected and eligible: what a response rate divides by."""
    return _owed(rows, turn) & ~rows.disposition.isin(codes([DispositionClass.NOT_ELIGIBLE]))


def _asked(rows: Rows, turn: int = 1) -> Expression:
    """Replies that say one of the three: the denominator of satisfaction."""
    return _selected(rows, turn) & _replied(rows) & rows.satisfaction.isin(THREE)


def _score(rows: Rows) -> Expression:
    fairly = settings.RULES.get("measures.fairly_weight", timezone.localdate()).share
    one, half = rows.satisfaction == "satisfied", rows.satisfaction == "fairly"
    return one.cast("float64") + half.cast("float64") * fairly


def _names(code: str) -> Callable[[Rows], Expression]:
    return lambda rows: rows.concerns.contains(f'"{code}"')


def _is_order(rows: Rows) -> Expression:
    return rows.kind == rectifying_kind().code


def _settled(rows: Rows) -> Expression:
    return rows.stage.isin(["done", "declined"])


registry.add(
    CALLBACKS,
    Indicator(
        key="callback_coverage",
        label=_("Callback coverage"),
        how_made=_(
            "Of the matters that no rule excludes from callback, those whose citizen was "
            "contacted at least once. Callbacks not yet due by the cut-off do not count. Of a "
            "matter closed several times, the first closing counts that was not withdrawn."
        ),
        unit=_("of callbacks"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=_turned_to,
        denominator=_owed,
        dimensions=DIMENSIONS,
        hide_small=False,
    ),
    Indicator(
        key="response_rate",
        label=_("Response rate"),
        how_made=_(
            "Usable replies (complete or partial) out of all who were selected and eligible by "
            "their AAPOR disposition. Dead and wrong numbers count as selected."
        ),
        unit=_("of those selected"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=_replied,
        denominator=_selected,
        dimensions=DIMENSIONS,
        aside=planted,
    ),
    Indicator(
        key="satisfaction",
        label=_("Satisfaction, merged"),
        how_made=_(
            "(Satisfied + fairly satisfied) out of the replies that say satisfied, fairly or "
            "dissatisfied. The first answer counts, also of a matter that was opened again: what is "
            "answered after later closings is in reclosed_satisfaction. The bounds take all who did not reply as "
            "dissatisfied, or as satisfied."
        ),
        unit=_("of replies"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows.satisfaction.isin(CONTENT),
        denominator=_asked,
        frame=_selected,
        dimensions=DIMENSIONS,
        aside=planted,
        demands=unreasonable,
    ),
    Indicator(
        key="satisfaction_weighted",
        label=_("Satisfaction, weighted"),
        how_made=_(
            "(Satisfied + 0.5 × fairly satisfied) out of the same replies; the weight is the rule "
            "measures.fairly_weight."
        ),
        unit=_("of replies"),
        table="callbacks",
        kind=Kind.MEAN_SCORE,
        direction=Direction.HIGHER,
        numerator=_score,
        denominator=_asked,
        frame=_selected,
        dimensions=DIMENSIONS,
        aside=planted,
        demands=unreasonable,
    ),
    Indicator(
        key="resolution_rate",
        label=_("Resolution rate"),
        how_made=_("“Solved” out of all who were selected, whether they replied or not."),
        unit=_("of those selected"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows.solved == "yes",
        denominator=_selected,
        dimensions=DIMENSIONS,
        aside=planted,
        demands=unreasonable,
    ),
    Indicator(
        key="resolution_unknown",
        label=_("Solved or not: unknown"),
        how_made=_("Of all who were selected, those who did not say whether it is solved."),
        unit=_("of those selected"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.NEITHER,
        numerator=lambda rows: ~rows.solved.fill_null("").isin(["yes", "partly", "no"]),
        denominator=_selected,
        dimensions=DIMENSIONS,
    ),
    Indicator(
        key="put_right_in_time",
        label=_("Dissatisfied put right in time"),
        how_made=_(
            "Of the orders to put something right that were settled or due by the cut-off, those "
            "settled (put right, or not upheld and explained) within the deadline. A deadline that "
            "was missed counts for the unit that had the order then."
        ),
        unit=_("of rectifications"),
        table="matters",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: _settled(rows) & (rows.met_at <= rows.due_at) & (rows.missed == 0),
        denominator=lambda rows: (
            _is_order(rows)
            & (rows.stage != "withdrawn")
            & (_settled(rows) | (rows.due_at < rows.cutoff) | (rows.missed > 0))
        ),
        dimensions=("unit",),
        instead=BY_PROMISE,
        hide_small=False,
        aside=lambda rows: rows.cause_origin == Origin.UNIT.value,
    ),
    Indicator(
        key="second_call_satisfaction",
        label=_("Satisfaction after the second call"),
        how_made=_(
            "(Satisfied + fairly satisfied) out of the replies to second callbacks, made after "
            "an order to put something right was closed: put right, or not upheld and explained."
        ),
        unit=_("of replies"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows.satisfaction.isin(CONTENT),
        denominator=lambda rows: _asked(rows, 2),
        frame=lambda rows: _selected(rows, 2),
        dimensions=DIMENSIONS,
        aside=planted,
        demands=unreasonable,
    ),
    Indicator(
        key="reclosed_satisfaction",
        label=_("Satisfaction after closing again"),
        how_made=_(
            "(Satisfied + fairly satisfied) out of the replies to callbacks after a matter was "
            "opened again and closed once more. They stand beside the first answers and change no "
            "other figure."
        ),
        unit=_("of replies"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows.satisfaction.isin(CONTENT),
        denominator=lambda rows: (
            (rows["round"] == 1)
            & ~rows.counts
            & (rows.exclusion == "")
            & _replied(rows)
            & rows.satisfaction.isin(THREE)
        ),
        dimensions=DIMENSIONS,
        aside=planted,
        demands=unreasonable,
    ),
    Indicator(
        key="callback_exclusions",
        label=_("Excluded from callback"),
        how_made=_("Matters that are not called back, by the rule that excludes them."),
        unit=_("matters"),
        table="callbacks",
        kind=Kind.COUNT,
        direction=Direction.NEITHER,
        numerator=lambda rows: (rows["round"] == 1) & (rows.exclusion != ""),
        dimensions=("exclusion", *DIMENSIONS),
        hide_small=False,
    ),
    Indicator(
        key="callback_dispositions",
        label=_("How callbacks ended"),
        how_made=_("Callbacks that ended, by their AAPOR disposition."),
        unit=_("callbacks"),
        table="callbacks",
        kind=Kind.COUNT,
        direction=Direction.NEITHER,
        numerator=lambda rows: (rows["round"] == 1) & (rows.disposition != ""),
        dimensions=("disposition", *DIMENSIONS),
        hide_small=False,
    ),
)

registry.add(
    *(
        Indicator(
            key=f"{CONCERN}{code}",
            label=lazystr(term),
            how_made=_(
                "Of the replies that say satisfied, fairly or dissatisfied, those that name this "
                "concern; one reply may name several."
            ),
            unit=_("of replies"),
            table="callbacks",
            kind=Kind.PROPORTION,
            direction=Direction.LOWER,
            numerator=_names(code),
            denominator=_asked,
            dimensions=DIMENSIONS,
            aside=planted,
            demands=unreasonable,
        )
        for code, term in concerns().items()
    )
)


def _of_kind(declared: MatterKind) -> Indicator:
    """The satisfaction of those who were called back in one kind."""

    def of(rows: Rows) -> Expression:
        return rows.kind == declared.code

    return Indicator(
        key=f"{declared.code}_satisfaction",
        label=format_lazy(_("{kind}: satisfied in the callback"), kind=declared.label),
        how_made=_(
            "(Satisfied + fairly satisfied) out of the first replies about matters of the kind. The "
            "bounds take all who were selected and did not reply as dissatisfied, or as satisfied."
        ),
        unit=_("of replies"),
        table="callbacks",
        kind=Kind.PROPORTION,
        direction=Direction.HIGHER,
        numerator=lambda rows: rows.satisfaction.isin(CONTENT),
        denominator=lambda rows: of(rows) & _asked(rows),
        frame=lambda rows: of(rows) & _selected(rows),
        dimensions=tuple(name for name in DIMENSIONS if name != "kind"),
        aside=planted,
        demands=unreasonable,
    )


registry.add(
    *(_of_kind(one) for one in LAKE if one.follow_up is not None and one.follow_up.about is None)
)
evidence_of(
    "callbacks",
    _("Callbacks made"),
    table="callbacks",
    unit=_("callbacks"),
    how_made=_(
        "Callbacks in which the citizen was contacted or answered, by the day the matter was opened. "
        "Of a matter closed several times one counts."
    ),
    records=lambda rows: rows.counts & _turned_to(rows),
    dimensions=DIMENSIONS,
)

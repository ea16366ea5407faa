"""Incidents that are cases, and noise: what became of the loss, who tried to settle it before."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.categories import categories
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Move, Text
from anmin.matters.guards import by_now, day_of
from anmin.matters.kind import Figure
from anmin.measures.expressions import Expression, Rows, choice, literal
from anmin.people.roles import Role

HANDLERS = frozenset({Role.OFFICER, Role.DUTY_LEADER})
LEADERS = frozenset({Role.DUTY_LEADER, Role.INSPECTOR})
MOST = 10**12
"""More yuan than this is a slip of the hand."""


def is_noise(matter: MatterFacts) -> Text | None:
    """Who mediated first is asked of noise alone (生态环境法典 599)."""
    return None if matter.category == "noise" else _("This is asked of noise alone.")


def is_case(matter: MatterFacts) -> Text | None:
    """Only a case is solved, and has a loss that can be made good."""
    topic = categories().get(matter.category)
    return None if topic and topic.case else _("What was reported is no case that can be solved.")


def is_solved(matter: MatterFacts) -> Text | None:
    """What was never recorded as solved is not taken back."""
    return None if matter.details.get("solved") else _("It is not recorded as solved.")


def money_fits(matter: MatterFacts) -> Text | None:
    """A sum says from what it is known; nothing comes back that was not lost."""
    known = matter.details
    loss, back = known.get("loss_yuan"), known.get("recovered_yuan")
    if any(one is not None and not 0 <= one < MOST for one in (loss, back)):
        return _("Give the amount in whole yuan.")
    if loss is not None and not known.get("loss_source"):
        return _("Say from what the loss is known.")
    if back and (loss is None or back > loss):
        return _("More came back than was lost: record the loss first.")
    how = known.get("recovered_how")
    if (back and not how) or (how and back is None):
        return _("Say how much came back, and how.")
    return None


def solved_after(matter: MatterFacts) -> Text | None:
    """Nothing is solved before it happened."""
    on, opened = day_of(matter, "solved_on"), matter.opened_at
    early = on and opened and on < timezone.localdate(opened)
    return _("It is solved before it was reported.") if early else None


AT_WORK = ("dispatched", "arrived", "handled", "asked", "answered")
MOVES = (
    Move(
        "mediators",
        AT_WORK,
        "",
        _("Record who tried to settle it first"),
        HANDLERS,
        needs=("mediated_first",),
        when=(is_noise,),
        public=False,
    ),
    Move(
        "loss",
        AT_WORK,
        "",
        _("Record loss and recovery"),
        HANDLERS,
        needs=("loss_yuan", "loss_source"),
        takes=("recovered_yuan", "recovered_how"),
        when=(is_case,),
        guards=(money_fits,),
        public=False,
    ),
    Move(
        "solve",
        AT_WORK,
        "",
        _("Case solved"),
        LEADERS,
        needs=("solved_on",),
        sets={"solved": True},
        when=(is_case,),
        guards=(by_now("solved_on"), solved_after),
        public=False,
    ),
    Move(
        "unsolve",
        AT_WORK,
        "",
        _("The case is not solved after all"),
        LEADERS,
        needs=("note",),
        sets={"solved": False},
        when=(is_case, is_solved),
        public=False,
    ),
)
"""Steps that leave an incident where it is; each may be taken again, which puts the fact right."""


def _of(gravity: str, rows: Rows) -> Expression:
    codes = sorted(code for code, one in categories().items() if one.case == gravity)
    return rows.category.isin(codes) & rows.stage.isin(["open", "working", "waiting", "done"])


def _figures(gravity: str, other: str, words: tuple[Text, Text, Text]) -> tuple[Figure, ...]:
    """What became of the cases of one gravity; each figure stands beside that of the other."""
    solved, some, share = words

    def lost(rows: Rows) -> Expression:
        return _of(gravity, rows) & (rows.loss_yuan > 0)

    return (
        Figure(
            f"solved_{gravity}",
            solved,
            _(
                "Of the incidents of the categories that are cases of this gravity, those recorded as "
                "solved. Minor and serious cases are never counted in one total: many solved minor "
                "ones would hide the serious ones that are not, and the other way round."
            ),
            of=lambda rows: rows.solved | (rows.solved.isnull() & rows.solved_on.notnull()),
            among=lambda rows: _of(gravity, rows),
            hide_small=True,
            beside=f"solved_{other}",
        ),
        Figure(
            f"recovered_{gravity}",
            some,
            _(
                "Of the cases of this gravity with a known loss, those of which something came back: "
                "given back, kept for the case, stopped, or paid back."
            ),
            of=lambda rows: rows.recovered_yuan > 0,
            among=lost,
            hide_small=True,
            beside=f"recovered_{other}",
        ),
        Figure(
            f"recovered_share_{gravity}",
            share,
            _(
                "Which share of the loss came back, on average over the cases of this gravity with a "
                "known loss: each case counts alike, however large its sum."
            ),
            of=lambda rows: choice(
                rows.recovered_yuan > rows.loss_yuan,  # as a file may say it
                literal(1.0),
                choice(rows.recovered_yuan > 0, rows.recovered_yuan / rows.loss_yuan, 0.0),
            ),
            among=lost,
            mean=True,
            unit=_("of the loss"),
            hide_small=True,
            beside=f"recovered_share_{other}",
        ),
    )


FIGURES = (
    *_figures(
        "minor",
        "serious",
        (
            _("Minor cases solved"),
            _("Minor cases in which something came back"),
            _("Minor cases: share of the loss that came back"),
        ),
    ),
    *_figures(
        "serious",
        "minor",
        (
            _("Serious cases solved"),
            _("Serious cases in which something came back"),
            _("Serious cases: share of the loss that came back"),
        ),
    ),
    Figure(
        "noise_mediated",
        _("Noise that somebody tried to settle first"),
        _(
            "Of the reports of noise of which it was asked, those that a property manager, a committee "
            "or an authority had tried to settle before (生态环境法典 599)."
        ),
        of=lambda rows: rows.mediated_first != "nobody",
        among=lambda rows: (rows.category == "noise") & rows.mediated_first.notnull(),
    ),
)

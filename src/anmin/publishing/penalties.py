"""What penalties ended with: sums by month for everybody; a single decision only where the law is asked first.

Records of violations of the public security law are sealed and told to nobody (治安管理处罚法 第一百三十六条): of those
there are sums alone, whatever is switched on. A single decision under another law (行政处罚法 第四十八条) needs that
the installation has switched it on, a lawyer's word and another person's; never of a minor; and it goes when it
is overturned.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.errors import NotFound
from anmin.matters import policy
from anmin.matters.categories import categories
from anmin.matters.conflict import About
from anmin.matters.fact_words import shown
from anmin.matters.kind import Kind
from anmin.matters.models import Matter
from anmin.matters.penal import Penalty
from anmin.matters.registry import all_kinds
from anmin.measures.queries import show, show_many
from anmin.people.models import Account
from anmin.people.policy import Capability, can
from anmin.publishing import months
from anmin.publishing.both import as_facts, both
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Draft, Offer

SERIES = register_series(
    Series(
        code="penalties",
        prefix="CF",
        label=gettext_lazy("Penalty outcomes"),
        about=gettext_lazy("What minor violations ended with, as sums; nobody's own record."),
        review="publishing.text.review",
        expiry="publishing.penalties.expiry",
    )
)
OFFERED = 50


def penal_kinds() -> Iterator[tuple[Kind, Penalty]]:
    """The kinds that say what a violation ended with."""
    for kind in all_kinds():
        if kind.penalty is not None:
            yield kind, kind.penalty


def draft_sums(key: str) -> Draft:
    """The sums of a month: by what it ended with, and by category. Raises ``NotFound``."""
    first, last = months.span(key)

    def made() -> Mapping[str, Any]:
        facts: list[dict[str, Any]] = []
        for kind, _penalty in penal_kinds():
            shares = [f"{kind.code}_{one.code}" for one in kind.figures]
            for result in show_many(shares, start=first, end=last).values():
                (fact,) = as_facts(result, str)
                facts.append({**fact, "label": str(result.indicator.label)[:120]})
            counted = show(f"{kind.code}_opened", by=("category",), start=first, end=last)
            facts += as_facts(counted, _category)
        return {
            "title": _("Minor violations: what they ended with, %s") % months.said(first),
            "lead": _("Sums only. Records of violations are sealed by law; nobody is named here."),
            "facts": facts[:40],
            "body": [
                _(
                    "Shares are of those that stand; the counts by sort are of all that were recorded."
                ),
                _("Small numbers, and those by which one could reckon them, are not shown."),
            ],
        }

    return Draft(content=both(made))


def offers_of_sums(account: Account) -> Sequence[Offer]:
    """The months that are over."""
    if not may_draft_sums(account, "") or not any(penal_kinds()):
        return []
    return [Offer(f"{one:%Y-%m}", months.said(one)) for one in months.over()]


def may_draft_sums(account: Account, _key: str) -> bool:
    """Whoever sees figures."""
    return can(account, Capability.VIEW_FIGURES)


def sums_still_true(_key: str, _stamp: str) -> str:
    """Sums say of which state of the records they are, and stay so."""
    return ""


def draft_single(key: str) -> Draft:
    """One decision, without whose it was. Raises ``NotFound``."""
    matter, penalty = _decided(key)

    def made() -> Mapping[str, Any]:
        topic = str(matter.topic.label) if matter.topic else str(matter.type.label)
        facts = shown(matter, (penalty.measure, penalty.ground))
        return {
            "title": (_("Decision: %s") % topic)[:120],
            "lead": _("A decision of the police on a minor violation. Whose it was is not told."),
            "facts": [{"label": str(label), "value": value} for label, value in facts],
            "body": [_("It was decided in %s.") % _month(matter, penalty)],
        }

    return Draft(content=both(made), category=matter.category, stamp=matter.state)


def single_still_true(key: str, _stamp: str) -> str:
    """Overturned: it goes within three days, with the reason (行政处罚法 第四十八条)."""
    try:
        _decided(key)
    except NotFound:
        return "overturned"
    return ""


def may_draft_single(account: Account, key: str) -> bool:
    """Whoever sees the matter, where it stands and is of no minor."""
    try:
        matter, _penalty = _decided(key)
    except NotFound:
        return False
    return policy.in_scope(account, matter)


def offers_of_single(account: Account) -> Sequence[Offer]:
    """Decisions that stand, the newest first."""
    wanted = Q(pk__in=())
    for kind, penalty in penal_kinds():
        minors = {f"details__{penalty.minor}": True}
        wanted |= Q(
            kind=kind.code, state__in=penalty.final, category__in=sorted(penalty.single)
        ) & ~Q(**minors)
    rows = policy.visible(account, Matter.objects.filter(wanted)).order_by("-opened_at", "-pk")
    return [Offer(one.number, f"{one.headline} · {one.state_label}") for one in rows[:OFFERED]]


def no_photos(_key: str) -> str:
    """Nobody who was fined is shown."""
    return _("A decision is published without photos.")


def about_single(key: str) -> About:
    """The unit that decided."""
    matter = Matter.objects.filter(number=key).first()
    return About(frozenset(), frozenset({matter.unit_id} if matter and matter.unit_id else ()))


def _decided(key: str) -> tuple[Matter, Penalty]:
    matter = Matter.objects.filter(number=key).first()
    penalty = matter.type.penalty if matter is not None else None
    if matter is None or penalty is None or matter.state not in penalty.final:
        raise NotFound(_("No decision of this number stands."))
    if matter.details.get(penalty.minor):
        raise NotFound(_("A decision about a minor is never published."))
    if matter.category not in penalty.single:
        raise NotFound(_("The law seals this record: only sums are published."))
    return matter, penalty


def _month(matter: Matter, penalty: Penalty) -> str:
    """In which month it was decided: the day would tell more than the public needs."""
    told = matter.details.get(penalty.decided_on)
    day = date.fromisoformat(str(told)[:10]) if told else timezone.localdate(matter.opened_at)
    return str(formats.date_format(day, "YEAR_MONTH_FORMAT"))


def _category(code: str) -> str:
    known = categories().get(code)
    return str(known.label) if known else _("not said")

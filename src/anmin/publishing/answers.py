"""Answers to what people proposed, with their own words, where they consented: each kind that declares it.

The consent stands in the matter, where whoever proposed it gives and takes it back by a step.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.errors import NotFound
from anmin.matters import policy
from anmin.matters.conflict import About
from anmin.matters.conflict import about as concerned_by
from anmin.matters.fact_words import shown
from anmin.matters.models import Anonymised, Entry, Matter
from anmin.matters.news import subscribe
from anmin.matters.public_answer import PublicAnswer
from anmin.matters.registry import all_kinds
from anmin.people.models import Account
from anmin.publishing.both import both
from anmin.publishing.ending import withdraw_about
from anmin.publishing.names import of_matter
from anmin.publishing.series import Series, register_series
from anmin.publishing.sources import Draft, Offer

LABEL = "answer"
NEWS = "publishing_consents"
SERIES = register_series(
    Series(
        code="answers",
        prefix="DF",
        label=gettext_lazy("Answers to suggestions"),
        about=gettext_lazy("What people proposed, what was decided on it, and what became of it."),
        review="publishing.text.review",
        expiry="publishing.text.expiry",
    )
)
OFFERED = 50


def draft(key: str) -> Draft:
    """The proposal in their words, the answer, and what was done. Raises ``NotFound``."""
    matter, declared = _answered(key)

    def made() -> Mapping[str, Any]:
        topic = str(matter.topic.label) if matter.topic else str(matter.type.label)
        facts = shown(matter, declared.facts)
        parts = ((_("Proposed: %s"), declared.words), (_("Answer: %s"), declared.reply))
        body = [told % matter.details[name] for told, name in parts if matter.details.get(name)]
        if done := matter.details.get(declared.done):
            body.append(_("Carried out: %s") % done)
        return {
            "title": (_("Suggestion: %s") % topic)[:120],
            "lead": _("What was proposed, what was decided on it, and the reason."),
            "facts": [{"label": str(label), "value": value} for label, value in facts],
            "body": body,
        }

    return Draft(
        content=both(made),
        names=of_matter(matter),
        category=matter.category,
        stamp=_stamp(matter, declared),
    )


def still_true(key: str, stamp: str) -> str:
    """Whether they still consent, and the answer is the same."""
    matter = Matter.objects.filter(number=key).first()
    declared = matter.type.public_answer if matter else None
    if matter is None or declared is None:
        return "no_longer_true"
    if matter.details.get(declared.consent) is not True:
        return "consent_withdrawn"
    return "" if _stamp(matter, declared) == stamp else "no_longer_true"


def may_draft(account: Account, key: str) -> bool:
    """Whoever sees the matter, while they consent."""
    try:
        matter, _declared = _answered(key)
    except NotFound:
        return False
    return policy.in_scope(account, matter)


def offers(account: Account) -> Sequence[Offer]:
    """The answers that this person sees and that may be published, the newest first."""
    wanted = Q(pk__in=())
    for kind in all_kinds():
        if kind.public_answer:
            consents = {f"details__{kind.public_answer.consent}": True}
            wanted |= Q(kind=kind.code, state__in=kind.public_answer.states, **consents)
    told = Matter.objects.filter(wanted).exclude(pk__in=Anonymised.objects.values("matter"))
    rows = policy.visible(account, told).order_by("-opened_at", "-pk")
    return [Offer(one.number, f"{one.headline} · {one.state_label}") for one in rows[:OFFERED]]


def about(key: str) -> About:
    """The unit that answered approves nothing of it, nor does whoever it is about."""
    matter = Matter.objects.filter(number=key).first()
    if matter is None:
        return About()
    units = frozenset({matter.unit_id} if matter.unit_id else ())
    return concerned_by(matter) | About(frozenset(), units)


def wrote(account: Account, key: str) -> bool:
    """Whether this person wrote down the proposal, the answer, or what was done, wherever he or she works now."""
    matter = Matter.objects.filter(number=key).first()
    declared = matter.type.public_answer if matter is not None else None
    if declared is None:
        return False
    told = {declared.words, declared.reply, declared.done}
    payloads = Entry.objects.filter(matter=matter, actor=account).values_list("payload", flat=True)
    return any(told & set(one.get("details", {})) for one in payloads)


@subscribe(NEWS)
def follow(entries: QuerySet[Entry]) -> None:
    """Take an answer off at once when a consent is taken back."""
    consents = {one.code: one.public_answer.consent for one in all_kinds() if one.public_answer}
    rows = entries.filter(matter__kind__in=consents)
    for number, kind, payload in rows.values_list("matter__number", "matter__kind", "payload"):
        if payload.get("details", {}).get(consents[kind]) is False:
            withdraw_about(source=LABEL, key=number, why="consent_withdrawn")


def _answered(key: str) -> tuple[Matter, PublicAnswer]:
    matter = Matter.objects.filter(number=key).select_related("area", "unit").first()
    declared = matter.type.public_answer if matter is not None else None
    if matter is None or declared is None or matter.state not in declared.states:
        raise NotFound(_("There is no answer of this number."))
    if matter.details.get(declared.consent) is not True:
        raise NotFound(_("Whoever proposed it does not consent that it is published."))
    if Anonymised.objects.filter(matter=matter).exists():
        raise NotFound(_("There is no answer of this number."))
    return matter, declared


def _stamp(matter: Matter, declared: PublicAnswer) -> str:
    told = [str(matter.details.get(name) or "") for name in (declared.decision, declared.done)]
    return f"{told[0]}:{bool(told[1])}"

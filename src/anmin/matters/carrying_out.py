"""What was granted to somebody about his or her own data is carried out, and told: each in one transaction.

Erasure takes the way of ``retention``; what a duty keeps (``Retention.duty``), a hold, or work that still runs
stays, and is not used for messages and calls any more (个人信息保护法 第四十七条).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.channels.erasing import cancel_about
from anmin.channels.opting import opt_out_index
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.kernel.phones import read_phones
from anmin.matters import actions, correcting, handing_out, held, policy, retention
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.data_rights import Right
from anmin.matters.models import LegalHold, Matter
from anmin.matters.observation import reached
from anmin.matters.proving import HOUSE
from anmin.matters.registry import all_kinds
from anmin.people.models import Account

VIA = "data request"


@dataclass(frozen=True, slots=True)
class Found:
    """A matter of the person who asks, and why it stays where erasure is asked for; empty: it goes."""

    matter: Matter
    keeps: str


def looks_up(account: Account, request: Matter) -> bool:
    """Whether this person may see what is held of whoever asks: it was shown who that is."""
    rights = request.type.data_rights
    if rights is None or request.state == rights.unproven:
        return False
    return policy.may_reveal(account, request)


def found(account: Account, request: Matter) -> list[Found]:
    """What those who decide see is held: which matters, by number and name, and what keeps each.

    Nothing before it was shown who asks. Raises ``NotAllowed``.
    """
    rights = request.type.data_rights
    policy.require_reveal(Actor.of(account), request)
    if rights is None or request.state == rights.unproven:
        raise NotAllowed(_("It is not shown yet who asks: nothing is looked up before."))
    mine = held.matters_of(held.person_of(request), without=[request.pk])
    seen = set(policy.visible(account, Matter.objects.filter(pk__in=[one.pk for one in mine])))
    return [Found(one, _keeps(one)) for one in mine if one in seen]


def carry_out(limit: int = 20) -> int:
    """Carry out what was granted, the oldest first; how many."""
    done = 0
    for kind in all_kinds():
        if kind.data_rights is None:
            continue
        rows = Matter.objects.filter(kind=kind.code, state=kind.data_rights.granted)
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)[: limit - done]):
            done += _carry_out(pk)
    if done:
        retention.leave_nothing_behind()
    return done


def _carry_out(pk: int) -> int:
    """One of them; what was erased is written over first, as by night."""
    erased: list[Matter] = []
    with atomic():
        request = actions.lock(pk)
        rights = request.type.data_rights
        if rights is None or request.state != rights.granted:
            return 0
        person, now = held.person_of(request), timezone.now()
        contact = actions.contact_for_message(request)
        with translation.override(contact.language or None):
            lines = _do(
                request, rights.by_topic.get(request.category), person, contact, now, erased
            )
        actions.move(
            matter_id=pk,
            code=rights.carried,
            actor=HOUSE,
            inputs={rights.result: "\n".join(lines)[:4000]},
        )
    retention.erase_files(erased)
    return 1


def _do(
    request: Matter,
    right: Right | None,
    person: held.Person,
    contact: ContactFacts,
    now: datetime,
    erased: list[Matter],
) -> Sequence[str]:
    mine = held.matters_of(person, without=[request.pk])
    match right:
        case Right.FILE:
            return _hand_out(request, person, contact, now)
        case Right.CORRECTION:
            return _correct(request, mine)
        case Right.ERASURE:
            done = held.let_go(person, Right.ERASURE)
            return [*_erase(person, mine, now, erased), *done]
        case Right.WITHDRAWAL:
            return [*_take_back(mine), *held.let_go(person, Right.WITHDRAWAL)] or [
                _("Nothing that you agreed to stands any more.")
            ]
    raise Refusal(f"nothing is declared for {request.category}")


def _hand_out(
    request: Matter, person: held.Person, contact: ContactFacts, now: datetime
) -> Sequence[str]:
    if not contact.phone:
        raise Refusal(_("No number was left: the file cannot be handed out."))
    handing_out.make(request, person, contact, now)
    return [
        _("The file of what we hold about you is ready. Its code was texted to your number."),
        _("What stands under this number with another name is handed out at a window only."),
    ]


def _correct(request: Matter, mine: Collection[Matter]) -> Sequence[str]:
    """Put the contact right wherever it stands, and their words beside it."""
    said = request.details
    phones = read_phones(said.get("right_phone", "")).numbers
    right = reached(said.get("right_name", ""), phones, said.get("right_address", ""), "")
    beside, changed = said.get("beside", ""), 0
    for one in mine:
        try:
            correcting.correct(
                matter_id=one.pk,
                actor=HOUSE,
                right=correcting.Right(contact=right),
                reason=request.number,
                planned=lambda ids: set(),
                key=f"data:{request.number}:{request.version}",
            )
            changed += 1
        except Refusal:  # it stood there already, or is sealed
            pass
        if beside:
            actions.add_note(
                matter_id=one.pk,
                actor=HOUSE,
                text=beside,
                public=True,
                key=f"beside:{request.number}:{request.version}",
            )
    lines = [
        ngettext(
            "Name, number or address were put right in %(count)d record.",
            "Name, number or address were put right in %(count)d records.",
            changed,
        )
        % {"count": changed}
    ]
    if beside:
        lines.append(
            _("Your words now stand beside what was recorded: %(words)s") % {"words": beside}
        )
    return lines


def _erase(
    person: held.Person, mine: Sequence[Matter], now: datetime, erased: list[Matter]
) -> Sequence[str]:
    """Erase what nothing keeps; of the rest, say by which article it stays, and use it no more."""
    kept = [(one, why) for one in mine if (why := _keeps(one))]
    free = [one for one in mine if one.pk not in {other.pk for other, _why in kept}]
    cancel_about([f"matter:{one.number}" for one in free])
    gone = retention.erase_now(free, rule="data_request", now=now)
    erased += gone
    tied = [one for one in free if one.pk not in {other.pk for other in gone}]
    lines = [
        ngettext("%(count)d record was erased.", "%(count)d records were erased.", len(gone))
        % {"count": len(gone)}
    ]
    kept += [(one, _("it belongs to something that still runs")) for one in tied]
    for one, why in kept:
        for index in person.indexes:
            opt_out_index(index, via=VIA, about=f"matter:{one.number}")
        lines.append(
            _(
                "%(number)s is kept: %(why)s. It is stored only, and no longer used to write or call."
            )
            % {"number": one.number, "why": why}
        )
    return lines


def _keeps(matter: Matter) -> str:
    """Why a matter may not be erased yet; empty where nothing keeps it."""
    rule = matter.type.retention
    if matter.live:
        return _("it is still being handled")
    if LegalHold.objects.filter(matter=matter, lifted_at=None).exists():
        return _("it is held by the inspectorate")
    if rule is None:
        return _("it tells of nobody")
    return rule.duty


def _take_back(mine: Sequence[Matter]) -> Sequence[str]:
    """Take back each consent that a citizen takes back by a step."""
    lines = []
    for one in mine:
        for edge in one.type.flow.moves_from(one.state):
            takes_back = edge.by_citizen and edge.unexplained and set(edge.sets.values()) == {False}
            if takes_back and any(one.details.get(name) for name in edge.sets):
                actions.move(matter_id=one.pk, code=edge.code, actor=HOUSE)
                told = {"number": one.number, "what": edge.label}
                lines.append(_("%(number)s: %(what)s") % told)
    return lines

"""Writing notices, and which of them somebody wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.desk.notices.kinds import (
    DECIDE,
    FOR_BODIES,
    NOTICE_KINDS,
    OF_DEADLINES,
    TO_DECIDE,
    occasions,
)
from anmin.desk.notices.models import Notice, NoticePreference, Watch
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.matters import conflict
from anmin.matters.owed import Asker, who_asked
from anmin.matters.owning import waits_for_body
from anmin.matters.policy import waiting_elsewhere
from anmin.matters.queries import at_risk_before, due_between
from anmin.matters.registry import kind_of
from anmin.people.queries import handlers_of, working_as
from anmin.people.roles import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from anmin.matters.models import Entry, Matter
    from anmin.people.models import Account

KEPT = timedelta(days=90)
"""How long a notice is kept; the matter's own history stays."""
CHUNK = 1000
TOGETHER = 100
"""Entries whose notices one statement clears."""


def mark_read(*, account: Account, notice_ids: Collection[int] | None = None) -> int:
    """Mark a person's notices as read, all of them or those given; returns how many were not."""
    unread = Notice.objects.filter(account=account, read_at__isnull=True)
    if notice_ids is not None:
        unread = unread.filter(pk__in=notice_ids)
    return unread.update(read_at=timezone.now())


@atomic
def set_preferences(*, account: Account, wanted: Mapping[str, bool]) -> None:
    """Say which kinds of notice a person wants. Raises ``Refusal`` for a kind there is not."""
    if unknown := set(wanted) - set(NOTICE_KINDS):
        raise Refusal(_("There is no such kind of notice: %(kind)s.") % {"kind": min(unknown)})
    for kind, answer in wanted.items():
        NoticePreference.objects.update_or_create(
            account=account, kind=kind, defaults={"wanted": answer}
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something about a matter that somebody may want to be told of.

    ``to`` names the one account it concerns; without it the kind of notice decides.
    ``by`` did it and is not told.
    """

    kind: str
    matter: Matter
    about: str
    at: datetime
    to: int | None = None
    by: int | None = None


def tell_of_entries(entries: Iterable[Entry]) -> int:
    """Write the notices that new entries give rise to. Telling the same again changes nothing."""
    return _tell(
        [
            Occasion(
                kind,
                entry.matter,
                str(entry.seq),
                entry.at,
                to=entry.payload["set"]["assignee_id"] if kind == "mine" else None,
                by=entry.actor_id,
            )
            for entry in entries
            for kind in occasions(entry)
        ]
    )


def clear_handled(entries: QuerySet[Entry]) -> int:
    """Take what has been handled out of people's unread notices; returns how many.

    A notice is handled when its matter ends, when its reader has done something about the matter,
    when the matter goes to a unit that is not the reader's, and, of a deadline, when that is met.
    """
    about = entries.filter(matter__in=_unread().values("matter_id")).select_related("matter")
    cleared = 0
    for some in batched(about.order_by("id").iterator(CHUNK), TOGETHER, strict=False):
        handled = Q()
        for entry in some:
            handled |= _handles(entry)
        if handled:
            cleared += _unread().filter(handled).update(read_at=timezone.now())
    return cleared


def _handles(entry: Entry) -> Q:
    """The notices that an entry handles; nothing for most."""
    before, found = Q(matter=entry.matter_id, at__lte=entry.at), Q()
    if entry.from_state and not kind_of(entry.matter.kind).flow.stage(entry.to_state).live:
        found |= before
    elif entry.actor_id:
        found |= before & Q(account=entry.actor_id)
    if unit_id := entry.payload.get("set", {}).get("unit_id"):
        found |= before & ~Q(account__unit=unit_id)
    met = [
        datetime.fromisoformat(clock["due"]).isoformat()
        for clock in entry.payload.get("clocks", {}).values()
        if clock["met"]
    ]
    if met:
        found |= Q(matter=entry.matter_id, kind__in=OF_DEADLINES, about__in=met)
    return found


def _unread() -> QuerySet[Notice]:
    return Notice.objects.filter(read_at__isnull=True)


def tell_of_deadlines(now: datetime | None = None) -> int:
    """Write notices of deadlines that came near or passed since this was last done.

    The first time only sets the mark, so that an installation full of old matters tells nobody.
    """
    now = now or timezone.now()
    told = 0
    for kinds, until in ((("late", "unit_late"), now), (("at_risk",), at_risk_before())):
        with atomic():
            Watch.objects.get_or_create(name=kinds[0], defaults={"told_until": until})
            watch = Watch.objects.select_for_update().get(name=kinds[0])
            due = due_between(watch.told_until, until).exclude(waiting_elsewhere())
            for matters in batched(due.iterator(CHUNK), CHUNK, strict=False):
                told += _tell(
                    [
                        Occasion(kind, matter, matter.due_at.isoformat(), now)
                        for matter in matters
                        for kind in kinds
                        if matter.due_at
                    ]
                )
            watch.told_until = max(until, watch.told_until)
            watch.save()
    return told


def forget_notices(now: datetime | None = None) -> int:
    """Delete notices older than ``KEPT``; returns how many."""
    return Notice.objects.filter(at__lt=(now or timezone.now()) - KEPT).delete()[0]


def _tell(occasions: Sequence[Occasion]) -> int:
    if not occasions:
        return 0
    asking = who_asked(one.matter for one in occasions)
    units = {one.matter.unit_id for one in occasions if one.matter.unit_id}
    decides = any(one.kind == TO_DECIDE for one in occasions)
    units |= {unit for unit, _holder in asking.values() if unit}
    known = [*handlers_of(units), *(working_as(DECIDE) if decides else ())]
    staff = list({account.pk: account for account in known}.values())
    chosen = {
        (row.account_id, row.kind): row.wanted
        for row in NoticePreference.objects.filter(account__in=staff)
    }
    rows: dict[tuple[int, int, str], Notice] = {}
    for one in occasions:
        kind = NOTICE_KINDS[one.kind]
        for account in _concerned(one, staff, asking.get(one.matter.pk)):
            if account.role == Role.PARTNER and kind.code not in FOR_BODIES:
                continue
            wants = chosen.get((account.pk, kind.code), account.role in kind.by_default)
            # Somebody told of their own matter is not told of it as one of the unit's too.
            group = "late" if kind.code == "unit_late" else kind.code
            if wants and account.pk != one.by:
                rows.setdefault(
                    (account.pk, one.matter.pk, f"{group} {one.about}"),
                    Notice(
                        account=account,
                        kind=kind.code,
                        matter_id=one.matter.pk,
                        about=one.about,
                        at=one.at,
                    ),
                )
    return len(Notice.objects.bulk_create(rows.values(), CHUNK, ignore_conflicts=True))


def _concerned(
    one: Occasion, staff: Iterable[Account], asker: Asker | None = None
) -> list[Account]:
    """Who may be told: one person, the matter's own person, or its unit.

    Of an order to a body outside the police: the side that did not act; of its deadlines the body while
    it owes something, and always who asked (``asker``).
    """
    if one.to is not None:
        return [account for account in staff if account.pk == one.to]
    if one.kind == TO_DECIDE:
        about = conflict.about(one.matter)  # from every unit, so also from one that it is about
        others = [account for account in staff if account.unit_id != one.matter.unit_id]
        return [row for row in others if row.role in DECIDE and not about.person(row)]
    if asker is not None:
        return _both_sides(one, staff, asker)
    unit = [account for account in staff if account.unit_id == one.matter.unit_id]
    if NOTICE_KINDS[one.kind].to_unit:
        # What one of the unit's own people did is no news to the unit.
        return [] if one.by in {account.pk for account in unit} else unit
    holder = one.matter.assignee_id
    return [account for account in unit if account.pk == holder] if holder else unit


def _both_sides(one: Occasion, staff: Iterable[Account], asker: Asker) -> list[Account]:
    """The people of the body, and those of the unit that asked, whom an occasion concerns."""
    unit, holder = asker
    body = [account for account in staff if account.unit_id == one.matter.unit_id]
    asking = [account for account in staff if account.unit_id == unit]
    if holder and NOTICE_KINDS[one.kind].code != "unit_late":
        asking = [account for account in asking if account.pk == holder] or asking
    if one.kind in OF_DEADLINES:
        return [*(body if waits_for_body(one.matter) else ()), *asking]
    if one.kind == "unit":
        return body
    by_body = one.by in {account.pk for account in body}
    return asking if by_body else body

"""Matters whose time is over tell of nobody any more: a nightly job, a bounded number at a time.

What goes: contacts, parties, personal facts, every free text of row and history, questions and
answers, files, what other rooms keep about the matter (``erases``), and its words in the index. What
stays: kind, category, unit, area, state, moments and deadlines, and who of the house did which step.
"""

from collections.abc import Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from anmin.channels.erasing import erase_about
from anmin.evidence.log import atomic
from anmin.files.actions import erase_of
from anmin.matters import word_index
from anmin.matters.actor import Actor
from anmin.matters.attachments import LABEL
from anmin.matters.erasing import (
    ANONYMISED,
    BLANK,
    digests,
    left_digest,
    personal_facts,
    stripped,
)
from anmin.matters.flow import LIVE
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.models import (
    Anonymised,
    ApprovalRequest,
    Confider,
    Contact,
    Entry,
    FollowCode,
    FurtherPhone,
    HandOut,
    LaterContact,
    LegalHold,
    Link,
    Matter,
    Party,
    Reaction,
    SealedFacts,
)
from anmin.matters.parties import mark
from anmin.matters.registry import all_kinds

TOGETHER = 50
"""Matters of one transaction."""
type Erase = Callable[[Collection[int]], None]
type Rests = Callable[[Collection[int]], AbstractSet[int]]
_rooms: list[tuple[Erase, Rests]] = []


def erases(erase: Erase, *, rests: Rests) -> None:
    """Let a room above erase what it keeps about matters (by primary keys), and say which of them
    somebody still has something to do with."""
    _rooms.append((erase, rests))


def anonymise_due(limit: int = 500) -> int:
    """Anonymise matters that have been over for longer than the rule of their kind; how many.

    Not those that are held, that belong to a live matter, or that somebody is to be called about.
    """
    done = 0
    now = timezone.localtime()
    for kind in all_kinds():
        if kind.retention is None:
            continue
        rule = kind.retention.rule
        before = settings.RULES.get(rule, now.date()).cutoff(now)
        last = 0
        while done < limit:
            chunk = list(_due(kind, before).filter(pk__gt=last)[:TOGETHER])
            if not chunk:
                break
            last = chunk[-1].pk
            done += _anonymise_together(rule, chunk, now)
    if done:
        leave_nothing_behind()
    return done


def _due(kind: Kind, before: datetime) -> QuerySet[Matter]:
    """What has been over for so long, and was written to since it was anonymised, if it was."""
    before_now = Anonymised.objects.filter(matter=OuterRef("pk")).values("seq")
    return (
        Matter.objects.filter(kind=kind.code, closed_at__lt=before)
        .exclude(stage__in=[stage.value for stage in LIVE])
        .exclude(pk__in=LegalHold.objects.filter(lifted_at=None).values("matter"))
        .annotate(done=Subquery(before_now))
        .filter(Q(done=None) | Q(version__gt=F("done")))
        .order_by("pk")
    )


def _anonymise_together(rule: str, chunk: Sequence[Matter], now: datetime) -> int:
    with atomic():
        gone = erase_now(chunk, rule=rule, now=now)
    erase_files(gone, why=rule)
    return len(gone)


def erase_now(matters: Sequence[Matter], *, rule: str, now: datetime) -> list[Matter]:
    """Anonymise these, by the rule or the request that says so, inside a transaction; those that were.

    None that runs, belongs to what runs, or that somebody still has something to do with. Their files go
    afterwards (``erase_files``).
    """
    ids = [one.pk for one in matters]
    live = [stage.value for stage in LIVE]
    tied = Link.objects.filter(matter__in=ids, other__stage__in=live).values_list("matter")
    tied = tied.union(
        Link.objects.filter(other__in=ids, matter__stage__in=live).values_list("other")
    )
    rests = {pk for (pk,) in tied}.union(*(rests(ids) for _erase, rests in _rooms))
    rows = Matter.objects.select_for_update().filter(pk__in=set(ids) - rests).order_by("pk")
    gone = [one for one in rows if one.stage not in live]
    for matter in gone:
        _anonymise(matter.type, rule, matter, now)
    for erase, _rests in _rooms:
        erase([one.pk for one in gone])
    word_index.renew([one.pk for one in gone])
    return gone


def erase_files(matters: Sequence[Matter], *, why: str = "data_request") -> None:
    """Erase the files of what was anonymised."""
    erase_of(LABEL, [one.number for one in matters], why=why)


def _anonymise(kind: Kind, rule: str, matter: Matter, now: datetime) -> None:
    """Take out of one matter what tells of somebody, and say so in its history."""
    facts = personal_facts(kind)
    erased: dict[str, list[str]] = {}
    for entry in Entry.objects.filter(matter=matter).exclude(action=ANONYMISED).order_by("seq"):
        left = stripped(entry.payload, facts)
        if not entry.note and left == entry.payload:
            continue
        was = digests(entry.note, entry.payload)
        erased[str(entry.seq)] = [*was, left_digest("", left)]
        Entry.objects.filter(pk=entry.pk).update(note="", payload=left)
    for name, value in BLANK.items():
        setattr(matter, name, value)
    matter.details = {name: value for name, value in matter.details.items() if name not in facts}
    Matter.objects.filter(pk=matter.pk).update(**BLANK, details=matter.details)
    change = Change(ANONYMISED, matter.state, told={"rule": rule, "erased": erased})
    change.parties = _end_parties(matter, now)
    _erase_rows(matter)
    running = running_clocks(deadlines_of(matter.pk))
    entry = append(matter, change, actor=Actor.system("retention"), at=now, running=running)
    Anonymised.objects.update_or_create(
        matter=matter, defaults={"at": now, "seq": entry.seq, "rule": rule}
    )


def _end_parties(matter: Matter, now: datetime) -> dict[str, str | None]:
    """Citizens have no part any more; what is left says who of the house had one."""
    ended: dict[str, str | None] = {}
    for row in Party.objects.filter(matter=matter).order_by("number"):
        row.sealed = row.phone_index = None
        row.mark = mark(matter.number, row.number, row.role, row.account_id, row.unit_id, None)
        row.ended_at = row.ended_at or now
        row.save(update_fields=["sealed", "phone_index", "mark", "ended_at"])
        ended[str(row.number)] = None
    return ended


def _erase_rows(matter: Matter) -> None:
    """What this room keeps about a matter besides its row and history."""
    for model in (Contact, FurtherPhone, LaterContact, FollowCode, SealedFacts, HandOut, Confider):
        model.objects.filter(matter=matter).delete()
    Reaction.objects.filter(matter=matter).update(question="", answer=b"")
    ApprovalRequest.objects.filter(matter=matter).update(reason="", inputs={}, decision="")
    LegalHold.objects.filter(matter=matter).update(reason="")
    erase_about([f"matter:{matter.number}"])


def leave_nothing_behind() -> None:
    """Forget words that no text has any more; SQLite keeps what was written in its log until that is folded
    into the file."""
    word_index.forget_surely()
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

"""Signing a day off, and what the night does about days that nobody signed.

What cannot be done is carried over, each with a reason and a new owner. The signed days of a
unit are linked by a keyed hash: a changed one shows in ``broken_days``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.dayboard import DayRows, sign_from, signing_units
from anmin.callbacks.days import midnight
from anmin.callbacks.models import Carried, DayClosure, DayLeftOpen
from anmin.channels.actions import queue_message
from anmin.channels.letters import register_letter
from anmin.evidence.log import atomic
from anmin.kernel import chain
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.matters import bulk
from anmin.matters.actions import add_note, assign
from anmin.matters.actor import Actor
from anmin.matters.flow import Stage
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.people.queries import duty_leader
from anmin.places.models import Unit
from anmin.places.queries import directory, steady

REASON = 300
"""Characters of a reason."""
LETTER = register_letter(
    "day_left_open", gettext_lazy("Notice that a day was left unsigned"), "day.night_close"
)


@dataclass(frozen=True, slots=True)
class Carry:
    """Why something stays open, and who owns it from now on: a unit, or a person there.

    ``shared``: the reason was given for several at once; what is overdue needs one of its own.
    """

    reason: str
    unit: Unit | None = None
    account: Account | None = None
    shared: bool = False

    @property
    def owner(self) -> Unit | None:
        """The unit that owns it from now on."""
        return self.account.unit if self.account else self.unit


class Left(NamedTuple):
    """One thing that is still open."""

    matter_id: int
    callback_id: int | None
    number: str
    due_at: datetime | None


@atomic
def close_day(
    *,
    unit: Unit,
    day: date,
    by: Account,
    carry: Mapping[str, Carry] | None = None,
    note: str = "",
) -> DayClosure:
    """Sign a day off. ``carry`` says, by the items' keys, what stays open, why and with whom.

    What is carried over is handed to its new owner; what was finished meanwhile is left out.

    Raises:
        NotAllowed: not a duty leader of this unit or of one above it.
        Conflict: the day is signed already; a signed day is never changed.
        Refusal: the day has not come, its shift is not over or the unit had no record yet, or something is open without a reason or a new owner;
            then nothing has changed.
    """
    require(by, Capability.CLOSE_DAY)
    if unit.pk not in unit_scope(by):
        raise NotAllowed(_("This is another unit's day."))
    if day > timezone.localdate():
        raise Refusal(_("This day has not come yet."), field="day")
    if not begun(unit, day):
        raise Refusal(
            _("This unit has no records up to that day: there is nothing to sign off."),
            field="day",
            code="too_old",
        )
    if timezone.now() < (opens := sign_from(day)):
        words = {"time": formats.date_format(timezone.localtime(opens), "TIME_FORMAT")}
        raise Refusal(
            _("The shift is not over: this day can be signed off from %(time)s on.") % words,
            field="day",
            code="too_early",
        )
    with steady():
        return _close(unit, day, by, carry or {}, note.strip())


def begun(unit: Unit, day: date) -> bool:
    """Whether a unit had anything on record by that day: from then on its days are signed."""
    if day >= timezone.localdate():
        return True
    below = directory().units_below(unit.pk)
    opened = Matter.objects.filter(unit_id__in=below, opened_at__lt=midnight(day, days=1))
    return (
        opened.exclude(stage=Stage.VOID).exists()
        or DayLeftOpen.objects.filter(unit=unit, date__lte=day).exists()
    )


def _close(unit: Unit, day: date, by: Account, carry: Mapping[str, Carry], note: str) -> DayClosure:
    bulk.queue_up("day")
    if DayClosure.objects.filter(unit=unit, date=day).exists():
        raise Conflict(_("This day is signed already and cannot be changed."))
    rows = DayRows(unit, day)
    counts = rows.counts()
    left = open_keys(rows)
    given = {key: one for key, one in carry.items() if key in left}
    _require_all(left, given, rows.now)
    for key, one in given.items():
        if left[key].callback_id is None:
            _hand_over(left[key].matter_id, one, by)
    closure = _sign(
        unit,
        day,
        by,
        {**counts, "carried": len(given), "carried_open": len(given)},
        note,
        left,
        given,
    )
    Carried.objects.bulk_create(
        [
            Carried(
                closure=closure,
                matter_id=left[key].matter_id,
                callback_id=left[key].callback_id,
                reason=one.reason.strip(),
                new_unit=one.owner,
                new_account=one.account,
            )
            for key, one in given.items()
        ]
    )
    return closure


def open_keys(rows: DayRows) -> dict[str, Left]:
    """Everything that is owed and keeps a day from being signed, by key."""
    found = {
        f"matter:{pk}": Left(pk, None, number, due_at)
        for pk, number, due_at in rows.owed()
        .order_by("due_at", "pk")
        .values_list("pk", "number", "due_at")
    }
    if rows.head:
        due = rows.callbacks().order_by("due_at", "pk")
        named = due.values_list("pk", "matter_id", "matter__number", "due_at")
        for pk, matter_id, number, due_at in named:
            found[f"callback:{pk}"] = Left(matter_id, pk, number, due_at)
    return found


def _require_all(left: Mapping[str, Left], given: Mapping[str, Carry], now: datetime) -> None:
    missing = [one.number for key, one in left.items() if key not in given]
    if missing:
        raise Refusal(
            _("%(count)s still owed, first %(first)s: give each a reason and a new owner.")
            % {"count": len(missing), "first": missing[0]},
            field="carry",
            code="still_open",
        )
    for key, one in given.items():
        if not 0 < len(one.reason.strip()) <= REASON:
            raise Refusal(
                _("%(number)s: give a reason of at most %(length)s characters.")
                % {"number": left[key].number, "length": REASON},
                field="reason",
            )
        due_at = left[key].due_at
        if one.shared and due_at is not None and due_at < now:
            raise Refusal(
                _("%(number)s is overdue: give a reason of its own.")
                % {"number": left[key].number},
                field="reason",
                code="shared_reason",
            )
        if one.owner is None:
            raise Refusal(
                _("%(number)s: name the new owner.") % {"number": left[key].number}, field="owner"
            )


def _hand_over(matter_id: int, one: Carry, by: Account) -> None:
    """Give a matter to its new owner; where that is who has it already, the reason is noted.

    Not the same reason once more: the signed day holds it, and a matter's history is no diary.
    """
    actor = Actor.of(by)
    before = Matter.objects.values_list("version", flat=True).get(pk=matter_id)
    after = assign(
        matter_id=matter_id, actor=actor, unit=one.owner, account=one.account, note=one.reason
    )
    last = Carried.objects.filter(matter_id=matter_id, callback=None).order_by("-pk").first()
    if after.version == before and (last is None or last.reason != one.reason.strip()):
        add_note(matter_id=matter_id, actor=actor, text=one.reason)


def _sign(
    unit: Unit,
    day: date,
    by: Account,
    counts: Mapping[str, int],
    note: str,
    left: Mapping[str, Left],
    given: Mapping[str, Carry],
) -> DayClosure:
    last = DayClosure.objects.filter(unit=unit).order_by("-pk").first()
    closure = DayClosure(
        unit=unit,
        date=day,
        closed_at=timezone.now(),
        closed_by=by,
        counts=dict(counts),
        note=note[:500],
        previous=bytes(last.hash) if last else chain.GENESIS,
    )
    carried = sorted(
        [
            left[key].matter_id,
            left[key].callback_id or 0,
            one.reason.strip(),
            one.owner.pk if one.owner else 0,
            one.account.pk if one.account else 0,
        ]
        for key, one in given.items()
    )
    closure.hash = day_hash(closure, carried)
    closure.save()
    return closure


def day_hash(closure: DayClosure, carried: list[list[Any]]) -> bytes:
    """The keyed hash of a signed day with all that it carried over (32 bytes)."""
    record = chain.canonical(
        [
            closure.unit_id,
            closure.date.isoformat(),
            closure.closed_at,
            closure.closed_by_id,
            closure.counts,
            closure.note,
            carried,
        ]
    )
    return chain.link(settings.KEYRING.chain_key, bytes(closure.previous), record)


def broken_days() -> list[DayClosure]:
    """Signed days that do not hold: changed, or without the one before. O(signed days)."""
    broken, heads = [], dict[int, bytes]()
    for closure in DayClosure.objects.order_by("pk").iterator(chunk_size=2000):
        carried = sorted(
            [matter, callback or 0, reason, unit or 0, account or 0]
            for matter, callback, reason, unit, account in closure.carried.values_list(
                "matter_id", "callback_id", "reason", "new_unit_id", "new_account_id"
            )
        )
        before = heads.get(closure.unit_id, chain.GENESIS)
        if bytes(closure.previous) != before or bytes(closure.hash) != day_hash(closure, carried):
            broken.append(closure)
        heads[closure.unit_id] = bytes(closure.hash)
    return broken


def night_close(day: date, now: datetime | None = None) -> int:
    """Put on record which units left a day unsigned, and tell their duty leaders. Repeatable.

    Returns how many units that were.
    """
    signed = set(DayClosure.objects.filter(date=day).values_list("unit_id", flat=True))
    noticed = set(DayLeftOpen.objects.filter(date=day).values_list("unit_id", flat=True))
    late = [unit for unit in signing_units() if unit.pk not in signed | noticed]
    for unit in late:
        with atomic():
            counts = DayRows(unit, day).counts()
            DayLeftOpen(unit=unit, date=day, noticed_at=now or timezone.now(), counts=counts).save()
            for account in _told(unit, day):
                _tell(account, unit, day, counts["owed"])
    return len(late)


def _told(unit: Unit, day: date) -> list[Account]:
    """Whoever led the unit that day, or else everybody who may sign for it."""
    rostered = duty_leader(unit, day)
    if rostered is not None:
        return [rostered]
    staff = Account.objects.filter(unit=unit, is_active=True).order_by("pk")
    return [account for account in staff if can(account, Capability.CLOSE_DAY)]


def _tell(account: Account, unit: Unit, day: date, owed: int) -> None:
    language = account.language or settings.LANGUAGE_CODE
    with translation.override(language):
        body = _("%(day)s at %(unit)s has not been signed off; %(owed)s still owed.") % {
            "day": formats.date_format(day, "MONTH_DAY_FORMAT"),
            "unit": unit,
            "owed": owed,
        }
    queue_message(
        key=f"day:{unit.code}:{day}:{account.pk}",
        medium="inbox",
        recipient=account.username,
        body=body,
        template=LETTER.code,
        language=language,
        subject_ref=f"day:{unit.code}:{day}",
    )

"""Reading programmes: the board, one item, versions, what waits for somebody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.campaign import policy
from anmin.campaign.actions import key_of
from anmin.campaign.changes import Change, changes
from anmin.campaign.description import Activity, Item
from anmin.campaign.description import Programme as Description
from anmin.campaign.evaluation import Readings, readings
from anmin.campaign.models import Milestone, Nudge, State, Verdict, Version
from anmin.campaign.status import Limits, Proved, Reading, Status, status_of
from anmin.kernel.errors import NotFound, Unavailable
from anmin.people.counting import counted
from anmin.people.models import Account
from anmin.people.policy import Capability, can

MANY = 100
"""Up to so many are counted that wait."""


@dataclass(frozen=True)
class Line:
    """One item as the board shows it."""

    key: str
    item: Item
    activity: Activity
    status: Status
    reading: Reading | None

    def week(self, place: int) -> tuple[float, int] | None:
        """What was counted in a week of the programme (cases that count, cases); None where none was."""
        weeks = self.reading.weeks if self.reading else ()
        return weeks[place] if 0 <= place < len(weeks) else None


@dataclass(frozen=True)
class Board:
    """A programme as it stands: every item of the version in force, with what was counted."""

    version: Version
    lines: Sequence[Line]
    today: date
    cutoff: datetime | None
    revision: int
    unavailable: str = ""

    @property
    def programme(self) -> Description:
        """What the version says."""
        return self.version.said

    @cached_property
    def counts(self) -> Counter[Status]:
        """How many items stand where."""
        return Counter(one.status for one in self.lines)

    @property
    def unnamed(self) -> int:
        """How many of the planned items the bureau has still to name."""
        return max(self.programme.planned - len(self.lines), 0)


def limits(today: date) -> Limits:
    """What the rules say of statuses."""
    rule = settings.RULES.get
    return Limits(
        edge=rule("campaign.risk_edge", today).share,
        near=timedelta(days=rule("campaign.milestone_near", today).number),
    )


def programmes(viewer: Account) -> list[Version]:
    """The versions in force, the newest programme first."""
    policy.require_view(viewer)
    return all_in_force()


def all_in_force() -> list[Version]:
    """The same, whoever asks."""
    rows = Version.objects.filter(state=State.APPROVED).select_related("programme")
    newest = {one.programme_id: one for one in rows.order_by("number")}
    return sorted(newest.values(), key=lambda one: (one.said.start, one.pk), reverse=True)


def version_in_force(viewer: Account, code: str) -> Version:
    """The version of a programme that holds. Raises ``NotFound``."""
    found = next((one for one in programmes(viewer) if one.programme.code == code), None)
    if found is None:
        raise NotFound(_("There is no such programme."))
    return found


def board(viewer: Account, code: str) -> Board:
    """A programme as it stands now. Raises ``NotFound``."""
    return board_of(version_in_force(viewer, code))


def board_of(version: Version) -> Board:
    """The same of a version, whoever asks."""
    today, said, code = timezone.localdate(), version.said, version.programme.code
    found, unavailable = _read(version)
    proofs = proofs_of(version.programme_id)
    activities = {one.code: one for one in said.activities}
    lines, ruled = [], limits(today)
    for item in said.items:
        reading = found.get(item.code) if found is not None else None
        proved = proofs.get(item.code, Proved())
        status = status_of(item, today, reading, proved, ruled)
        lines.append(
            Line(key_of(code, item.code), item, activities[item.activity], status, reading)
        )
    return Board(
        version,
        lines,
        today,
        found.cutoff if found is not None else None,
        found.revision if found is not None else 0,
        unavailable,
    )


def _read(version: Version) -> tuple[Readings | None, str]:
    try:
        found = readings(version.programme.code, version.number, version.said)
    except Unavailable as reason:
        return None, str(reason)
    return found, "" if found is not None else _("There are no figures yet; refresh them first.")


def proofs_of(programme_id: int) -> dict[str, Proved]:
    """How far the proofs of milestones are, by item."""
    rows = Milestone.objects.filter(programme=programme_id).exclude(verdict=Verdict.RETURNED)
    return {
        one.item: Proved(submitted=True, approved=one.verdict == Verdict.APPROVED) for one in rows
    }


def line(viewer: Account, key: str) -> tuple[Board, Line]:
    """One item with its board. Raises ``NotFound``."""
    programme, dot, item = key.partition(".")
    found = board(viewer, programme) if dot else None
    for one in found.lines if found else ():
        if one.item.code == item and found:
            return found, one
    raise NotFound(_("There is no such item."))


def milestones(viewer: Account, key: str) -> list[Milestone]:
    """The proofs that were brought of an item, the newest first."""
    policy.require_view(viewer)
    programme, _dot, item = key.partition(".")
    rows = Milestone.objects.filter(programme__code=programme, item=item)
    return list(rows.select_related("submitted_by", "decided_by", "unit"))


# --- versions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version with what it changed against the one that was in force before it."""

    version: Version
    changes: list[Change]
    may_decide: bool


def versions(viewer: Account, code: str) -> list[Loaded]:
    """Every version that was ever loaded of a programme, the newest first. Raises ``NotFound``."""
    policy.require_view(viewer)
    rows = Version.objects.filter(programme__code=code).select_related(
        "programme", "loaded_by", "decided_by"
    )
    found, before = [], None
    for one in rows.order_by("number"):
        found.append(Loaded(one, changes(before, one.said), policy.may_decide(viewer, one)))
        if one.state == State.APPROVED:
            before = one.said
    if not found:
        raise NotFound(_("There is no such programme."))
    return found[::-1]


def waiting_versions(viewer: Account) -> list[Version]:
    """The versions that wait for a second person, for who may see programmes."""
    policy.require_view(viewer)
    rows = Version.objects.filter(state=State.PROPOSED)
    return list(rows.select_related("programme", "loaded_by"))


# --- what waits for somebody --------------------------------------------------------------------


def waiting_count(account: Account) -> int:
    """How much of programmes waits for somebody: versions and proofs to decide, items that the own
    unit was reminded of."""
    if not can(account, Capability.VIEW_PROGRAMME):
        return 0
    found = counted(account, "campaign nudges", lambda: _nudges(account), limit=MANY)
    if can(account, Capability.APPROVE_PROGRAMME):
        found += counted(account, "campaign versions", lambda: _versions(account), limit=MANY)
        found += counted(account, "campaign proofs", lambda: _proofs(account), limit=MANY)
    return found


def _versions(account: Account) -> QuerySet[Version]:
    return Version.objects.filter(state=State.PROPOSED).exclude(loaded_by=account)


def _proofs(account: Account) -> QuerySet[Milestone]:
    """Those that somebody may decide as far as a query tells; partners are left out by ``to_accept``."""
    return Milestone.objects.filter(verdict=Verdict.SUBMITTED).exclude(
        Q(submitted_by=account) | Q(unit=account.unit_id)
    )


def _nudges(account: Account) -> QuerySet[Nudge]:
    return Nudge.objects.filter(unit=account.unit_id, cleared_at=None)


def nudges_for(viewer: Account, programme_id: int) -> list[Nudge]:
    """The items of a programme that the viewer's unit was reminded of and still owes."""
    policy.require_view(viewer)
    return list(_nudges(viewer).filter(programme=programme_id))


def to_accept(viewer: Account, version: Version) -> list[tuple[Item, Milestone]]:
    """The proofs of a programme that this person may decide on, the oldest first."""
    rows = Milestone.objects.filter(programme=version.programme_id, verdict=Verdict.SUBMITTED)
    found = []
    for one in rows.select_related("unit", "submitted_by").order_by("submitted_at", "pk"):
        item = version.said.item(one.item)
        if item is not None and policy.may_accept(viewer, item, one):
            found.append((item, one))
    return found

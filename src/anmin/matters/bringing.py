"""On whose account a file writes, and what it may bring: the policy of a step by hand, for rows.

Whoever takes in the whole city's records (``import_city``) speaks for the system of record.
Everybody else speaks for the own unit: a row opens and moves only what its person could open and
move by hand, and nothing that somebody is called back about.
"""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.matters import policy
from anmin.matters.actor import Actor
from anmin.matters.flow import Flow
from anmin.matters.kind import Kind
from anmin.matters.models import Matter
from anmin.matters.observation import Observation
from anmin.matters.registry import kind_of
from anmin.matters.several import Joining
from anmin.people.models import Account
from anmin.people.policy import Capability, can, unit_scope
from anmin.places.models import Area

type Planned = Callable[[Collection[int]], AbstractSet[int]]
"""Of these matters, those that somebody is to be called back about, or was."""

OWN = "own-"
"""How the sources of records begin whose profile was drawn up for a file at the desk."""
UNDONE = "undone"
"""The action of an entry that takes back what an import said."""
UNHEARD = datetime(1970, 1, 1, tzinfo=UTC)
"""How new the facts of a matter are of which the system of record has not spoken yet."""
SETTLING = ("category", "opened_at")
"""Columns that decide whether and when somebody is called back."""
_SPOT = ("place", "longitude", "latitude")
TOLD_BY = {"area_id": ("area_id",), "summary": ("summary",), **dict.fromkeys(_SPOT, _SPOT)}
"""Columns that a record may have left blank, and those that say the same; a place is a spot."""


def _nobody(_ids: Collection[int]) -> AbstractSet[int]:
    return frozenset()


class Spoken:
    """The matters that one export has spoken of so far: a bit for each, however many there are."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, matter_ids: Iterable[int | None]) -> None:
        """Remember these."""
        bits = self._bits
        for pk in matter_ids:
            if pk is not None:
                if pk >> 3 >= len(bits):
                    bits.extend(bytes((pk >> 3) + 4096 - len(bits)))
                bits[pk >> 3] |= 1 << (pk & 7)

    def __contains__(self, pk: int) -> bool:
        return pk >> 3 < len(self._bits) and bool(self._bits[pk >> 3] >> (pk & 7) & 1)


@dataclass(frozen=True)
class Bringing:
    """Who brings a file in, as which run, and who can tell what rests on a matter.

    ``joining`` says how several rows about one event are joined. ``same_file`` are the runs that
    brought this very file before, read in the same way, ``finished`` those of them that took in
    all of it, and ``since`` is the last entry before this one began; whoever calls adds to
    ``spoken`` what was committed.
    """

    actor: Actor
    run: int | None = None
    planned: Planned = field(default=_nobody)
    own_source: bool = False
    joining: Joining = field(default_factory=Joining)
    same_file: frozenset[int] = frozenset()
    finished: frozenset[int] = frozenset()
    since: int = 0
    spoken: Spoken = field(default_factory=Spoken)

    @property
    def outranked(self) -> bool:
        """Whether a system of record speaks for these matters too, and has the last word.

        So it is unless the source is that of the person's own unit (``own_source``).
        """
        return self.bounds is not None and not self.own_source

    @cached_property
    def bounds(self) -> "Bounds | None":
        """What this person's rows must keep within; nothing for the system of record."""
        account = self.actor.account
        if account is None or can(account, Capability.IMPORT_CITY):
            return None
        return Bounds(account)


def refuse_told(matter: Matter, changed: AbstractSet[str]) -> str:
    """Why nobody who is rated changes these columns: a system of record has said what they tell."""
    if matter.facts_at in (None, UNHEARD) or matter.source.startswith(OWN):
        return ""
    known = {name for name in TOLD_BY if getattr(matter, name) not in (None, "")}
    if any(known & set(TOLD_BY[name]) for name in changed & TOLD_BY.keys()):
        return _("The city's own record says where it was and what happened.")
    return ""


class Bounds:
    """What the file of somebody whose unit is rated may bring. Each answer is a reason, or ``""``."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.units = unit_scope(account)
        self._owners: dict[tuple[int | None, str], int | None] = {}

    @cached_property
    def _history(self) -> timedelta:
        return policy.unit_history()

    def keep(self, one: Observation) -> None:
        """Rows that name neither unit nor area are of the person's own unit."""
        if one.unit_id is None and one.area_id is None and self.account.unit_id is not None:
            one.unit_id = self.account.unit_id
            one.marks = None

    def refuse_new(self, one: Observation, proven: str) -> str:
        """Why a matter may not be opened by this row in that state."""
        kind = kind_of(one.kind)
        if self.account.role not in kind.opened_by or self._sealed(kind):
            return _("Your role opens no matters of this kind.")
        if timezone.now() - one.opened_at > self._history:
            return _("Older than %(days)s days: only the city's own file brings it.") % {
                "days": self._history.days
            }
        return self._refuse_place(one) or self._refuse_way(kind.flow, kind.flow.start, proven)

    def refuse_known(self, kind: str, unit_id: int | None) -> str:
        """Why nothing is said of a known matter: it is another unit's, or sealed."""
        if unit_id not in self.units or self._sealed(kind_of(kind)):
            return _("The event number belongs to a record that is not your unit's.")
        return ""

    def refuse_change(
        self, matter: Matter, one: Observation, changed: AbstractSet[str], *, outranked: bool
    ) -> str:
        """Why this row may not change that matter at all; ``changed`` names what would change.

        ``outranked``: a system of record speaks for the source. What it has said of where it was
        and what happened is no unit's to change; what it left blank, a unit may tell once.
        """
        if reason := self._refuse_place(one):
            return reason
        flags = {
            name
            for name, info in matter.type.details.model_fields.items()
            if bool in getattr(info.annotation, "__args__", (info.annotation,))
        }
        if changed & (flags | set(SETTLING)):
            return _("The category, the opening and the marks of a case are changed by no unit.")
        return refuse_told(matter, changed) if outranked else ""

    def refuse_way(self, matter: Matter, state: str) -> str:
        """Why this row may not take a matter to that state."""
        return self._refuse_way(matter.type.flow, matter.state, state)

    def _sealed(self, kind: Kind) -> bool:
        return kind.seals is not None and kind.seals != self.account.role

    def _refuse_place(self, one: Observation) -> str:
        owner = self._owner(one.area_id, one.kind)
        if (one.unit_id or owner) not in self.units:
            return _("The row is about another unit.")
        if owner is not None and owner not in self.units:
            return _("Another unit answers for the area.")
        return ""

    def _owner(self, area_id: int | None, kind: str) -> int | None:
        key = area_id, kind
        if key not in self._owners:
            area = Area.objects.filter(pk=area_id).first() if area_id else None
            unit = kind_of(kind).owner(area, kind) if area else None
            self._owners[key] = unit.pk if unit else None
        return self._owners[key]

    def _refuse_way(self, flow: Flow, start: str, state: str) -> str:
        if state in self._reached(flow, start):
            return ""
        return _("Your role does not take a matter to “%(state)s”.") % {
            "state": flow.states[state].label
        }

    def _reached(self, flow: Flow, start: str) -> set[str]:
        """Every state that this role's own steps lead to from there.

        Not those that ask more than facts: a second person, a guard, what became of it.
        """
        found, edge = {start}, {start}
        while edge:
            edge = {
                move.to(state)
                for move in flow.moves
                if self.account.role in move.by
                and not (move.approval or move.when or move.guards or len(move.outcomes) > 1)
                for state in edge & set(move.sources)
            } - found
            found |= edge
        return found

"""The scenes of the demo city played to a moment: each step by the person whose step it is."""

import logging
import random
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from operator import itemgetter
from typing import Any

from django.utils import timezone

from anmin.config.demo.brought import everything
from anmin.config.demo.brought.script import Ago, Brought, Told
from anmin.config.demo.clock import PretendedTime
from anmin.config.demo.confided import DemoSeal
from anmin.config.demo.events import person
from anmin.config.demo.people import HOLDERS
from anmin.kernel.errors import Refusal
from anmin.matters import approvals, carrying_out
from anmin.matters.actions import contact_for_message, move, open_matter
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter
from anmin.matters.parties import PartyFacts
from anmin.matters.party_actions import name_party
from anmin.matters.reactions import ask_citizen
from anmin.matters.registry import kind_of
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Area, Unit

log = logging.getLogger(__name__)
SEED = 20111101
AREAS = tuple(f"3303810030{n:02}" for n in range(3, 11))
"""The communities of the station whose people one signs in as."""
MARK = "demo:"
"""Begins the key of what a scene opened."""
ROLES = {
    "leader": Role.DUTY_LEADER,
    "officer": Role.OFFICER,
    "clerk": Role.CLERK,
    "inspector": Role.INSPECTOR,
    "head": Role.LEADER,
    "office": Role.PROGRAMME,
}
BODIES = {"street": "WB-JHJD", "housing": "WB-ZJJ"}
"""The bodies outside the police whose people take steps, by the code of the unit."""
STATION = "RA-JH"
AT_STATION = ("leader", "officer", "clerk")


A_WHILE = timedelta(minutes=5)
OPENS = time(8, 40)
START_WITHIN, SCENE_LASTS = 300, 180  # minutes of a day


def by_day(now: datetime, ago: float, place: int) -> datetime:
    """A moment so many days ago, when people are at work; what is not a day ago is as it is.

    Whole days count back from today. Each scene has its own time of each day.
    """
    if ago < 1:
        return now - timedelta(days=ago)
    days = int(ago)
    day = timezone.localdate(now) - timedelta(days=days)
    opens = datetime.combine(day, OPENS, timezone.get_default_timezone())
    minutes = (place * 37 + days * 53) % START_WITHIN + SCENE_LASTS * (1 - ago + days)
    return opens + timedelta(minutes=minutes)


class Scenes:
    """All of it in the order of its time, played as far as the moment."""

    def __init__(
        self,
        first: datetime,
        now: datetime,
        clock: PretendedTime,
        scenes: Iterable[Brought] | None = None,
    ) -> None:
        self.rng = random.Random(SEED)  # noqa: S311 - reproducible on purpose
        self.now, self.clock = now, clock
        self.known: dict[int, int] = {}
        self.places: dict[str, int] = {}
        self.refused: list[str] = []
        self.acts: list[tuple[datetime, Callable[[datetime], None]]] = []
        self.people = {name: self._first(name) for name in (*ROLES, *BODIES)}
        self.people["second"] = Actor.of(Account.objects.get(username=HOLDERS[-1]))
        self.areas = {one.code: one for one in Area.objects.filter(code__startswith=AREAS[0][:9])}
        told = everything(self.rng) if scenes is None else scenes
        for place, one in enumerate(told):
            if now - timedelta(days=one.days_ago) < first:
                continue  # it began before the city did
            self.places.setdefault(one.summary, place)
            last = first
            steps = [(step.days_ago, partial(self._step, place, step)) for step in one.steps]
            for ago, act in [(one.days_ago, partial(self._open, place, one)), *steps]:
                last = min(max(by_day(now, ago, place), last + A_WHILE), now)
                self.acts.append((last, act))
        self.acts.sort(key=itemgetter(0))

    def until(self, moment: datetime) -> None:
        """Play what is to happen by then, each at its time."""
        due = [one for one in self.acts if one[0] <= moment]
        self.acts = self.acts[len(due) :]
        for at, act in due:
            self.clock.move_to(at)
            try:
                act(at)
            except Refusal as refusal:  # a clock of an unlucky day: the city is there all the same
                self.refused.append(f"{at:%Y-%m-%d} {refusal}")
                log.warning("scene not played", extra={"at": at, "refusal": str(refusal)})

    def _open(self, place: int, one: Brought, at: datetime) -> None:
        if kind_of(one.kind).confided is not None:
            self.known[place] = self.seal.confide(place, one.kind, one.facts).pk
            return
        cause = None
        if one.follows:
            cause = Matter.objects.filter(pk=self._known(one.follows)).first()
            if cause is None:
                return  # what it follows from began before the city did
        matter = open_matter(
            kind=one.kind,
            actor=self.people[one.who],
            category=one.category,
            summary=one.summary,
            place=one.place,
            area=cause.area if cause else self.areas[one.area or AREAS[place % len(AREAS)]],
            details=self._given(one.facts, one.day, timezone.localdate(at)),
            contact=self._contact(one),
            opened_at=at,
            key=f"{MARK}{place}",
            cause=cause,
        )
        self.known[place] = matter.pk
        if one.about:
            account = Account.objects.filter(username=one.about).first()
            unit = None if account else Unit.objects.get(code=one.about)
            name_party(
                matter_id=matter.pk,
                actor=self.people["inspector"],
                party=PartyFacts("accused", account=account, unit=unit),
                reason="材料中写明",
            )

    def _contact(self, one: Brought) -> ContactFacts | None:
        """Who brings it: whoever brought something before, or somebody new."""
        if "contact" in kind_of(one.kind).unasked:
            return None
        before = Matter.objects.filter(pk=self._known(one.whose)).first() if one.whose else None
        known = contact_for_message(before) if before else ContactFacts()
        return known if known.phone else person(self.rng)

    @cached_property
    def seal(self) -> DemoSeal:
        """The demo's key, made when something is first sealed to it."""
        return DemoSeal()

    def _known(self, summary: str) -> int:
        """The matter that a scene of that summary opened; 0 where it was not."""
        return self.known.get(self.places.get(summary, -1), 0)

    def _order(
        self, pk: int, told: Told, facts: dict[str, Any], actor: Actor, at: datetime
    ) -> None:
        """An order given from a matter."""
        parent = Matter.objects.get(pk=pk)
        open_matter(
            kind=parent.type.children[0],
            actor=actor,
            summary=told.about or f"{facts['body_name']}：{facts['task'].rstrip('。')}",
            area=parent.area,
            place=parent.place,
            unit=Unit.objects.get(code=told.to) if told.to else None,
            details=facts,
            opened_at=at,
            parent=parent,
        )

    def _step(self, place: int, told: Told, at: datetime) -> None:
        if place not in self.known:
            return
        pk, code = self.known[place], told.code
        given = self._given(told.given, told.day, timezone.localdate())
        if told.order:
            orders = Matter.objects.filter(parent_id=pk).order_by("pk")
            pk = orders.values_list("pk", flat=True)[told.order - 1]
        if self._from_outside(pk, told, given):
            return
        actor, edge = self.people[told.who], Matter.objects.get(pk=pk).type.flow.move(code)
        if code == "order":
            self._order(pk, told, given, actor, at)
        elif edge is not None and edge.asks:
            ask_citizen(matter_id=pk, code=code, actor=actor, question=given["question"])
        elif told.agreed or told.asked:
            asked = approvals.ask(
                matter_id=pk, code=code, actor=actor, reason=told.note, inputs=given
            )
            if told.agreed:
                head = "second" if asked.matter.type.seals else "head"
                approvals.agree(request_id=asked.pk, actor=self.people[head], reason=told.agreed)
        else:
            move(matter_id=pk, code=code, actor=actor, inputs=given, note=told.note)

    def _from_outside(self, pk: int, told: Told, given: dict[str, Any]) -> bool:
        """Take a step that is nobody's of the desk; whether it was one."""
        if told.who == "holders":
            self.seal.open(Matter.objects.get(pk=pk).number)
        elif told.who == "teller":
            self.seal.add(pk, given["addition"])
        elif told.who == "citizen":
            move(matter_id=pk, code=told.code, actor=CITIZEN, note=told.note)
        elif told.who == "house":
            carrying_out.carry_out()
        else:
            return False
        return True

    def _given(self, facts: dict[str, Any], day: str, today: date) -> dict[str, Any]:
        """The facts, with the day of the step, and days counted from now as days."""
        given = {
            name: timezone.localdate(self.now - timedelta(days=value.days))
            if isinstance(value, Ago)
            else value
            for name, value in facts.items()
        }
        return {**given, **({day: today} if day else {})}

    def _first(self, name: str) -> Actor:
        """The person of the demo whose steps these are."""
        rows = Account.objects.filter(role=ROLES.get(name, Role.PARTNER))
        if name in BODIES:
            rows = rows.filter(unit__code=BODIES[name])
        if name in AT_STATION:
            rows = rows.filter(unit__code=STATION)
        return Actor.of(rows.order_by("pk")[0])

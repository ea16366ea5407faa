"""The scripts of the demo city played to a moment: each step by the person whose step it is."""

import random
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from anmin.config.demo.brought import PETITIONS, SUGGESTIONS, Brought, Told, windows
from anmin.config.demo.events import person
from anmin.config.demo.found import DISPUTES, LISTINGS, OUTCOMES, TRACED, VISITS
from anmin.matters import approvals
from anmin.matters.actions import move, open_matter
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.flow import LIVE
from anmin.matters.models import Matter
from anmin.matters.parties import PartyFacts
from anmin.matters.party_actions import name_party
from anmin.matters.registry import kind_of
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Area

SEED = 20111101
AREA = "330381003008"
"""A community of the station whose people one signs in as."""
OF_AN_ORDER = "order."
"""Begins the code of a step that is taken with an order of the matter."""


def _first_order(parent: int) -> int:
    live = Matter.objects.filter(parent_id=parent, stage__in=LIVE)
    return live.order_by("pk").values_list("pk", flat=True)[0]


class Scenes:
    """All of it in the order of its time, played as far as the moment."""

    def __init__(self, first: datetime, now: datetime) -> None:
        self.rng = random.Random(SEED)  # noqa: S311 - reproducible on purpose
        self.known: dict[int, int] = {}
        found = (*DISPUTES, *VISITS, *OUTCOMES, *TRACED, *LISTINGS)
        everything = [*PETITIONS, *SUGGESTIONS, *windows(self.rng), *found]
        self.acts = []
        for place, one in enumerate(everything):
            if now - timedelta(days=one.days_ago) < first:
                continue  # it began before the city did
            acts = [(one.days_ago, partial(self._open, place, one))]
            acts += [(told.days_ago, partial(self._step, place, told)) for told in one.steps]
            self.acts += [(now - timedelta(days=ago), act) for ago, act in acts]
        self.acts.sort(key=lambda one: one[0])

    def until(self, moment: datetime) -> None:
        """Play what is to happen by then."""
        due = [one for one in self.acts if one[0] <= moment]
        self.acts = self.acts[len(due) :]
        for at, act in due:
            act(at)

    def _open(self, place: int, one: Brought, at: datetime) -> None:
        inspector = self._who("inspector")
        matter = open_matter(
            kind=one.kind,
            actor=self._opener(one),
            category=one.category,
            summary=one.summary,
            area=Area.objects.get(code=AREA),
            details={**one.facts, **({one.day: timezone.localdate(at)} if one.day else {})},
            contact=None if "contact" in kind_of(one.kind).unasked else person(self.rng),
            opened_at=at,
            key=f"demo:{place}",
        )
        self.known[place] = matter.pk
        if one.accused:
            accused = PartyFacts("accused", account=Account.objects.get(username=one.accused))
            name_party(matter_id=matter.pk, actor=inspector, party=accused, reason="材料中写明")

    def _opener(self, one: Brought) -> Actor:
        who = "inspector" if one.accused else "office" if kind_of(one.kind).lists else "leader"
        return self._who(who)

    def _order(self, pk: int, facts: dict[str, Any], actor: Actor, at: datetime) -> None:
        """An order given from a matter."""
        parent = Matter.objects.get(pk=pk)
        open_matter(
            kind=parent.type.children[0],
            actor=actor,
            category="",
            summary=facts["body_name"],
            area=parent.area,
            details=facts,
            opened_at=at,
            parent=parent,
        )

    def _step(self, place: int, told: Told, at: datetime) -> None:
        pk, code = self.known[place], told.code
        if code.startswith(OF_AN_ORDER):  # of the first order that is open
            pk, code = _first_order(pk), code.removeprefix(OF_AN_ORDER)
        given = dict(told.given)
        if told.day:
            given[told.day] = timezone.localdate(at)
        if told.who == "citizen":
            move(matter_id=pk, code=code, actor=CITIZEN, note=told.note)
            return
        actor = self._who(told.who)
        if code == "order":
            self._order(pk, given, actor, at)
            return
        if not told.agreed:
            move(matter_id=pk, code=code, actor=actor, inputs=given, note=told.note)
            return
        asked = approvals.ask(matter_id=pk, code=code, actor=actor, reason="情况属实", inputs=given)
        approvals.agree(request_id=asked.pk, actor=self._who("head"), reason="同意")

    def _who(self, who: str) -> Actor:
        """The person of the demo whose step it is."""
        roles = {
            "leader": Role.DUTY_LEADER,
            "inspector": Role.INSPECTOR,
            "head": Role.LEADER,
            "office": Role.PROGRAMME,
        }
        rows = Account.objects.filter(role=roles[who])
        if who == "leader":
            rows = rows.filter(unit__code="RA-JH")
        return Actor.of(rows.order_by("pk")[0])

"""Four months of a city's life, day by day, through the doors that people use."""

import random
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import date, datetime, time, timedelta
from functools import partial
from io import StringIO

from django.utils import timezone

from anmin.callbacks import actions, citizen, contacting
from anmin.callbacks import tasks as callback_tasks
from anmin.callbacks.contacting import LINK_PATH
from anmin.callbacks.dayboard import DayRows, signing_units
from anmin.callbacks.models import Callback, Status
from anmin.callbacks.recording import Said
from anmin.callbacks.signing import Carry, close_day, open_keys
from anmin.channels.delivery import deliver_due
from anmin.channels.queries import body_of, messages_about
from anmin.config.demo.clock import PretendedTime
from anmin.config.demo.events import Place, event, events_of, known_at
from anmin.config.demo.map import neighbourhood
from anmin.config.demo.scenes import MARK, Scenes
from anmin.config.demo.voices import reply_to, unhappy
from anmin.kernel.errors import Refusal
from anmin.matters import lapsing, news
from anmin.matters.actions import assign, move
from anmin.matters.actor import Actor
from anmin.matters.flow import Stage
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Matter
from anmin.matters.policy import waits_elsewhere
from anmin.matters.registry import rectifying_kind
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Unit

LABEL = "import:demo_cad"
SIGNED_DAYS = 10
WEAK_STATION = "RA-XJ"
TRIED_STATION = "RA-JH"  # whose duty leader and officer one signs in as: there work waits
UNDERWAY = (("theft", 12), ("dispute", 35), ("noise", 70), ("welfare", 100), ("theft", 190))
LEFT_OPEN = (
    "当事人在外地，约定返回后当面答复",
    "材料尚未收齐，已约明日补交",
    "已请示上级，等待答复",
    "已电话联系两次未接，明日再联系",
    "需会同社区到场，已约时间",
)
"""Why something is not finished when a day is signed; the same for a matter every day."""
UNHAPPY_THERE = 0.4  # of the answers of the last two days, so that there is something to put right
SIGNAL, SIGNAL_EVENTS = "fraud", 6  # what stands out of an else usual yesterday
LEFT = 12  # calls that operators leave in the queue yesterday and today
NEVER_REACHED = 16  # of a hundred people called, those who are never reached
BATCH = 1000
ESTATE_SHARE = 3  # the thefts of the listed estate are in this part of the days, the first
HOT_SPOT_SEED, HOT_SPOT_PLACES, HOT_SPOT_EVENTS, HOT_SPOT_DAYS = 5, 4, 14, 12
LINK = re.compile(rf"{LINK_PATH}([\w-]+)", re.ASCII)


def hot_spot_events(places: list[Place], last: date) -> Iterator[Observation]:
    """Thefts that come thick in a few neighbouring communities, up to the day before the last.

    By chance of their own, so that a city without them is else the same.
    """
    rng = random.Random(HOT_SPOT_SEED)  # noqa: S311 - reproducible on purpose
    zone, around = timezone.get_default_timezone(), neighbourhood(places, HOT_SPOT_PLACES)
    for n in range(HOT_SPOT_EVENTS):
        day = last - timedelta(days=1 + n * HOT_SPOT_DAYS // HOT_SPOT_EVENTS)
        at = datetime.combine(day, time(rng.randrange(24), rng.randrange(60)), zone)
        yield event(f"H{day:%Y%m%d}W{n:02d}", "theft", at, around[n % len(around)], rng)


def signal_events(places: list[Place], day: date) -> Iterator[Observation]:
    """More frauds all over the city than a usual day has: one thing that is really new.

    By chance of their own, as above.
    """
    rng = random.Random(SIGNAL)  # noqa: S311 - reproducible on purpose
    zone = timezone.get_default_timezone()
    for n in range(SIGNAL_EVENTS):
        at = datetime.combine(day, time(rng.randrange(8, 22), rng.randrange(60)), zone)
        yield event(f"S{day:%Y%m%d}F{n:02d}", SIGNAL, at, rng.choice(places), rng)


class City:
    """The city at a pretended moment: what will happen, and who does something about it."""

    def __init__(
        self,
        *,
        clock: PretendedTime,
        rng: random.Random,
        leaders: dict[int, Account],
        operators: list[Account],
        places: list[Place],
        estate: Place,
        hot_spot: bool = True,
    ) -> None:
        self.clock, self.rng = clock, rng
        self.leaders, self.operators = leaders, operators
        self.places, self.estate = places, estate
        self.hot_spot = hot_spot
        self.coming: list[Observation] = []
        self.weak = Unit.objects.get(code=WEAK_STATION).pk
        self.tried = Unit.objects.get(code=TRIED_STATION).pk
        self.chance_there = random.Random(TRIED_STATION)  # noqa: S311 - reproducible on purpose
        self.scenes: Scenes
        self.fresh = False  # whether this is yesterday or today

    def live(self, first: date, last: date, per_day: int, now: datetime) -> Iterator[None]:
        """Live every day from the first to the last, which ends at ``now``; yields after each."""
        zone = timezone.get_default_timezone()
        self._estate_story(first, last)
        self.scenes = Scenes(datetime.combine(first, time(8), zone), now, self.clock)
        if self.hot_spot:
            self.coming.extend(hot_spot_events(self.places, last))
        day = first
        while day <= last:
            self.fresh = (last - day).days < 2
            coming = events_of(day, count=per_day, places=self.places, rng=self.rng, zone=zone)
            self.coming.extend(coming)
            if (last - day).days == 1:
                self.coming.extend(signal_events(self.places, day))
            sign = partial(self._sign, day, last)
            call = partial(self._call, leave=LEFT if self.fresh else 0)
            for hour, minute, what in (
                (8, 10, self._morning),
                (10, 30, call),
                (15, 0, call),
                (18, 30, self._put_right),
                (19, 30, call),
                (22, 40, sign),
            ):
                moment = datetime.combine(day, time(hour, minute), zone)
                if moment >= now:
                    break
                self.scenes.until(moment)
                self.clock.move_to(moment)
                what()
            self._night(day, last, now)
            day += timedelta(days=1)
            yield
        self.scenes.until(now)
        self.clock.move_to(now)
        self._take_in(now)
        observe_many(list(self._underway(now)), actor_label=LABEL)
        self._call(leave=LEFT)
        self._assign_some()

    def archive(self, one_by_one: Iterator[Observation]) -> None:
        """Take in last year's events of the estate, long since answered."""
        observe_many(list(one_by_one), actor_label=LABEL)
        news.drain()

    def estate_thefts(self, days: list[date], prefix: str) -> Iterator[Observation]:
        """One theft in the estate on each of those days."""
        zone = timezone.get_default_timezone()
        for n, day in enumerate(days):
            at = datetime.combine(day, time(self.rng.randrange(24), self.rng.randrange(60)), zone)
            yield event(f"{prefix}{day:%Y%m%d}W{n:02d}", "theft", at, self.estate, self.rng)

    def _underway(self, now: datetime) -> Iterator[Observation]:
        """What the tried station is busy with; the last one should have been answered long ago."""
        here = [place for place in self.places if place.unit_id == self.tried]
        for n, (category, minutes) in enumerate(UNDERWAY):
            at = now - timedelta(minutes=minutes)
            one = event(f"U{at:%Y%m%d%H}W{n:02d}", category, at, here[n % len(here)], self.rng)
            cleared = datetime.fromisoformat(one.details["cleared_at"])
            if told := known_at(one, min(cleared, now)):
                yield told

    def _estate_story(self, first: date, last: date) -> None:
        """The newspaper page's neighbourhood: 12 thefts after 9 in the same weeks last year.

        They end before it is put on the list.
        """
        span = max(2, (last - first).days // ESTATE_SHARE)
        self.coming.extend(
            self.estate_thefts(
                [first + timedelta(days=d) for d in sorted(self.rng.choices(range(span), k=12))],
                "E",
            )
        )
        year = timedelta(days=365)
        days = [first - year + timedelta(days=d) for d in self.rng.choices(range(span), k=9)]
        self.archive(self.estate_thefts(sorted(days), "A"))

    def _morning(self) -> None:
        """The night's export: what is finished comes in whole, once."""
        self._take_in(self.clock.moment, finished_only=True)

    def _take_in(self, moment: datetime, *, finished_only: bool = False) -> None:
        ready = [one for one in self.coming if one.facts_at <= moment]
        self.coming = [one for one in self.coming if one.facts_at > moment]
        if not finished_only:
            partly = (known_at(one, moment) for one in self.coming)
            ready.extend(one for one in partly if one is not None)
        for at in range(0, len(ready), BATCH):
            observe_many(ready[at : at + BATCH], actor_label=LABEL)
        news.drain()

    def _call(self, leave: int) -> None:
        """Messages go out, some answer by link, operators call the rest but for the last few."""
        while contacting.advance():
            pass
        with redirect_stdout(StringIO()):
            while deliver_due(limit=500):
                pass
        self._answer_links()
        for operator in self.operators:
            for _call in range(60):
                if leave and actions.queue(operator, timezone.now()).count() <= leave:
                    break
                taken = actions.next_callback(operator)
                if taken is None:
                    break
                self._phone(taken, operator)

    def _answer_links(self) -> None:
        waiting = Callback.objects.filter(status=Status.MESSAGED).select_related("matter")
        for callback in waiting.order_by("pk"):
            if self._chance(callback).random() > 0.22:
                continue
            message = messages_about(f"callback:{callback.pk}").first()
            if message is None:
                continue
            link = LINK.search(body_of(message))
            if link:
                citizen.answer_by_link(citizen.open_link(link[1]), self._said(callback))

    def _phone(self, taken: Callback, operator: Account) -> None:
        key, rng = f"demo:{taken.pk}:{taken.attempts}", self._chance(taken)
        if taken.pk % 100 < NEVER_REACHED or rng.random() < 0.12:
            outcome = rng.choice(("no_answer", "no_answer", "busy", "switched_off"))
            actions.record_attempt(
                callback_id=taken.pk, operator=operator, outcome=outcome, key=key
            )
        elif rng.random() < 0.04:
            actions.record_attempt(
                callback_id=taken.pk, operator=operator, outcome="refused", key=key
            )
        else:
            actions.record_answer(
                callback_id=taken.pk,
                operator=operator,
                said=self._said(taken),
                key=key,
                answered_by=0,  # of several people the first
            )

    def _said(self, callback: Callback) -> Said:
        matter = callback.matter
        deadline = matter.deadlines.filter(clock="answer").first()
        late = bool(deadline and deadline.met_at and deadline.met_at > deadline.due_at)
        if (
            self.fresh
            and matter.unit_id == self.tried
            and self.chance_there.random() < UNHAPPY_THERE
        ):
            return unhappy(matter.category, self.chance_there, late=late)
        return reply_to(
            callback, self._chance(callback), late=late, weak_unit=matter.unit_id == self.weak
        )

    def _chance(self, callback: Callback) -> random.Random:
        """What else people brought has a chance of its own, so that the calls stay what they were."""
        one = callback.matter
        of_a_scene = (one.external_id or "").startswith(MARK)
        return self.rng if one.kind == "incident" and not of_a_scene else self.scenes.rng

    def _put_right(self) -> None:
        """Duty leaders contact the unhappy and put right what they can; a few are slow."""
        open_orders = Matter.objects.filter(
            kind=rectifying_kind().code, stage__in=(Stage.OPEN, Stage.WORKING)
        ).exclude(external_id__startswith=MARK)
        for order in open_orders.order_by("pk"):
            leader = self.leaders.get(order.unit_id or 0)
            if leader is None or self.rng.random() < 0.08:
                continue
            if self.fresh and order.unit_id == self.tried:
                continue  # left to whoever tries the demo
            actor = Actor.of(leader)
            if waits_elsewhere(order):
                inspector = Account.objects.filter(role=Role.INSPECTOR).order_by("pk")[0]
                actor = Actor.of(inspector)
            if order.state == "ordered":
                move(matter_id=order.pk, code="contact", actor=actor, note="已电话联系，了解诉求。")
            elif self.rng.random() < 0.4:
                self._finish(order.pk, actor)
        news.drain()

    def _finish(self, order: int, actor: Actor) -> None:
        upheld = self.rng.random() < 0.85
        inputs = {"explanation": "已向您当面说明处理经过，并告知后续进展和联系人。"}
        if upheld:
            inputs["measure"] = "责任民警回访说明，补充告知案件进展，加强该路段巡逻。"
        else:
            inputs["finding"] = "经核查，出警时间和处置程序符合规定。"
        code = "put_right" if upheld else "explain"
        move(matter_id=order, code=code, actor=actor, inputs=inputs)

    def _sign(self, day: date, last: date) -> None:
        """In the last weeks units sign their days off; some forget, and some days stay open."""
        if (last - day).days > SIGNED_DAYS:
            return
        for unit in signing_units():
            leader = self.leaders.get(unit.pk)
            if leader is None or self.rng.random() < 0.07:
                continue
            left = open_keys(DayRows(unit, day))
            carry = {
                key: Carry(LEFT_OPEN[one.matter_id % len(LEFT_OPEN)], account=leader)
                for key, one in left.items()
            }
            try:
                close_day(unit=unit, day=day, by=leader, carry=carry)
            except Refusal:
                continue  # a day that cannot be signed stays open, and the board says why

    def _night(self, day: date, last: date, now: datetime) -> None:
        """The night's draws; once units sign their days off, also the close."""
        zone = timezone.get_default_timezone()
        moment = datetime.combine(day + timedelta(days=1), time(0, 30), zone)
        if moment < now:
            self.clock.move_to(moment)
            lapsing.lapse()
            if (last - day).days > SIGNED_DAYS:
                callback_tasks.draw(timezone.localdate())
            else:
                callback_tasks.night()

    def _assign_some(self) -> None:
        """Some of what is open has a person already."""
        officers: dict[int | None, Account] = {}
        for account in Account.objects.filter(role="officer"):
            officers[account.unit_id] = account
        live = Matter.objects.filter(closed_at__isnull=True, assignee__isnull=True)
        for matter in live.order_by("pk"):
            officer, leader = officers.get(matter.unit_id), self.leaders.get(matter.unit_id or 0)
            if officer and leader and self.rng.random() < 0.6:
                assign(matter_id=matter.pk, actor=Actor.of(leader), account=officer)

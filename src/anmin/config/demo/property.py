"""The demo city's property: things in every state, one day on which many went back, two claims.

What went back on 16 November is what the newspaper page of 2011 tells of that day: some 400,000 yuan,
among it 50,000 in cash, two cars, five e-bikes, four laptops, phones, watches and other things.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from anmin.config.demo.clock import PretendedTime, pretended_time
from anmin.config.demo.property_things import OTHERS, RETURNED, Thing, photo
from anmin.files.actions import keep
from anmin.matters import approvals
from anmin.matters.actions import move
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.opening import open_matter
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Area, Unit
from anmin.property import actions, decisions, events, owner_secrets
from anmin.property.actions import Found, Receiver, Taken
from anmin.property.attachments import LABEL
from anmin.property.losses import THEFTS, decide_loss
from anmin.property.models import Loss, ReturnEvent
from anmin.property.published import EVENT, THING, things_offered
from anmin.publishing import actions as publishing
from anmin.publishing.queries import sheet
from anmin.registers.models import Item
from anmin.registers.stores import name_keeper, open_store

CENTRAL, STATION = "RA-CW", "JH-1"
EVENT_HOURS = time(9, 30)
TOLD_OF = 6
"""Of so many that wait for their owners the public reads."""
FEW = 8
"""So many of what went back, where the city is made small; of the others there is one of each end."""


def hold(now: datetime, *, share: float = 1.0) -> None:
    """Keep, match and give back. With a ``share`` below one there are fewer things."""
    small = share < 1
    others = {one.end: one for one in OTHERS}.values() if small else OTHERS
    day = event_day(timezone.localdate(now))
    with pretended_time(now - timedelta(days=320)) as clock:
        city = Store(now, clock)
    assert city.officer.unit is not None
    with pretended_time(_at(day) - timedelta(days=10)):
        city.event = events.open_event(
            code=day.isoformat(),
            title_zh="“赃物大返还”活动",
            title_en="Stolen goods go back",
            day=day,
            place="刑侦大队",
            unit=city.officer.unit,
            by=city.officer,
        )
    back = timezone.localdate(now) - day
    for thing in RETURNED[:FEW] if small else RETURNED:
        city.tell(thing, timedelta(days=thing.days - 14) + back)
    for thing in others:
        city.tell(thing, timedelta(days=thing.days))
    with pretended_time(min(_at(day) + timedelta(days=1), now)):
        tell_the_public(EVENT, day.isoformat())
        for offer in list(things_offered(city.head))[:TOLD_OF]:
            tell_the_public(THING, offer.key)


def tell_the_public(source: str, key: str) -> None:
    """Drafted by the programme office, read and approved by the head."""
    writer = Account.objects.filter(role=Role.PROGRAMME).order_by("pk")[0]
    reviewer = Account.objects.filter(role=Role.LEADER).order_by("pk")[0]
    row = publishing.begin(source=source, key=key, by=writer)
    row = publishing.submit(publication_id=row.pk, by=writer)
    seen = sheet(reviewer, row)
    for one in seen.warnings:
        row = publishing.answer(
            publication_id=row.pk,
            warning=one.warning.key,
            reason="说的是财物，不是人。",
            by=reviewer,
        )
    publishing.approve(
        publication_id=row.pk, text=row.newest, digest=seen.digest, examined=True, by=reviewer
    )


def event_day(today: date) -> date:
    """The last 16 November, as the page has it; where that is long ago, two weeks before today."""
    year = today.year if (today.month, today.day) >= (11, 16) else today.year - 1
    day = date(year, 11, 16)
    return day if today - day <= timedelta(days=90) else today - timedelta(days=14)


def _at(day: date) -> datetime:
    return datetime.combine(day, EVENT_HOURS, timezone.get_default_timezone())


class Store:
    """The stores of the city with their keepers, and who brings things and decides on them."""

    event: ReturnEvent

    def __init__(self, now: datetime, clock: PretendedTime) -> None:
        self.now, self.made = now, 0
        people = {one.username: one for one in Account.objects.select_related("unit")}
        self.officer, self.leader, self.head = (
            people[name] for name in ("chenli", "zhouweiguo", "zhengju")
        )
        self.keeper = people["hanjing"]
        bureau = Unit.objects.get(code="RA")
        open_store(
            code=CENTRAL,
            name="涉案财物管理中心",
            name_en="Central property store",
            unit=bureau,
            by=self.head,
        )
        station = self.officer.unit
        assert station is not None
        open_store(
            code=STATION,
            name="锦湖派出所保管室",
            name_en="Jinhu store",
            unit=station,
            by=self.leader,
        )
        name_keeper(code=CENTRAL, account=self.keeper, by=self.head)
        name_keeper(code=STATION, account=people["zhoujie"], by=self.leader)
        areas = Area.objects.filter(code__startswith="330381003", level="community")
        self.areas = list(areas.order_by("code")[:12])
        used = Loss.objects.values("matter")
        thefts = Matter.objects.filter(kind="incident", category__in=THEFTS, unit=station)
        rows = thefts.exclude(pk__in=used).order_by("-opened_at", "-pk")
        self.losses = list(rows.filter(opened_at__lt=now - timedelta(days=1))[:60])

    def tell(self, thing: Thing, ago: timedelta) -> None:
        """One thing, from its seizure to where it stands today."""
        self.made += 1
        seized = self.now - ago
        if ago >= timedelta(days=3):  # at an hour at which people are at work
            local = timezone.localtime(seized)
            seized = local.replace(hour=9 + self.made % 8, minute=self.made * 7 % 60)
        with pretended_time(seized) as clock:
            item = self._entered(thing, seized)
            if thing.end == "seized":
                return
            clock.move_to(seized + timedelta(hours=31 if thing.late else 3 + self.made % 9))
            item = self._step(item, "keep", self.keeper, store=CENTRAL)
            clock.move_to(clock.moment + timedelta(hours=20))
            if ends := getattr(self, f"_{thing.end}", None):
                act: Callable[[Item, Thing, PretendedTime], None] = ends
                act(item, thing, clock)

    def _entered(self, thing: Thing, seized: datetime) -> Item:
        facts: dict[str, Any] = {
            "sort": thing.sort,
            "title": thing.title,
            "brand": thing.brand,
            "colour": thing.colour,
            "serials": [thing.serial] if thing.serial else [],
            "description": f"{thing.title}，外观完好，已贴封条。",
            "procedure": thing.procedure,
            "value": thing.value,
            "value_source": "counted" if thing.sort == "cash" else "certified",
            "case_number": f"瑞公（锦）立字〔{seized.year}〕{self.made:04d}号",
            "found_place": "锦湖街道某出租房",
        }
        area = self.areas[self.made % len(self.areas)] if self.areas else None
        assert self.officer.unit is not None
        found = Found(facts, self.officer.unit, self.officer, seized, area)
        item = actions.enter(found, by=self.officer, key=f"demo {self.made}")
        keep(
            label=LABEL,
            key=item.number,
            name=f"{thing.title}.jpg",
            chunks=[photo(thing)],
            by=self.officer,
            request=f"demo {self.made}",
        )
        owner_secrets.add_secret(
            item_id=item.pk,
            by=self.officer,
            question="有什么只有失主知道的记号？",
            answer="内侧刻有字母",
        )
        return item

    def _step(self, item: Item, code: str, by: Account, **given: Any) -> Item:
        version = Item.objects.values_list("version", flat=True).get(pk=item.pk)
        return actions.take_step(
            item_id=item.pk,
            code=code,
            by=by,
            version=version,
            key=f"demo {item.pk} {version}",
            taken=Taken(**given),
        )

    def _decided(self, item: Item, sort: str, reason: str, ground: str = "") -> None:
        asked = self._asks(item, sort, reason, ground)
        decisions.decide(decision_id=asked, by=self.head, agree=True, answer="同意")

    def _asks(self, item: Item, sort: str, reason: str, ground: str = "") -> int:
        decision = decisions.ask(
            item_id=item.pk,
            sort=sort,
            by=self.officer,
            reason=reason,
            key=f"demo {item.pk} {sort}",
            ground=ground,
        )
        return decision.pk

    def _ground(self, item: Item, thing: Thing) -> str:
        """The number of a reported loss that it is, or of a claim that was granted."""
        if self.losses:
            loss = self.losses.pop()
            decide_loss(
                item_id=item.pk,
                number=loss.number,
                by=self.officer,
                holds=True,
                reason="序列号与报失一致" if thing.serial else "失主说出的特征一致",
            )
            return loss.number
        return self._claim(item, thing, grants=True).number

    def _claim(self, item: Item, thing: Thing, *, grants: bool | None) -> Matter:
        actor = Actor.of(self.officer)
        claim = open_matter(
            kind="property_claim",
            actor=actor,
            category="claim_property",
            area=item.area,
            details={
                "way": "online",
                "item": item.number,
                "sort": thing.sort,
                "marks": f"{thing.brand}{thing.title}，有自己做的记号。",
            },
            opened_at=timezone.now(),
            key=f"demo claim {item.pk}",
        )
        if grants is None:
            return claim
        move(matter_id=claim.pk, code="take_up", actor=actor)
        told = (
            "请带身份证件领取，不收取任何费用。"
            if grants
            else "您提供的情况与财物特征不能相互印证，暂不能返还。"
        )
        finding = "说出的记号与实物一致。" if grants else "说不出记号，颜色也不符。"
        asked = approvals.ask(
            matter_id=claim.pk,
            code="grant" if grants else "refuse",
            actor=actor,
            reason="已核查",
            inputs={"finding": finding, "reply": told},
        )
        return approvals.agree(request_id=asked.pk, actor=Actor.of(self.head), reason="同意")

    # --- how they went on ---

    def _event(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        number = self._ground(item, thing)
        self._decided(item, "return", "权属明确，无争议", number)
        clock.move_to(_at(self.event.day) + timedelta(minutes=self.made * 3))
        self._hand_over(item, self.event)

    def _hand_over(self, item: Item, event: ReturnEvent | None = None) -> None:
        version = Item.objects.values_list("version", flat=True).get(pk=item.pk)
        actions.give_back(
            item_id=item.pk,
            by=self.keeper,
            version=version,
            key=f"demo {item.pk} back",
            receiver=Receiver(f"失主{self.made:02d}号", "owner"),
            event=event,
        )

    def _match(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        if self.losses:
            loss = self.losses.pop()
            decide_loss(
                item_id=item.pk,
                number=loss.number,
                by=self.officer,
                holds=False,
                reason="颜色、品牌不符",
            )

    def _out(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        self._decided(item, "take_out", "送电子数据检验")
        self._step(item, "take_out", self.keeper, note="送电子数据检验，三日内归还")

    def _asked(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        self._asks(item, "return", "失主已辨认", self._ground(item, thing))

    def _claimed(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        clock.move_to(self.now - timedelta(days=1))
        self._claim(item, thing, grants=None)

    def _refused(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        self._claim(item, thing, grants=False)

    def _granted(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        claim = self._claim(item, thing, grants=True)
        self._decided(item, "return", "认领经核查属实", claim.number)
        clock.move_to(clock.moment + timedelta(days=2))
        self._hand_over(item)

    def _announced(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        facts = {"noticed_on": timezone.localdate(), "notice": "局网站和派出所公告栏"}
        self._step(item, "announce", self.officer, facts=facts)

    _overdue = _announced

    def _extended(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        self._announced(item, thing, clock)
        clock.move_to(clock.moment + timedelta(days=170))
        self._decided(item, "extend", "失主在外地，已取得联系")
        self._step(item, "extend", self.officer)

    def _treasury(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        self._announced(item, thing, clock)
        clock.move_to(clock.moment + timedelta(days=200))
        self._decided(item, "treasury", "公告期满无人认领")
        self._step(item, "treasury", self.keeper)

    def _with_case(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        clock.move_to(clock.moment + timedelta(days=20))
        self._decided(item, "with_case", "移送审查起诉")
        self._step(item, "with_case", self.keeper)

    def _destroy(self, item: Item, thing: Thing, clock: PretendedTime) -> None:
        self._decided(item, "destroy", "违禁品，依法销毁")
        self._step(item, "destroy", self.keeper)

"""What the stories of this room share: a store with its keeper, and things in every state."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone
from PIL import Image
from tests.personas import City

from anmin.files.actions import keep
from anmin.matters import actions as matters
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.property import actions, decisions
from anmin.property.actions import Found, Receiver, Taken
from anmin.property.attachments import LABEL
from anmin.property.losses import decide_loss
from anmin.property.models import Decision, Handover
from anmin.registers.models import Item, Store
from anmin.registers.stores import name_keeper, open_store

_keys = count(1)


def key() -> str:
    """A key that nobody has used."""
    return f"property-{next(_keys)}"


def picture() -> bytes:
    """A small photo."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40), (40, 90, 160)).save(made, "JPEG")
    return made.getvalue()


@dataclass
class Rooms:
    """The store of Jinhu and who keeps it; who decides for the county; a second officer."""

    city: City
    store: Store
    keeper: Account
    partner: Account  # 李强, of Jinhu station, too

    def entered(self, **changes: Any) -> Item:
        """A blue e-bike that 陈立 seized three hours ago."""
        facts: dict[str, Any] = {
            "sort": "e_bike",
            "title": "雅迪电动车",
            "brand": "雅迪",
            "colour": "blue",
            "serials": ["YD20260077"],
            "procedure": "administrative",
            "value": 2600,
            "value_source": "market",
        }
        found = Found(
            facts={**facts, **changes.pop("facts", {})},
            unit=changes.pop("unit", self.city.jinhu),
            investigator=changes.pop("investigator", self.city.officer),
            seized_at=changes.pop("seized_at", timezone.now() - timedelta(hours=3)),
            area=changes.pop("area", self.city.wenhua),
            matter=changes.pop("matter", None),
            note=changes.pop("note", ""),
        )
        return actions.enter(found, by=changes.pop("by", self.city.officer), key=key())

    def step(self, item: Item, code: str, by: Account | None = None, **given: Any) -> Item:
        """One step of the keeper's, unless somebody else takes it."""
        return actions.take_step(
            item_id=item.pk,
            code=code,
            by=by or self.keeper,
            version=given.pop("version", Item.objects.get(pk=item.pk).version),
            key=given.pop("key", "") or key(),
            taken=Taken(**given),
        )

    def kept(self, **changes: Any) -> Item:
        """The same, in store, with a photo."""
        at: datetime | None = changes.pop("at", None)
        item = self.step(self.entered(**changes), "keep", store=self.store.code, at=at)
        self.photo(item)
        return item

    def photo(self, item: Item) -> None:
        """A photo of it."""
        keep(
            label=LABEL,
            key=item.number,
            name="照片.jpg",
            chunks=[picture()],
            by=self.city.officer,
            request=key(),
        )

    def lost(self, **changes: Any) -> Matter:
        """The report of who lost it."""
        facts = {"summary": "雅迪蓝色电动车被盗", "opened_at": timezone.now() - timedelta(days=5)}
        return self.city.incident(**{**facts, **changes})

    def owned(self, item: Item, loss: Matter | None = None) -> Matter:
        """Found to be what was lost."""
        loss = loss or self.lost()
        decide_loss(
            item_id=item.pk,
            number=loss.number,
            by=self.city.officer,
            holds=True,
            reason="车架号一致",
        )
        return loss

    def asked(self, item: Item, sort: str = "return", **changes: Any) -> Decision:
        """A request of 陈立's."""
        given: dict[str, Any] = {"by": self.city.officer, "reason": "权属明确", "key": key()}
        return decisions.ask(item_id=item.pk, sort=sort, **{**given, **changes})

    def agreed(self, item: Item, sort: str = "return", **changes: Any) -> Decision:
        """A request that 郑局 agreed to."""
        asked = self.asked(item, sort, **changes)
        return decisions.decide(decision_id=asked.pk, by=self.city.leader, agree=True, answer="")

    def returned(self, item: Item, **changes: Any) -> Handover:
        """Handed over to its owner by the keeper."""
        item.refresh_from_db()
        given: dict[str, Any] = {
            "item_id": item.pk,
            "by": self.keeper,
            "version": item.version,
            "key": key(),
            "receiver": Receiver("王秀英", "owner"),
        }
        return actions.give_back(**{**given, **changes})

    def claim(self, item: Item, **changes: Any) -> Matter:
        """Somebody claims it at the station."""
        facts: dict[str, Any] = {"item": item.number, "marks": "车座下贴有蓝色贴纸", "way": "visit"}
        return matters.open_matter(
            kind="property_claim",
            actor=Actor.of(self.city.officer),
            category="claim_property",
            area=self.city.wenhua,
            details={**facts, **changes},
        )


def rooms(city: City) -> Rooms:
    """A store in Jinhu, kept by 周洁, and a second officer there."""
    store = open_store(
        code="JH-1", name="锦湖保管室", name_en="Jinhu store", unit=city.jinhu, by=city.duty_leader
    )

    def person(username: str, name: str, role: Role) -> Account:
        return Account.objects.create_user(
            username, "x", display_name=name, role=role, unit=city.jinhu
        )

    keeper = person("zhoujie", "周洁", Role.CLERK)
    name_keeper(code="JH-1", account=keeper, by=city.duty_leader)
    return Rooms(city, store, keeper, person("liqiang", "李强", Role.OFFICER))

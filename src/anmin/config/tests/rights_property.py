"""Scenes of property: a thing of either unit in store, asked for, agreed to, given back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anmin.config.tests.rights_scene import Made, Scene
from anmin.files.actions import keep
from anmin.people.models import Account
from anmin.property import actions, decisions, events, owner_secrets
from anmin.property.actions import Found, Receiver, Taken
from anmin.property.attachments import LABEL
from anmin.property.losses import decide_loss
from anmin.property.published import THING
from anmin.property.tests.scene import key, picture
from anmin.publishing import actions as publishing
from anmin.publishing.models import Publication
from anmin.publishing.tests.scene import approved
from anmin.registers.models import Item
from anmin.registers.stores import name_keeper, open_store

if TYPE_CHECKING:
    from tests.personas import City

    from anmin.config.tests.rights_world import World


def things(city: "City", clerk: Account) -> dict[str, Item]:
    """One of Jinhu in the store that the clerk keeps, one of Yuhai in the bureau's; and an event."""
    other = Account.objects.create_user("hanjing", "x", role="clerk", unit=city.command)
    for code, unit, keeper in (("JH-1", city.jinhu, clerk), ("RA-1", city.bureau, other)):
        open_store(code=code, name=code, unit=unit, by=city.leader)
        name_keeper(code=code, account=keeper, by=city.leader)
    events.open_event(
        code="day",
        title_zh="返还",
        title_en="Return",
        day=date(2026, 11, 16),
        place="广场",
        unit=city.jinhu,
        by=city.officer,
    )
    found = {}
    for mine, officer, store, keeper in (
        ("own", city.officer, "JH-1", clerk),
        ("other", city.other_officer, "RA-1", other),
    ):
        facts = {"sort": "e_bike", "title": "电动车", "procedure": "criminal", "value": 9}
        assert officer.unit
        seized = timezone.now() - timedelta(hours=2)
        entry = Found({**facts, "value_source": "market"}, officer.unit, officer, seized)
        item = actions.enter(entry, by=officer, key=key())
        found[mine] = actions.take_step(
            item_id=item.pk, code="keep", by=keeper, version=1, key=key(), taken=Taken(store=store)
        )
    return found


def _people(world: "World", mine: str) -> tuple[Account, Account]:
    """Who seized it, and who keeps it."""
    if mine == "own":
        return world.city.officer, world.people["clerk"]
    return world.city.other_officer, Account.objects.get(username="hanjing")


def with_secret(world: "World", _account: Account, mine: str) -> Scene:
    """With a question that only the owner can answer."""
    officer, _keeper = _people(world, mine)
    owner_secrets.add_secret(
        item_id=world.things[mine].pk, by=officer, question="记号？", answer="划痕"
    )
    return Scene()


def asked_for(world: "World", _account: Account, mine: str) -> Scene:
    """A request waits."""
    officer, _keeper = _people(world, mine)
    decisions.ask(item_id=world.things[mine].pk, sort="destroy", by=officer, reason="x", key=key())
    return Scene()


def lost(world: "World", _account: Account, mine: str) -> Scene:
    """A reported loss that it may be."""
    number = world.matters[mine].number
    return Scene(form={"number": number, "do": "holds", "reason": "x"})


def photo_kept(world: "World", _account: Account, mine: str) -> Scene:
    """A photo of it, and one more to send."""
    officer, _keeper = _people(world, mine)
    number = world.things[mine].number
    kept = keep(
        label=LABEL, key=number, name="车.jpg", chunks=[picture()], by=officer, request=key()
    )
    return Scene({"file_id": kept.pk}, {"file": SimpleUploadedFile("车.jpg", picture())})


def agreed(world: "World", account: Account, mine: str) -> Scene:
    """It was agreed that it goes back."""
    officer, _keeper = _people(world, mine)
    item, number = world.things[mine], world.matters[mine].number
    photo_kept(world, account, mine)
    decide_loss(item_id=item.pk, number=number, by=officer, holds=True, reason="x")
    asked = decisions.ask(
        item_id=item.pk, sort="return", by=officer, reason="x", key=key(), ground=number
    )
    decisions.decide(decision_id=asked.pk, by=world.city.leader, agree=True, answer="")
    form = {"version": item.version, "name": "王秀英", "relation": "owner"}
    return Scene(form=form)


def given_back(world: "World", account: Account, mine: str) -> Scene:
    """It went back."""
    agreed(world, account, mine)
    _officer, keeper = _people(world, mine)
    item = world.things[mine]
    actions.give_back(
        item_id=item.pk,
        by=keeper,
        version=item.version,
        key=key(),
        receiver=Receiver("王秀英", "owner"),
    )
    return Scene()


def told_of(world: "World", _account: Account, _mine: str) -> Scene:
    """The public reads that a thing waits for its owner."""
    row = publishing.begin(source=THING, key=world.things["own"].number, by=world.city.programme)
    publishing.submit(publication_id=row.pk, by=world.city.programme)
    return Scene({"number": approved(world.city, Publication.objects.get(pk=row.pk)).number})


SCENES: Mapping[str, Made] = {
    "portal:goods_claim": told_of,
    "desk:property_secrets": with_secret,
    "desk:property_decide": asked_for,
    "desk:property_losses": lost,
    "desk:property_files": photo_kept,
    "desk:property_file": photo_kept,
    "desk:property_file_small": photo_kept,
    "desk:property_return": agreed,
    "desk:property_receipt": given_back,
}
"""By the name of the address."""

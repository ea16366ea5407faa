"""What was lost long ago tells of nobody any more, by the kind's own rule."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from anmin.callbacks import planning
from anmin.callbacks.models import Callback
from anmin.matters import actions, retention
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Contact, Entry, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from tests.personas import City


def test_its_personal_facts_and_free_texts_go_and_the_others_stay(city: City) -> None:
    officer = Actor.of(city.officer)
    lost = city.incident(
        kind="lost_property",
        category="purse_lost",
        contact=ContactFacts("钱多多", "+8613700005678", ""),
        details={"article": "钱多多的皮夹", "marks": "绣着钱字", "sort": "purse", "worth": 300},
    )
    for code, inputs in (
        ("find", {"shelf": "A3"}),
        ("give", {"answer": "请来领取", "outcome": "fixed"}),
    ):
        actions.move(matter_id=lost.pk, code=code, actor=officer, inputs=inputs)
    drain([planning.NEWS])
    Callback.objects.update(closed_at=timezone.now(), status="done")
    with time_machine.travel(timezone.now() + timedelta(days=340), tick=False):
        assert retention.anonymise_due() == 0
    with time_machine.travel(timezone.now() + timedelta(days=400), tick=False):
        assert retention.anonymise_due() == 1
    left = Matter.objects.get(pk=lost.pk)
    stays = {"sort", "worth", "shelf", "given_back_at"}
    assert left.details.keys() & {"article", "marks", "answer", *stays} == stays
    history = "".join(f"{entry.note}{entry.payload}" for entry in Entry.objects.filter(matter=lost))
    assert not {word for word in ("钱", "请来领取") if word in history}
    assert not Contact.objects.exists()
    assert verify().sound

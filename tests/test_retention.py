"""A matter whose time is over tells of nobody any more, and its history still proves itself."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from anmin.callbacks import planning, recording
from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.sealing import seal
from anmin.channels.actions import queue_message
from anmin.channels.models import Message, Status
from anmin.files.actions import keep
from anmin.files.models import File
from anmin.kernel.errors import Conflict, NotAllowed
from anmin.matters import actions, holding, retention
from anmin.matters.actor import Actor
from anmin.matters.bringing import Bringing
from anmin.matters.contacts import ContactFacts
from anmin.matters.erasing import ANONYMISED
from anmin.matters.intake import Observation, observe_many
from anmin.matters.models import Anonymised, Contact, Entry, Link, Matter
from anmin.matters.news import drain
from anmin.matters.search import search
from anmin.matters.verify import chain_holds, verify
from anmin.measures.lake import refresh
from anmin.measures.queries import show
from anmin.people.models import AccessLog
from tests.personas import City, SignIn
from tests.tampering import findings_now

NEEDLES = (
    *("钱多多", "+8613700005678", "13700005678", "飞云江路七七号", "邻居养了三只鹅"),
    *("已同钱家商量好", "备注里写了她的名字", "他说鹅太吵", "答复短信正文"),
)
CONTACT = ContactFacts("钱多多", "+8613700005678", "飞云江路七七号")
PHOTO = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
LATER = timedelta(days=3 * 366 + 5)


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path


@pytest.fixture
def matter(city: City) -> Matter:
    """王女士's neighbour, with everything that the house keeps about a matter."""
    made = city.incident(summary="邻居养了三只鹅", place="飞云江路七七号", contact=CONTACT)
    officer = Actor.of(city.officer)
    actions.add_note(matter_id=made.pk, actor=officer, text="备注里写了她的名字")
    actions.move(
        matter_id=made.pk, code="answer", actor=officer, inputs={"reply": "已同钱家商量好"}
    )
    drain([planning.NEWS, "words"])
    callback = Callback.objects.get(matter=made)
    now = timezone.now()
    Answer.objects.create(
        callback=callback,
        seq=1,
        at=now,
        via="call",
        script="incident",
        script_version=1,
        satisfaction="satisfied",
        text=seal("他说鹅太吵", kind="answer", of=f"{callback.pk}/1"),
        key="a",
    )
    Attempt.objects.create(
        callback=callback, seq=1, at=now, channel="call", outcome="answered", key="b",
        note=seal("他说鹅太吵", kind="attempt", of=f"{callback.pk}/1"),
    )  # fmt: skip
    Callback.objects.filter(pk=callback.pk).update(status="done", closed_at=now)
    message = queue_message(
        key="m", medium="sms", recipient=CONTACT.phone, body="答复短信正文", language="zh-hans",
        subject_ref=f"{recording.SUBJECT}{callback.pk}",
    )  # fmt: skip
    Message.objects.filter(pk=message.pk).update(status=Status.SENT)
    return Matter.objects.get(pk=made.pk)


def texts() -> Iterator[str]:
    """Every value of every table, the shadow tables of the index too."""
    tables = connection.introspection.table_names()
    for table in tables:
        with connection.cursor() as cursor:
            try:
                cursor.execute(f'SELECT * FROM "{table}"')
            except Exception:
                continue
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, memoryview | bytes) else None
                    yield raw.decode("utf-8", "replace") if raw is not None else str(value)


def found() -> set[str]:
    """The needles that stand anywhere in the database, or in a file of the home."""
    home = Path(django_settings.ANMIN_HOME)
    files = [
        path.read_bytes().decode("utf-8", "replace") for path in home.rglob("*.*") if path.is_file()
    ]
    everything = "\n".join([*texts(), *files])
    return {one for one in NEEDLES if one in everything or json.dumps(one)[1:-1] in everything}


def test_nothing_is_left_and_the_history_holds(city: City, matter: Matter) -> None:
    index = django_settings.KEYRING.blind_index(CONTACT.phone, purpose="phone")
    assert {"邻居养了三只鹅", "飞云江路七七号", "已同钱家商量好"} <= found()
    assert search(city.inspector, "三只鹅").rows
    before = list(Entry.objects.filter(matter=matter).order_by("seq").values_list("seq", "hash"))
    refresh()
    answered = show("answered_in_time").total
    assert retention.anonymise_due() == 0  # its time is not over
    with time_machine.travel(timezone.now() + LATER, tick=False):
        assert retention.anonymise_due() == 1
        assert retention.anonymise_due() == 0
    assert found() == set()
    assert not Contact.objects.filter(matter=matter).exists()
    assert not Message.objects.filter(recipient_index=index).exists()
    assert not search(city.inspector, "三只鹅").rows
    left = Matter.objects.get(pk=matter.pk)
    assert (left.summary, left.place, left.state) == ("", "", "answered")
    assert "reply" not in left.details
    assert left.details["answered_at"] == matter.details["answered_at"]
    after = list(Entry.objects.filter(matter=matter).order_by("seq").values_list("seq", "hash"))
    assert [*map(tuple, after[:-1])] == [*map(tuple, before)]  # no hash was made anew
    last = Entry.objects.filter(matter=matter).latest("seq")
    assert (last.action, last.payload["told"]["rule"]) == (ANONYMISED, "incident.retention")
    assert (verify().sound, chain_holds(left)) == (True, True)
    assert findings_now() == []  # what was taken out of rows that are only ever added is no finding
    assert Answer.objects.get().satisfaction == "satisfied"
    refresh()
    total = show("answered_in_time").total
    assert (total.numerator, total.denominator) == (answered.numerator, answered.denominator)


def test_what_is_left_cannot_be_altered_nor_a_text_be_slipped_in(
    city: City, matter: Matter
) -> None:
    with time_machine.travel(timezone.now() + LATER, tick=False):
        retention.anonymise_due()
    first = Entry.objects.filter(matter=matter).earliest("seq")
    for change in (
        {"note": "他自己要的"},
        {"payload": {**first.payload, "set": {**first.payload["set"], "summary": "别的"}}},
    ):
        was = {name: getattr(first, name) for name in change}
        Entry.objects.filter(pk=first.pk).update(**change)
        assert not verify().sound
        Entry.objects.filter(pk=first.pk).update(**was)
    assert verify().sound


def test_a_held_matter_stays_until_the_inspectorate_lifts_the_hold(
    city: City, matter: Matter
) -> None:
    with pytest.raises(NotAllowed):
        holding.hold(matter_id=matter.pk, by=city.duty_leader, reason="复查")
    holding.hold(matter_id=matter.pk, by=city.inspector, reason="复查")
    with pytest.raises(Conflict):
        holding.hold(matter_id=matter.pk, by=city.inspector, reason="复查")
    assert AccessLog.objects.filter(action="legal_hold").count() == 1
    with time_machine.travel(timezone.now() + LATER, tick=False):
        assert retention.anonymise_due() == 0
        assert "邻居养了三只鹅" in found()
        with pytest.raises(NotAllowed):
            holding.lift(matter_id=matter.pk, by=city.leader, reason="完")
        holding.lift(matter_id=matter.pk, by=city.inspector, reason="完")
        with pytest.raises(Conflict):  # a hold that was lifted holds nothing
            holding.lift(matter_id=matter.pk, by=city.inspector, reason="再次")
        told = Entry.objects.filter(matter=matter, actor=city.inspector).order_by("seq")
        assert [(one.action, one.note) for one in told][-2:] == [
            ("held", "复查"),
            ("released", "完"),
        ]
        assert retention.anonymise_due() == 1
    assert found() == set()
    assert verify().sound


def test_what_somebody_is_still_called_about_or_lives_on_stays(city: City, matter: Matter) -> None:
    Callback.objects.update(closed_at=None, status="due")
    with time_machine.travel(timezone.now() + LATER, tick=False):
        assert retention.anonymise_due() == 0
        Callback.objects.update(closed_at=timezone.now(), status="done")
        live = city.incident()
        tie = Link.objects.create(matter=live, relation="related", other=matter)
        assert retention.anonymise_due() == 0
        tie.delete()
        assert retention.anonymise_due(limit=1) == 1


def test_what_is_written_later_goes_when_its_time_is_over(city: City, matter: Matter) -> None:
    with time_machine.travel(timezone.now() + LATER, tick=False):
        retention.anonymise_due()
        actions.add_note(
            matter_id=matter.pk, actor=Actor.of(city.inspector), text="备注里写了她的名字"
        )
        assert "备注里写了她的名字" in found()
        assert retention.anonymise_due() == 1
        assert found() == set()
        assert verify().sound
        assert Anonymised.objects.get().seq == Matter.objects.get(pk=matter.pk).version


def test_no_file_brings_it_back(city: City) -> None:
    def said(summary: str) -> Observation:
        at = timezone.now() - timedelta(days=1200)
        details: dict[str, Any] = {"received_at": at.isoformat(), "answered_at": at.isoformat()}
        return Observation(
            "cad", "J1", "incident", "dispute", None, city.jinhu.pk, summary, "", None, None,
            at, timezone.now(), details, "已同钱家商量好", CONTACT,
        )  # fmt: skip

    by = Bringing(Actor.of(city.operator))
    observe_many([said("邻居养了三只鹅")], by=by)
    drain([planning.NEWS])
    Callback.objects.update(closed_at=timezone.now(), status="done")
    assert retention.anonymise_due() == 1
    for summary in ("邻居养了三只鹅", "邻居养了三只鹅，很吵"):
        (told,) = observe_many([said(summary)], by=by)
        assert told.outcome in ("unchanged", "refused")
    assert found() == set()
    assert not Contact.objects.exists()
    assert verify().sound


def test_files_go_and_pages_still_open(
    city: City, matter: Matter, sign_in: SignIn, settings: LazySettings
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        keep(
            label="matter", key=matter.number, name="鹅.pdf", chunks=[PHOTO], by=city.inspector,
            request="r",
        )  # fmt: skip
    holding.hold(matter_id=matter.pk, by=city.inspector, reason="复查")
    holding.lift(matter_id=matter.pk, by=city.inspector, reason="完")
    with time_machine.travel(timezone.now() + LATER, tick=False):
        assert retention.anonymise_due() == 1
        row = File.objects.get()
        assert (bytes(row.name), row.erased_why) == (b"", "incident.retention")
        page = sign_in(city.inspector).get(f"/desk/matters/{matter.number}/")
        assert page.status_code == 200


EMPTIED = {
    *(
        "approvalrequest",
        "confider",
        "contact",
        "followcode",
        "furtherphone",
        "handout",
        "latercontact",
    ),
    *("legalhold", "party", "reaction", "sealedfacts"),
}
"""Tables of the core that ``retention`` empties."""
SAYS_NOTHING = {
    "matters.anonymised": "that it was done",
    "matters.deadline": "moments",
    "matters.entry": "emptied, and proved by the entry that says so",
    "matters.link": "two numbers",
    "matters.matter": "emptied with its entries",
    "matters.wordrow": "its words are forgotten with it",
    "callbacks.callback": "its answers, attempts and messages are emptied",
    "callbacks.claimdecision": "its reason is emptied",
    "property.decision": "its reason and answer are emptied",
    "property.loss": "its reason is emptied",
    "registers.item": "the thing and its case; whose it is stands in the matter",
    "callbacks.carried": "a signed day is never changed",
    "desk_notices.notice": "what kind of news it was",
    "watch.apart": "why two calls are two events",
}


def test_every_table_of_matters_is_emptied_or_says_nothing_of_people() -> None:
    """A new one is judged here, and emptied in ``retention._erase_rows`` or by its own room."""
    tied = {
        model._meta.label_lower
        for model in apps.get_models()
        for one in model._meta.get_fields()
        if one.concrete and one.related_model is Matter
    }
    assert tied == {f"matters.{name}" for name in EMPTIED} | set(SAYS_NOTHING)

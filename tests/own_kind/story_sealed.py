"""A citizen tells of gambling next door: the house keeps it and cannot read it; 吴敏 and 郑明 open it.

Run by ``test_own_kind`` in a process whose ``ANMIN_KINDS`` names the folder beside this file.
"""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from typer.testing import CliRunner

from anmin.config.command import build
from anmin.faces.forms import ContactForm, opening_fields
from anmin.kernel import sealing
from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.kernel.sealing import BACKUP, SealKeyMade, Unopened
from anmin.matters import actions, sealed
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.correcting import Right, correct
from anmin.matters.intake import observe_many
from anmin.matters.kind import UNASKED
from anmin.matters.models import Contact, Matter, SealedFacts, SealKey
from anmin.matters.news import drain
from anmin.matters.queries import matter_view
from anmin.matters.registry import kind_of
from anmin.matters.sealed_actions import drill, make_key, open_sealed
from anmin.matters.search import search
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role
from tests.personas import PASSWORD, City

TIP = "隔壁三零二室每晚聚众赌博"
TIPSTER = ContactFacts("钱知情", "+8613957712377", "文化小区4幢")
SECRETS = ("隔壁三零二室", "聚众赌博", "钱知情", "13957712377", "文化小区4幢")
WORDS = {"wumin": "a long passphrase 1", "zhengming": "a long passphrase 2"}


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def second(city: City) -> Account:
    """郑明 inspects, too."""
    return Account.objects.create_user(
        "zhengming", PASSWORD, role=Role.INSPECTOR, unit=city.inspectorate
    )


@pytest.fixture
def key(city: City, second: Account) -> SealKeyMade:
    """A key that two of three open together."""
    return make_key(passphrases=WORDS, need=2)


def tip(city: City, **changes: object) -> Matter:
    given: dict[str, object] = {
        "kind": "whisper",
        "category": "tip_of_gambling",
        "actor": Actor.of(city.inspector),
        "area": city.wenhua,
        "details": {"tip": TIP, "channel": "portal"},
        "contact": TIPSTER,
        **changes,
    }
    return actions.open_matter(**given)  # type: ignore[arg-type]


def held(made: SealKeyMade, *names: str) -> list[sealing.Holder]:
    return [sealing.holder(made.holder_files[one], WORDS.get(one, "")) for one in names]


def stolen() -> Iterator[tuple[str, bytes]]:
    """Every value of every table, as somebody reads it who took the database away."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else b""
                    yield table, raw or str(value).encode()


def test_with_database_and_keyring_stolen_nobody_reads_a_tip(
    city: City, key: SealKeyMade, caplog: pytest.LogCaptureFixture
) -> None:
    matter = tip(city)
    actions.move(
        matter_id=matter.pk,
        code="check",
        actor=Actor.of(city.inspector),
        inputs={"addition": "聚众赌博属实"},
    )
    drain(["words"])
    refresh(full=True)
    phone = settings.KEYRING.blind_index(TIPSTER.phone, purpose="phone")
    tokens = 0
    for table, value in stolen():
        assert not any(
            one.encode() in value or ascii(one)[1:-1].encode() in value for one in SECRETS
        ), table
        assert phone not in value, table  # a number is found by trying all there are
        if table == "matters_sealedfacts" and len(value) > 48:
            tokens += 1
            for context in (b"", f"contact:{matter.number}".encode()):
                with pytest.raises(Unreadable):
                    settings.KEYRING.decrypt(value, context=context)
    assert tokens == 2
    for path in Path(settings.ANMIN_HOME).rglob("*"):
        if path.is_file() and path.suffix not in {".sqlite3", ".mo"}:
            assert not any(one.encode() in path.read_bytes() for one in SECRETS), path
    assert not any(one in caplog.text for one in SECRETS)
    assert not Contact.objects.filter(matter=matter).exists()
    assert matter.details == {"channel": "portal"}
    view = matter_view(city.inspector, matter.number)
    assert [[str(one) for one in line.labels] for line in view.sealed] == [
        ["联系方式", "举报内容"],
        ["补充情况"],
    ]
    assert (view.has_contact, view.moves != []) == (False, True)
    assert search(city.inspector, TIPSTER.phone).rows == []
    assert search(city.inspector, "聚众赌博").rows == []
    assert verify().sound
    # Only the holders' files open it.
    found = open_sealed(
        number=matter.number,
        key_file=key.key_file,
        held=held(key, "wumin", "zhengming"),
        reason="核查",
    )
    assert [one.facts.get("tip") for one in found.facts] == [TIP, None]
    assert sealed.contact_of(found.facts[0].facts) == TIPSTER
    assert found.facts[1].facts == {"addition": "聚众赌博属实"}
    log = AccessLog.objects.filter(action="open_sealed").order_by("number")
    assert [(one.actor, one.subject, one.reason) for one in log] == [
        ("wumin", matter.number, "核查"),
        ("zhengming", matter.number, "核查"),
    ]


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (("wumin",), Unopened),
        ((BACKUP,), NotAllowed),
        (("wumin", "wumin"), Unopened),
    ],
)
def test_one_of_two_opens_nothing(
    city: City, key: SealKeyMade, names: tuple[str, ...], fault: type[Refusal]
) -> None:
    matter = tip(city)
    with pytest.raises(fault):
        open_sealed(
            number=matter.number, key_file=key.key_file, held=held(key, *names), reason="核查"
        )
    assert not AccessLog.objects.filter(action="open_sealed").exists()


def test_the_backup_stands_for_one_of_two(city: City, key: SealKeyMade) -> None:
    matter = tip(city)
    opened = open_sealed(
        number=matter.number, key_file=key.key_file, held=held(key, "wumin", BACKUP), reason="核查"
    )
    assert opened.facts[0].facts["tip"] == TIP
    log = AccessLog.objects.filter(action="open_sealed").order_by("number")
    assert [one.actor for one in log] == ["wumin", "backup"]


def test_who_may_not_see_the_matter_does_not_open_it(
    city: City, second: Account, key: SealKeyMade
) -> None:
    matter = tip(city)
    both = held(key, "wumin", "zhengming")
    second.role, second.unit = Role.OFFICER, city.jinhu
    second.save()
    for reason, fault in (("核查", NotAllowed), (" ", Refusal)):
        with pytest.raises(fault):
            open_sealed(number=matter.number, key_file=key.key_file, held=both, reason=reason)
    with pytest.raises(NotFound):
        open_sealed(number="MB-1", key_file=key.key_file, held=both, reason="核查")
    assert not AccessLog.objects.filter(action="open_sealed").exists()


def test_without_a_key_nothing_is_taken_in_and_nothing_lies_open(city: City) -> None:
    with pytest.raises(Refusal) as told:
        tip(city)
    assert (told.value.field, told.value.code) == ("tip", "no_seal_key")
    assert Matter.objects.count() == 0


def test_what_would_tell_who_speaks_is_not_asked(city: City, key: SealKeyMade) -> None:
    for field in ("summary", "place", "note"):
        with pytest.raises(Refusal) as told:
            tip(city, **{field: TIP})
        assert (told.value.field, told.value.code) == (field, "not_asked")
    with pytest.raises(Refusal) as told:
        tip(city, details={"channel": "portal"})
    assert told.value.field == "tip"
    assert Matter.objects.count() == 0
    nameless = tip(city, contact=None)
    assert SealedFacts.objects.get(matter=nameless).names == ["tip"]
    with pytest.raises(NotAllowed):
        correct(
            matter_id=nameless.pk,
            actor=Actor.of(city.inspector),
            right=Right(contact=TIPSTER),
            reason="x",
            planned=lambda _ids: set(),
        )
    assert not Contact.objects.exists()


def test_a_token_changed_or_moved_is_found(city: City, key: SealKeyMade) -> None:
    first, other = tip(city), tip(city)
    row = SealedFacts.objects.get(matter=other)
    moved = bytes(SealedFacts.objects.get(matter=first).token)
    row.token = moved
    row.save()
    assert not verify().sound
    with pytest.raises(Unopened):
        open_sealed(
            number=other.number,
            key_file=key.key_file,
            held=held(key, "wumin", "zhengming"),
            reason="核查",
        )
    row.delete()
    assert not verify().sound


def test_a_new_key_seals_and_the_old_one_still_opens(city: City, key: SealKeyMade) -> None:
    before = tip(city)
    with pytest.raises(Refusal) as told:
        make_key(passphrases=WORDS, need=1)
    assert told.value.code == "in_use"
    new = make_key(passphrases={"wumin": WORDS["wumin"]}, need=1, replace=True)
    after = tip(city)
    assert [(one["key"], one["in_use"], one["sealed"]) for one in sealed.all_keys()] == [
        (new.id, True, 1),
        (key.id, False, 1),
    ]
    for matter, made, names in (
        (before, key, ("wumin", "zhengming")),
        (after, new, ("wumin",)),
    ):
        found = open_sealed(
            number=matter.number, key_file=made.key_file, held=held(made, *names), reason="核查"
        )
        assert found.facts[0].facts["tip"] == TIP
    with pytest.raises(NotFound):
        open_sealed(
            number=after.number,
            key_file=key.key_file,
            held=held(key, "wumin", "zhengming"),
            reason="核查",
        )
    assert drill(key_file=new.key_file, held=held(new, "wumin")).code == new.id
    with pytest.raises(Unopened):
        drill(key_file=new.key_file, held=held(key, "wumin"))


def test_the_administrator_makes_tries_and_opens_by_command(
    city: City, second: Account, tmp_path: Path
) -> None:
    run, app = CliRunner(), build()
    out = tmp_path / "keys"
    asked = ["sealed", "create", "--holder", "wumin", "--holder", "zhengming", "--need", "2"]
    typed = "".join(f"{word}\n{word}\n" for word in WORDS.values())
    made = run.invoke(app, [*asked, "--out", str(out)], input=typed)
    assert made.exit_code == 0, made.output
    key = SealKey.objects.get()
    assert sorted(path.name for path in out.iterdir()) == [
        f"{key.code}.backup.holder",
        f"{key.code}.key",
        f"{key.code}.wumin.holder",
        f"{key.code}.zhengming.holder",
    ]
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())
    assert AccessLog.objects.get(action="make_seal_key").subject == key.code
    matter = tip(city)
    files = ["--key", str(out / f"{key.code}.key")]
    for name in WORDS:
        files += ["--with", str(out / f"{key.code}.{name}.holder")]
    said = "".join(f"{word}\n" for word in WORDS.values())
    tried = run.invoke(app, ["sealed", "drill", *files], input=said)
    assert tried.exit_code == 0, tried.output
    opened = run.invoke(
        app, ["sealed", "open", matter.number, *files, "--reason", "核查", "--json"], input=said
    )
    assert json.loads(opened.stdout.splitlines()[-1])["sealed"][0]["tip"] == TIP
    wrong = run.invoke(
        app, ["sealed", "open", matter.number, *files, "--reason", "核查"], input="no\nno\n"
    )
    assert wrong.exit_code == 1
    assert TIP not in wrong.output
    shown = run.invoke(app, ["sealed", "show"])
    assert key.code in shown.output


def test_the_form_of_the_desk_asks_no_more_than_the_kind(
    city: City, key: SealKeyMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(city.inspector)
    page = client.get("/desk/matters/new/?kind=whisper").content.decode()
    boxes = {
        name: f'name="{name}"' in page for name in ("summary", "place", "contact_phone", "d_tip")
    }
    assert boxes == {"summary": False, "place": False, "contact_phone": True, "d_tip": True}
    sent = {
        "key": "k1",
        "category": "tip_of_gambling",
        "area": city.wenhua.code,
        "opened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "d_tip": TIP,
    }
    done = client.post("/desk/matters/new/?kind=whisper", sent)
    matter = Matter.objects.get()
    assert done.status_code == 303
    assert SealedFacts.objects.get(matter=matter).names == ["tip"]
    page = client.get(f"/desk/matters/{matter.number}/").content.decode()
    assert ("What was told" in page, key.id in page, TIP in page) == (True, True, False)
    nameless = dataclasses.replace(kind_of("whisper"), unasked=UNASKED)
    monkeypatch.setattr("anmin.faces.forms.kind_of", lambda _code: nameless)
    fields = opening_fields("whisper")
    gone = {name for name, field in fields.items() if field is None}
    assert gone == {"summary", "place", *ContactForm.CONTACT}


def test_a_file_of_tips_is_refused_whole(city: City, key: SealKeyMade) -> None:
    from anmin.matters.tests.test_intake import observation

    with pytest.raises(Refusal) as told:
        observe_many([observation(city, kind="whisper", details={"tip": TIP})], actor_label="x")
    assert told.value.code == "sealed"
    assert Matter.objects.count() == 0

"""Changes by somebody with the database but without the keys: made by plain SQL, and looked for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection
from django.utils import timezone, translation

from anmin.callbacks.models import Carried, ClaimDecision, DayClosure, DeliveryCase
from anmin.callbacks.signing import day_hash
from anmin.campaign.models import Milestone, Nudge, Programme
from anmin.channels.actions import opt_out, receive_reply
from anmin.channels.models import Message, ReplyPart
from anmin.config import demo, integrity
from anmin.draws.models import PublicNumber
from anmin.evidence.findings import Finding, What
from anmin.evidence.log import atomic
from anmin.exchange.models import ImportRun, ProfileUse
from anmin.files.models import File
from anmin.kernel.chain import GENESIS
from anmin.matters.actor import Actor
from anmin.matters.ledger import Change as EntryChange
from anmin.matters.ledger import append, deadlines_of, running_clocks
from anmin.matters.models import (
    Anonymised,
    ApprovalRequest,
    Confider,
    FollowCode,
    FurtherPhone,
    HandOut,
    LaterContact,
    LegalHold,
    Matter,
    Party,
    Reaction,
    Reward,
    SealKey,
)
from anmin.matters.parties import mark
from anmin.people.actions import roster_duty
from anmin.people.models import Account, AccountRequest
from anmin.people.roles import Role
from anmin.places.actions import load_shipped
from anmin.places.models import AddressBase, Area, Boundary, Unit
from anmin.surveys.models import Wave
from anmin.surveys.releases import set_margins
from anmin.watch.models import Apart, Candidate, CandidateStep, IndexMonth

PUBLIC = X25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
CHANGED, MISSING, INVENTED = What.CHANGED, What.MISSING, What.INVENTED


@dataclass(frozen=True)
class Change:
    """``{id}`` and ``{other}`` are the first and the last row of ``table`` that ``where`` names."""

    name: str
    table: str
    sql: str
    what: What = CHANGED
    label: str = ""
    where: str = "true"

    @property
    def expected(self) -> str:
        return self.label or self.table.replace("_", ".", 1)

    @property
    def touches(self) -> set[str]:
        """Every table that it reads, changes or is found in."""
        named = tables_of(f"{self.sql} {self.where}")
        return {self.table, self.expected.replace(".", "_"), *named}


TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|ON|TABLE) ([a-z]+_[a-z]+)")


def tables_of(sql: str) -> set[str]:
    """The tables that a statement names."""
    return set(TABLE.findall(sql))


def in_groups[T](changes: Iterable[T], touches: Callable[[T], set[str]]) -> list[list[T]]:
    """Changes in as few groups as can be, so that no two of a group touch the same."""
    groups: list[tuple[set[str], list[T]]] = []
    for change in changes:
        own = touches(change)
        taken, group = next((one for one in groups if not one[0] & own), (set(), []))
        if not group:
            groups.append((taken, group))
        taken |= own
        group.append(change)
    return [group for _taken, group in groups]


def _of_a_programme(leader: Account, now: datetime) -> None:
    """A proof that waits, and a reminder."""
    programme = Programme.objects.all()[0]
    of_item = {"programme": programme, "item": "E1", "unit": leader.unit}
    Milestone.objects.create(
        **of_item, seq=1, file=1, digest="0" * 64, submitted_by=leader, submitted_at=now
    )
    Nudge.objects.create(**of_item, why="still", at=now)


def live() -> None:
    """A few days of the demo city, and what its people do not do by themselves."""
    load_shipped()
    said = {"source": "?", "terms": "?"}
    Boundary.objects.create(area=Area.objects.all()[0], shape="[[]]", **said)
    AddressBase.objects.create(spots=b"12345678", **said)
    demo.load(days=5, per_day=10, surveys_share=0.25)
    matter, area = Matter.objects.all()[0], Area.objects.all()[0]
    analyst = Account.objects.filter(role=Role.ANALYST)[0]
    leader = Account.objects.filter(role=Role.DUTY_LEADER)[0]
    assert leader.unit
    now = timezone.now()
    roster_duty(date=now.date(), unit=leader.unit, account=leader)
    roster_duty(date=now.date() + timedelta(days=1), unit=leader.unit, account=leader)
    receive_reply(provider="test", provider_ref="r1", sender="+8613857712345", text="3")
    opt_out(medium="sms", recipient="+8613857712346", via="call")
    wave = Wave.objects.get(code="safety-2")
    rows = [{"variable": "sex", "level": level, "total": "1000"} for level in ("m", "f")]
    set_margins(wave_id=wave.pk, rows=list(enumerate(rows, 2)), source="census", by=analyst)
    ImportRun.objects.create(file_name="x.csv", sha256="0" * 64, size=1, actor=analyst, rejected=3)
    with atomic():
        PublicNumber.objects.create(source="drand", round="1", announced_at=now, due_at=now)
        FurtherPhone.objects.create(matter=matter, phone_index=b"0" * 16)
        LaterContact.objects.create(
            matter=matter, at=now, standing="beside", sealed=b"x", fingerprint=b"0" * 16
        )
        ApprovalRequest.objects.create(
            matter=matter, step="longer", asked_by=leader, asked_at=now, reason="?", lapses_at=now
        )
        LegalHold.objects.create(matter=matter, reason="?", set_by=leader, set_at=now)
        HandOut.objects.create(matter=matter, made_at=now, expires_at=now + timedelta(days=1))
        Anonymised.objects.create(matter=matter, at=now, seq=1, rule="incident.retention")
        FollowCode.objects.create(matter=matter, digest=b"1" * 32, given_at=now)
        _with_a_party(matter, leader, now)
        Reaction.objects.create(
            matter=matter, token_digest=b"1" * 32, question="?", asked_at=now, expires_at=now
        )
        ReplyPart.objects.create(
            provider="test",
            provider_ref="p1",
            sender_index=b"0" * 16,
            sender=b"x",
            body=b"x",
            whole="w",
            number=1,
            total=2,
        )
        message = Message.objects.filter(case=None)[0]
        DeliveryCase.objects.create(message=message, step="settled", at=now, by=leader, reason="?")
        for about in Account.objects.exclude(pk=analyst.pk)[:2]:
            AccountRequest.objects.create(
                account=about, changes={"role": "admin"}, asked_by=analyst, asked_at=now
            )
        _of_a_programme(leader, now)
        ClaimDecision.objects.create(
            matter=matter, code="minor", holds=False, reason="?", by=analyst, at=now
        )
        File.objects.create(
            label="matter",
            key=matter.number,
            seq=1,
            request="x",
            type="jpeg",
            size=1,
            received="0" * 64,
            sha256="1" * 64,
            stored="x",
            small=True,
            at=now,
            by=leader,
            erased_at=now,
            erased_why="files.kept",
        )
        ProfileUse.objects.create(profile="template_zh", role=Role.DUTY_LEADER)
        for account in (leader, analyst):
            for sort in ("totp", "recovery_codes"):
                Authenticator.objects.create(user=account, type=sort, data={"used_mask": 1})
        tie = SocialAccount.objects.create(user=leader, provider="sso", uid="1", extra_data={})
        server = SocialApp.objects.create(provider="openid_connect", name="x", client_id="x")
        SocialToken.objects.create(account=tie, app=server, token="x")
        EmailAddress.objects.create(user=leader, email="leader@example.com")
        candidate = Candidate.objects.create(
            area=area, ground="rise", about="x", state="proposed", made_at=now, evidence={"n": 1.5}
        )
        CandidateStep.objects.create(candidate=candidate, seq=1, at=now, went_to="proposed")
        IndexMonth.objects.create(
            month="2000-01",
            number=1,
            made_at=now,
            frame_version=1,
            frame_digest="0" * 64,
            scores={"town": {}},
            digest="0" * 64,
            cutoff=now,
            revision=1,
        )
        Apart.objects.create(matter=matter, at=now, actor=analyst, apart=True, reason="?")
        closure = DayClosure(
            unit=Unit.objects.exclude(pk__in=DayClosure.objects.values("unit"))[0],
            date=now.date(),
            closed_at=now,
            closed_by=leader,
            counts={"carried": 1},
            previous=GENESIS,
        )
        closure.hash = day_hash(closure, [[matter.pk, 0, "?", leader.unit.pk, 0]])
        closure.save()
        Carried.objects.create(closure=closure, matter=matter, reason="?", new_unit=leader.unit)


def _with_a_party(matter: Matter, about: Account, at: datetime) -> None:
    """Somebody has a part in a matter, something is sealed of it, and an entry tells of both."""
    SealKey.objects.create(code="0" * 16, public=PUBLIC, need=1, holders=["x"], made_at=at)
    Confider.objects.create(matter=matter, public=PUBLIC, digest=b"x" * 32)
    Reward.objects.create(
        ticket="T", digest=b"x" * 32, amount=1, granted_at=at, claim_by=at + timedelta(days=1)
    )
    own = mark(matter.number, 1, "accused", about.pk, about.unit_id, None)
    change = EntryChange("party_named", matter.state, parties={"1": own.hex()}, sealed={"tip": "?"})
    running = running_clocks(deadlines_of(matter.pk))
    append(matter, change, actor=Actor.system("test"), at=at, running=running)
    Party.objects.create(
        matter=matter,
        number=1,
        role="accused",
        account=about,
        unit_id=about.unit_id,
        mark=own,
        since=at,
    )


def run(sql: str) -> None:
    """Do what somebody with the database does."""
    with connection.cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement)


def one_row(sql: str) -> tuple[Any, ...]:
    """The first row of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()
    assert found is not None
    return tuple(found)


def _key(table: str) -> str:
    return (
        "matter_id"
        if table
        in ("matters_contact", "matters_followcode", "matters_anonymised", "matters_confider")
        else "id"
    )


def _tamper(change: Change) -> int:
    """Make the change; returns the key of the row that must be found."""
    key = _key(change.table)
    first, last = one_row(f"SELECT min({key}), max({key}) FROM {change.table} WHERE {change.where}")
    if first is None:
        raise LookupError("no row to change")
    sql = change.sql.format(id=first, other=last)
    target = last if "{other}" in change.sql and "{id}" not in change.sql else first
    if change.label == "matters.entry":
        target = one_row(f"SELECT min(id) FROM matters_entry WHERE matter_id = {first}")[0]
    elif change.label == "matters.matter":
        target = one_row(f"SELECT matter_id FROM {change.table} WHERE id = {first}")[0]
    if sql.startswith("COPY"):
        return _invent(change.table, last, sql.removeprefix("COPY "))
    run(sql)
    return int(target)


def _invent(table: str, like: int, change: str) -> int:
    """A row like another one, with a key of its own."""
    with connection.cursor() as cursor:
        columns = [
            one.name for one in connection.introspection.get_table_description(cursor, table)
        ]
    column, value = change.split(" = ")
    given = {"id": "id + 1000", column: value}
    values = ", ".join(given.get(name, name) for name in columns)
    run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {like}"
    )
    return like + 1000


def findings_now() -> list[Finding]:
    """What a check of everything finds."""
    report = integrity.check()
    found = list(report.findings)
    assert report.sound == (not found)
    assert report.mismatches + report.broken_chains == len(found)
    return found


class Undo(Exception):  # noqa: N818
    """What was changed is undone."""


def outcomes(changes: list[Change]) -> dict[str, str]:
    """What is wrong with how each of these was found, all made at once; nothing if all is right."""
    wrong: dict[str, str] = {}
    made: list[tuple[Change, int]] = []
    for change in changes:
        try:
            made.append((change, _tamper(change)))
        except LookupError as fault:
            wrong[change.name] = str(fault)
    found = findings_now()
    told = {change.name: _problem(change, pk, found) for change, pk in made}
    return wrong | {name: problem for name, problem in told.items() if problem}


def _problem(change: Change, pk: int, findings: list[Finding]) -> str:
    """What is wrong with how a change was found; nothing if all is right."""
    found = [
        one
        for one in findings
        if (one.what, one.table, one.pk) == (change.what, change.expected, pk)
    ]
    if not found:
        return f"not found: {change.expected} {pk}"
    with translation.override("en"):
        sentence = found[0].sentence
    if found[0].at is None or f"#{pk}" not in sentence or " 20" not in sentence:
        return f"not named or dated: {sentence}"
    return ""

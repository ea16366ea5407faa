"""Forty changes by somebody with the database but without the keys: each found, named and dated.

One city, made by the actions that people use; then each change by plain SQL, looked for, undone.
Changes that touch no table in common are made at once and looked for at once, each by its own row.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone, translation

from anmin.callbacks.models import Carried, ClaimDecision, DayClosure, DeliveryCase
from anmin.callbacks.signing import day_hash
from anmin.channels.actions import opt_out, receive_reply
from anmin.channels.models import Message, ReplyPart
from anmin.config import demo, integrity
from anmin.evidence.evidenced import shapes
from anmin.evidence.findings import Finding, What
from anmin.evidence.log import atomic
from anmin.evidence.models import Head
from anmin.exchange.models import ImportRun, ProfileUse
from anmin.files.models import File
from anmin.kernel.chain import GENESIS
from anmin.matters.actor import Actor
from anmin.matters.ledger import Change as EntryChange
from anmin.matters.ledger import append, deadlines_of, running_clocks
from anmin.matters.models import (
    Anonymised,
    ApprovalRequest,
    FollowCode,
    FurtherPhone,
    LaterContact,
    LegalHold,
    Matter,
    Party,
    Reaction,
    SealKey,
)
from anmin.matters.parties import mark
from anmin.people.actions import roster_duty
from anmin.people.models import Account, AccountRequest
from anmin.people.roles import Role
from anmin.places.actions import load_shipped
from anmin.places.models import Area, Unit
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


CHANGES = [
    Change(
        "a whole matter with all that hangs on it",
        "matters_matter",
        "DELETE FROM callbacks_attempt WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_answer WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_answerlink WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_qualitycheck WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_callback WHERE matter_id = {id}; DELETE FROM matters_contact WHERE matter_id = {id};"
        "DELETE FROM matters_link WHERE matter_id = {id} OR other_id = {id};"
        "DELETE FROM matters_deadline WHERE matter_id = {id}; DELETE FROM matters_entry WHERE matter_id = {id};"
        "DELETE FROM matters_matter WHERE id = {id}",
        MISSING,
        "matters.entry",
        "id IN (SELECT matter_id FROM callbacks_answer a JOIN callbacks_callback c ON c.id = a.callback_id)",
    ),
    Change(
        "a matter without its history",
        "matters_matter",
        "DELETE FROM matters_matter WHERE id = {id}",
        MISSING,
    ),
    Change(
        "the state of a matter",
        "matters_matter",
        "UPDATE matters_matter SET state = 'answered', stage = 'done', closed_at = opened_at WHERE id = {id}",
        where="closed_at IS NULL",
    ),
    Change(
        "the unit of a matter",
        "matters_matter",
        "UPDATE matters_matter SET unit_id = unit_id + 1 WHERE id = {id}",
    ),
    Change(
        "the last entry cut",
        "matters_entry",
        "DELETE FROM matters_entry WHERE id = {other}",
        MISSING,
        where="seq > 1",
    ),
    Change(
        "an entry's note",
        "matters_entry",
        "UPDATE matters_entry SET note = 'x' WHERE id = {id}",
        What.CHAIN_BROKEN,
        "matters.matter",
    ),
    Change(
        "an entry's payload",
        "matters_entry",
        "UPDATE matters_entry SET payload = '{{}}' WHERE id = {id}",
        What.CHAIN_BROKEN,
        "matters.matter",
    ),
    Change(
        "who made an entry",
        "matters_entry",
        "UPDATE matters_entry SET actor_id = (SELECT max(id) FROM people_account) WHERE id = {id}",
    ),
    Change(
        "an entry's hash",
        "matters_entry",
        "UPDATE matters_entry SET hash = (SELECT hash FROM matters_entry WHERE id = {other}) WHERE id = {id}",
    ),
    Change(
        "a deadline",
        "matters_deadline",
        "UPDATE matters_deadline SET due_at = started_at WHERE id = {id}",
        CHANGED,
        "matters.matter",
    ),
    Change(
        "a deadline removed",
        "matters_deadline",
        "DELETE FROM matters_deadline WHERE id = {id}",
        CHANGED,
        "matters.matter",
    ),
    Change(
        "contacts swapped",
        "matters_contact",
        "UPDATE matters_contact SET sealed = CASE matter_id WHEN {id} THEN (SELECT sealed FROM matters_contact WHERE matter_id = {other}) ELSE (SELECT sealed FROM matters_contact WHERE matter_id = {id}) END WHERE matter_id IN ({id}, {other})",
    ),
    Change(
        "a contact's phone index",
        "matters_contact",
        "UPDATE matters_contact SET phone_index = fingerprint WHERE matter_id = {id}",
    ),
    Change(
        "a contact removed",
        "matters_contact",
        "DELETE FROM matters_contact WHERE matter_id = {id}",
        MISSING,
    ),
    Change(
        "a further number removed",
        "matters_furtherphone",
        "DELETE FROM matters_furtherphone WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a later contact set aside",
        "matters_latercontact",
        "UPDATE matters_latercontact SET standing = 'undone' WHERE id = {id}",
    ),
    Change(
        "whom a matter is about",
        "matters_party",
        "UPDATE matters_party SET concerned = NOT concerned WHERE id = {id}",
    ),
    Change(
        "how many open what is sealed",
        "matters_sealkey",
        "UPDATE matters_sealkey SET need = need + 1 WHERE id = {id}",
    ),
    Change(
        "sealed facts removed",
        "matters_sealedfacts",
        "DELETE FROM matters_sealedfacts WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a party taken away",
        "matters_party",
        "DELETE FROM matters_party WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a legal hold taken away",
        "matters_legalhold",
        "DELETE FROM matters_legalhold WHERE id = {id}",
        MISSING,
    ),
    Change(
        "anonymised by another rule",
        "matters_anonymised",
        "UPDATE matters_anonymised SET rule = 'x' WHERE matter_id = {id}",
    ),
    Change(
        "a sealed link opened",
        "matters_link",
        "UPDATE matters_link SET sealed = NOT sealed WHERE id = {id}",
    ),
    Change(
        "a request for a step",
        "matters_approvalrequest",
        "UPDATE matters_approvalrequest SET outcome = 'agreed' WHERE id = {id}",
    ),
    Change(
        "the code of a matter put in place of another",
        "matters_followcode",
        "UPDATE matters_followcode SET given_at = '2020-01-01' WHERE matter_id = {id}",
    ),
    Change(
        "a question to a citizen",
        "matters_reaction",
        "UPDATE matters_reaction SET answered_at = asked_at WHERE id = {id}",
    ),
    Change(
        "every dissatisfied answer turned",
        "callbacks_answer",
        "UPDATE callbacks_answer SET satisfaction = 'satisfied' WHERE satisfaction = 'dissatisfied'",
        where="satisfaction = 'dissatisfied'",
    ),
    Change(
        "one answer removed",
        "callbacks_answer",
        "DELETE FROM callbacks_answer WHERE id = {id}",
        MISSING,
    ),
    Change("an answer invented", "callbacks_answer", "COPY seq = seq + 7", INVENTED),
    Change(
        "consent given",
        "callbacks_answer",
        "UPDATE callbacks_answer SET consent_contact = CASE WHEN consent_contact THEN NULL ELSE true END WHERE id = {id}",
    ),
    Change(
        "attempts removed",
        "callbacks_attempt",
        "DELETE FROM callbacks_attempt WHERE id IN ({id}, {other})",
        MISSING,
    ),
    Change(
        "an exclusion put in",
        "callbacks_callback",
        "UPDATE callbacks_callback SET status = 'excluded', exclusion = 'no_contact' WHERE id = {id}",
        where="exclusion = ''",
    ),
    Change(
        "a callback's status",
        "callbacks_callback",
        "UPDATE callbacks_callback SET status = 'closed' WHERE id = {id}",
    ),
    Change(
        "a callback removed",
        "callbacks_callback",
        "DELETE FROM callbacks_callback WHERE id = {id}",
        MISSING,
    ),
    Change(
        "an answer link used again",
        "callbacks_answerlink",
        "UPDATE callbacks_answerlink SET used_at = NULL WHERE id = {id}",
        where="used_at IS NOT NULL",
    ),
    Change(
        "a draw's seed", "callbacks_draw", "UPDATE callbacks_draw SET seed = 'mine' WHERE id = {id}"
    ),
    Change(
        "a draw's frame",
        "callbacks_draw",
        "UPDATE callbacks_draw SET frame_count = 1, frame_digest = 'x' WHERE id = {id}",
    ),
    Change(
        "a quality score",
        "callbacks_qualitycheck",
        "UPDATE callbacks_qualitycheck SET score = 0.123 WHERE id = {id}",
    ),
    Change(
        "the newest signed day removed",
        "callbacks_dayclosure",
        "DELETE FROM callbacks_carried WHERE closure_id = {other}; DELETE FROM callbacks_dayclosure WHERE id = {other}",
        MISSING,
    ),
    Change(
        "what a day carried over",
        "callbacks_carried",
        "DELETE FROM callbacks_carried WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a day left open removed",
        "callbacks_dayleftopen",
        "DELETE FROM callbacks_dayleftopen WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a survey's return",
        "surveys_return",
        "UPDATE surveys_return SET answers = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a survey's return removed",
        "surveys_return",
        "DELETE FROM surveys_return WHERE id = {id}",
        MISSING,
    ),
    Change(
        "the figures of a release",
        "surveys_release",
        "UPDATE surveys_release SET figures = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a release removed",
        "surveys_release",
        "DELETE FROM surveys_release WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a row of the frame",
        "surveys_framerow",
        "UPDATE surveys_framerow SET stratum = 'x' WHERE id = {id}",
    ),
    Change(
        "a case given up",
        "surveys_case",
        "UPDATE surveys_case SET status = 'closed', disposition = '2.11' WHERE id = {id}",
        where="status <> 'closed'",
    ),
    Change(
        "a population total",
        "surveys_populationmargin",
        "UPDATE surveys_populationmargin SET total = total * 2 WHERE id = {id}",
    ),
    Change(
        "the seed of a wave",
        "surveys_wave",
        "UPDATE surveys_wave SET seed = 'mine' WHERE id = {id}",
    ),
    Change(
        "somebody else's figure",
        "surveys_outsideresult",
        "UPDATE surveys_outsideresult SET value = 0.5 WHERE id = {id}",
    ),
    Change(
        "a candidate decided",
        "watch_candidate",
        "UPDATE watch_candidate SET state = 'dismissed' WHERE id = {id}",
    ),
    Change(
        "a candidate's step",
        "watch_candidatestep",
        "DELETE FROM watch_candidatestep WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what counts as one event",
        "watch_apart",
        "UPDATE watch_apart SET apart = NOT apart WHERE id = {id}",
    ),
    Change(
        "the result of a scan",
        "watch_scan",
        "UPDATE watch_scan SET clusters = '[]', cases = 0 WHERE id = {id}",
    ),
    Change(
        "a score of the index",
        "watch_indexmonth",
        "UPDATE watch_indexmonth SET scores = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a role",
        "people_account",
        "UPDATE people_account SET role = 'admin' WHERE id = {id}",
        where="role <> 'admin'",
    ),
    Change(
        "the unit of an account",
        "people_account",
        "UPDATE people_account SET unit_id = NULL WHERE id = {id}",
        where="unit_id IS NOT NULL",
    ),
    Change(
        "a password",
        "people_account",
        "UPDATE people_account SET password = 'md5$$d41d8cd98f00b204e9800998ecf8427e' WHERE id = {id}",
    ),
    Change(
        "the tail of the access log",
        "people_accesslog",
        "DELETE FROM people_accesslog WHERE id = {other}",
        MISSING,
    ),
    Change(
        "an entry of the access log",
        "people_accesslog",
        "UPDATE people_accesslog SET reason = 'x' WHERE id = {id}",
    ),
    Change("the duty roster", "people_duty", "DELETE FROM people_duty WHERE id = {id}", MISSING),
    Change(
        "a message",
        "channels_message",
        "UPDATE channels_message SET status = 'sent' WHERE id = {id}",
        where="status <> 'sent'",
    ),
    Change("a reply", "channels_reply", "UPDATE channels_reply SET choice = 1 WHERE id = {id}"),
    Change(
        "a part of a reply",
        "channels_replypart",
        "DELETE FROM channels_replypart WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what a message asks for",
        "channels_question",
        "UPDATE channels_question SET expects = 'words' WHERE id = {id}",
        where="expects <> 'words'",
    ),
    Change(
        "a reply that waits for a person",
        "callbacks_replyitem",
        "DELETE FROM callbacks_replyitem WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what was done about an undelivered message",
        "callbacks_deliverycase",
        "UPDATE callbacks_deliverycase SET reason = 'x' WHERE id = {id}",
    ),
    Change(
        "who confirmed a change to an account",
        "people_accountrequest",
        "UPDATE people_accountrequest SET decided_by_id = asked_by_id WHERE id = {id}",
    ),
    Change(
        "whether an exclusion holds",
        "callbacks_claimdecision",
        "UPDATE callbacks_claimdecision SET holds = NOT holds WHERE id = {id}",
    ),
    Change(
        "a claim taken for an exclusion",
        "callbacks_callback",
        "UPDATE callbacks_callback SET claimed = 'minor' WHERE id = {id}",
    ),
    Change(
        "who answers for a missed promise",
        "matters_deadline",
        "UPDATE matters_deadline SET held_by_id = (SELECT MIN(id) FROM places_unit) WHERE id = {id}",
        CHANGED,
        "matters.matter",
    ),
    Change(
        "an opt-out removed",
        "channels_optout",
        "DELETE FROM channels_optout WHERE id = {id}",
        MISSING,
    ),
    Change("an area", "places_area", "UPDATE places_area SET households = 1 WHERE id = {id}"),
    Change("a unit", "places_unit", "UPDATE places_unit SET active = NOT active WHERE id = {id}"),
    Change(
        "who answers for an area",
        "places_responsibility",
        "DELETE FROM places_responsibility WHERE id = {id}",
        MISSING,
    ),
    Change(
        "an import",
        "exchange_importrun",
        "UPDATE exchange_importrun SET rejected = 0, actor_id = NULL WHERE id = {id}",
    ),
    Change(
        "a second factor moved to another account",
        "mfa_authenticator",
        "UPDATE mfa_authenticator SET user_id = (SELECT min(id) FROM people_account WHERE id NOT IN (SELECT user_id FROM mfa_authenticator)) WHERE id = {id}",
    ),
    Change(
        "a second factor removed",
        "mfa_authenticator",
        "DELETE FROM mfa_authenticator WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a second factor invented",
        "mfa_authenticator",
        "COPY type = 'webauthn'",
        INVENTED,
    ),
    Change(
        "the secret of a second factor swapped",
        "mfa_authenticator",
        "UPDATE mfa_authenticator SET data = (SELECT data FROM mfa_authenticator WHERE id = {other}) WHERE id = {id}",
    ),
    Change(
        "single sign-on tied to another account",
        "socialaccount_socialaccount",
        "UPDATE socialaccount_socialaccount SET user_id = (SELECT max(id) FROM people_account) WHERE id = {id}",
    ),
    Change(
        "a tie to single sign-on invented",
        "socialaccount_socialaccount",
        "COPY uid = 'mine'",
        INVENTED,
    ),
    Change(
        "a sign-on server",
        "socialaccount_socialapp",
        "UPDATE socialaccount_socialapp SET client_id = 'mine' WHERE id = {id}",
    ),
    Change(
        "a sign-on token",
        "socialaccount_socialtoken",
        "DELETE FROM socialaccount_socialtoken WHERE id = {id}",
        MISSING,
    ),
    Change(
        "an address for mail",
        "account_emailaddress",
        "UPDATE account_emailaddress SET verified = NOT verified WHERE id = {id}",
    ),
    Change(
        "what a file was",
        "files_file",
        "UPDATE files_file SET sha256 = received WHERE id = {id}",
    ),
    Change(
        "who may use a profile",
        "exchange_profileuse",
        "UPDATE exchange_profileuse SET role = '' WHERE id = {id}",
    ),
]
DAMAGE = [
    ("the head restored to an older one", What.HEAD_ALTERED, ["OLDER HEAD"]),
    ("a record removed", What.RECORD_MISSING, ["DELETE FROM evidence_record WHERE seq = 9"]),
    (
        "the tail of the log",
        What.RECORD_MISSING,
        ["DELETE FROM evidence_record WHERE seq > (SELECT size - 3 FROM evidence_head)"],
    ),
    (
        "a record's body",
        What.RECORD_ALTERED,
        [
            "UPDATE evidence_record SET body = (SELECT body FROM evidence_record WHERE seq = 8) WHERE seq = 9"
        ],
    ),
    (
        "a record's time",
        What.RECORD_ALTERED,
        [
            "UPDATE evidence_record SET at = (SELECT at FROM evidence_record WHERE seq = 8) WHERE seq = (SELECT size - 1 FROM evidence_head)"
        ],
    ),
    (
        "two records swapped",
        What.RECORD_ALTERED,
        [
            "UPDATE evidence_record SET seq = 99999999 WHERE seq = 8",
            "UPDATE evidence_record SET seq = 8 WHERE seq = 9",
            "UPDATE evidence_record SET seq = 9 WHERE seq = 99999999",
        ],
    ),
    ("the whole log", What.NO_LOG, ["DELETE FROM evidence_record", "DELETE FROM evidence_head"]),
]


def _live() -> None:
    """A few days of the demo city, and what its people do not do by themselves."""
    load_shipped()
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
        FurtherPhone.objects.create(matter=matter, phone_index=b"0" * 16)
        LaterContact.objects.create(
            matter=matter, at=now, standing="beside", sealed=b"x", fingerprint=b"0" * 16
        )
        ApprovalRequest.objects.create(
            matter=matter, step="longer", asked_by=leader, asked_at=now, reason="?", lapses_at=now
        )
        LegalHold.objects.create(matter=matter, reason="?", set_by=leader, set_at=now)
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


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement)


def _one(sql: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()
    assert found is not None
    return tuple(found)


def _key(table: str) -> str:
    return (
        "matter_id"
        if table in ("matters_contact", "matters_followcode", "matters_anonymised")
        else "id"
    )


def _tamper(change: Change) -> int:
    """Make the change; returns the key of the row that must be found."""
    key = _key(change.table)
    first, last = _one(f"SELECT min({key}), max({key}) FROM {change.table} WHERE {change.where}")
    if first is None:
        raise LookupError("no row to change")
    sql = change.sql.format(id=first, other=last)
    target = last if "{other}" in change.sql and "{id}" not in change.sql else first
    if change.label == "matters.entry":
        target = _one(f"SELECT min(id) FROM matters_entry WHERE matter_id = {first}")[0]
    elif change.label == "matters.matter":
        target = _one(f"SELECT matter_id FROM {change.table} WHERE id = {first}")[0]
    if sql.startswith("COPY"):
        return _invent(change.table, last, sql.removeprefix("COPY "))
    _run(sql)
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
    _run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {like}"
    )
    return like + 1000


def _findings() -> list[Finding]:
    report = integrity.check()
    found = list(report.findings)
    assert report.sound == (not found)
    assert report.mismatches + report.broken_chains == len(found)
    return found


class _Undo(Exception):  # noqa: N818
    pass


def _outcomes(changes: list[Change]) -> dict[str, str]:
    """What is wrong with how each of these was found, all made at once; nothing if all is right."""
    wrong: dict[str, str] = {}
    made: list[tuple[Change, int]] = []
    for change in changes:
        try:
            made.append((change, _tamper(change)))
        except LookupError as fault:
            wrong[change.name] = str(fault)
    found = _findings()
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


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db
def test_forty_changes_are_found_named_and_dated() -> None:
    _live()
    older = Head.objects.values("size", "frontier", "seal").get()
    roster_duty(
        date=timezone.now().date() + timedelta(days=9),
        unit=Account.objects.exclude(unit=None)[0].unit,  # type: ignore[arg-type]
        account=Account.objects.filter(role=Role.DUTY_LEADER)[0],
    )
    assert [one.sentence for one in _findings()] == []
    wrong: dict[str, str] = {}
    for changes in in_groups(CHANGES, lambda one: one.touches):
        with suppress(_Undo), transaction.atomic():
            wrong |= _outcomes(changes)
            raise _Undo
    for name, what, statements in DAMAGE:
        with suppress(_Undo), transaction.atomic():
            for statement in statements:
                if statement == "OLDER HEAD":
                    Head.objects.update(**older)
                else:
                    _run(statement)
            found = [one for one in _findings() if one.what == what]
            if not found or not (found[0].at or what is What.NO_LOG):
                wrong[name] = "not found, or not dated"
            raise _Undo
    assert wrong == {}
    assert [one.sentence for one in _findings()] == []
    assert len(CHANGES) + len(DAMAGE) >= 40


def test_every_attested_table_is_tampered_with() -> None:
    changed = {change.table for change in CHANGES}
    left = {form.table for form in shapes()} - changed
    assert left <= {
        "evidence_root",  # the log's own, compared with the log
        "surveys_caseattempt",  # as attempts
        "surveys_surveylink",  # as answer links
    }

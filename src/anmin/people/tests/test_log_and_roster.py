"""The access log that cannot be edited unseen, accounts, and the duty roster."""

import threading
from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import RequestFactory

from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.people.actions import add_account, log_access, roster_duty
from anmin.people.models import AccessHead, AccessLog, Account, Duty
from anmin.people.queries import (
    access_log,
    account_by_name,
    duty_leader,
    on_duty,
    verify_access_log,
)
from anmin.people.tests.conftest import PASSWORD, Bureau

TODAY = date(2026, 3, 2)


def some_entries(bureau: Bureau, count: int = 5) -> list[AccessLog]:
    return [
        log_access(
            account=bureau.operator,
            action="reveal_contact",
            subject=f"matter:JQ{number}",
            reason="回访",
        )
        for number in range(count)
    ]


def test_a_look_is_kept_with_who_what_and_why(bureau: Bureau) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    entry = log_access(
        account=bureau.operator,
        action="reveal_contact",
        subject="matter:JQ20260302-0001",
        reason="回访",
        request=request,
    )
    entry.refresh_from_db()
    assert (entry.number, entry.actor, entry.action) == (1, "linxiao", "reveal_contact")
    assert (entry.subject_kind, entry.subject) == ("matter", "JQ20260302-0001")
    assert entry.ip_hash is not None
    assert len(entry.ip_hash) == 16
    assert b"192" not in bytes(entry.ip_hash)
    other = RequestFactory().get("/", REMOTE_ADDR="192.0.2.8")
    assert log_access(account=None, action="sign_in_failed", request=other).ip_hash != entry.ip_hash
    assert verify_access_log().broken == []
    assert verify_access_log().entries == 2


def test_an_overlong_reason_is_refused_and_nothing_kept(bureau: Bureau) -> None:
    with pytest.raises(Refusal):
        log_access(account=bureau.operator, action="x", reason="因" * 301)
    assert not AccessLog.objects.exists()


def raw(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        (("UPDATE people_accesslog SET reason = 'x' WHERE number = 3",), [3]),
        (("UPDATE people_accesslog SET account_id = NULL WHERE number = 2",), [2]),
        (("DELETE FROM people_accesslog WHERE number = 3",), [3, 4]),
        (("DELETE FROM people_accesslog WHERE number = 5",), [5]),
        (("DELETE FROM people_accesslog WHERE number >= 4",), [4]),
        (("DELETE FROM people_accesslog",), [1]),
        (
            (
                "DELETE FROM people_accesslog WHERE number = 5",
                "UPDATE people_accesshead SET number = 4",
            ),
            [5],
        ),
        (("DELETE FROM people_accesshead",), [6]),
    ],
)
def test_tampering_shows(bureau: Bureau, tampering: tuple[str, ...], broken: list[int]) -> None:
    some_entries(bureau)
    assert verify_access_log().broken == []
    for sql in tampering:
        raw(sql)
    assert verify_access_log().broken == broken


def test_the_program_itself_cannot_change_the_log(bureau: Bureau) -> None:
    entry = some_entries(bureau, 1)[0]
    entry.reason = "另一个理由"
    for attempt in (
        entry.save,
        entry.delete,
        AccessLog.objects.all().delete,
        lambda: AccessLog.objects.update(reason=""),
        lambda: AccessLog.objects.bulk_update([entry], ["reason"]),
    ):
        with pytest.raises(TypeError):
            attempt()
    assert verify_access_log().broken == []
    assert AccessLog.objects.get().reason == "回访"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_unbroken_log() -> None:
    def look() -> None:
        for _ in range(10):
            log_access(account=None, action="sign_in_failed")
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(AccessLog.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, 41)
    )
    assert verify_access_log().broken == []
    assert AccessHead.objects.get().number == 40


def test_who_may_read_the_log(bureau: Bureau) -> None:
    some_entries(bureau, 3)
    log_access(account=bureau.officer, action="search_phone", subject="phone:****5678")
    rows = access_log(viewer=bureau.inspector, action="reveal_contact", subject="matter:JQ1")
    assert [row.number for row in rows] == [2]
    assert access_log(viewer=bureau.admin, account=bureau.officer).count() == 1
    assert access_log(viewer=bureau.inspector, since=date(2999, 1, 1)).count() == 0
    with pytest.raises(NotAllowed):
        access_log(viewer=bureau.officer)


def test_an_administrator_adds_an_account(bureau: Bureau) -> None:
    account = add_account(
        username=" LiNa ",
        role="officer",
        unit=bureau.yuhai,
        display_name="李娜",
        password="长而不同的口令 2026",
        by=bureau.admin,
    )
    assert account.username == "lina"
    assert authenticate(username="LINA", password="长而不同的口令 2026") == account
    assert account_by_name("ＬＩＮＡ") == account
    entry = AccessLog.objects.get()
    assert (entry.actor, entry.action, entry.subject) == ("admin", "add_account", "lina")


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "chenli"},
        {"username": "ChenLi"},
        {"username": "a b"},
        {"username": ""},
        {"role": "chief"},
        {"password": "12345678"},
        {"password": "lina"},
        {"unit": None},
    ],
)
def test_an_impossible_account_is_refused(bureau: Bureau, wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {
        "username": "lina",
        "role": "officer",
        "password": "长而不同的口令 2026",
        **wrong,
    }
    before = Account.objects.count()
    with pytest.raises(Refusal):
        add_account(**{"unit": bureau.yuhai, **facts})
    assert Account.objects.count() == before
    assert not AccessLog.objects.exists()


def test_nobody_else_adds_accounts(bureau: Bureau) -> None:
    before = Account.objects.count()
    for role, person in bureau.people.items():
        if role != "admin":
            with pytest.raises(NotAllowed):
                add_account(username="x", role="admin", by=person)
    assert Account.objects.count() == before
    assert not AccessLog.objects.exists()


def test_an_account_without_a_password_cannot_sign_in_by_one(bureau: Bureau) -> None:
    add_account(username="sso", role="analyst")
    assert authenticate(username="sso", password="") is None
    assert authenticate(username="chenli", password=PASSWORD) == bureau.officer


def test_unknown_accounts_are_not_found(db: None) -> None:
    with pytest.raises(NotFound):
        account_by_name("nobody")


def test_the_roster_says_who_leads(bureau: Bureau) -> None:
    zhou = bureau.duty_leader
    deputy = add_account(username="deputy", role="duty_leader", unit=bureau.jinhu)
    roster_duty(date=TODAY, unit=bureau.jinhu, account=zhou, by=zhou)
    assert duty_leader(bureau.jinhu, TODAY) == zhou
    assert duty_leader(bureau.jinhu, TODAY, shift="night") == zhou
    assert duty_leader(bureau.yuhai, TODAY) is None
    assert duty_leader(bureau.jinhu, date(2026, 3, 3)) is None
    roster_duty(date=TODAY, unit=bureau.jinhu, account=deputy, shift="night", by=zhou)
    assert duty_leader(bureau.jinhu, TODAY, shift="night") == deputy
    assert duty_leader(bureau.jinhu, TODAY, shift="day") == zhou
    # Rostering another takes the place of the first.
    roster_duty(date=TODAY, unit=bureau.jinhu, account=deputy, by=zhou)
    assert duty_leader(bureau.jinhu, TODAY) == deputy
    assert Duty.objects.count() == 2


def test_several_operators_share_a_shift(bureau: Bureau) -> None:
    second = add_account(username="op2", role="operator", unit=bureau.bureau)
    for account in (bureau.operator, second, second):
        roster_duty(date=TODAY, unit=bureau.bureau, account=account, role="operator")
    assert [duty.account for duty in on_duty(bureau.bureau, TODAY)] == [bureau.operator, second]


def test_a_refused_roster_changes_nothing(bureau: Bureau) -> None:
    zhou = bureau.duty_leader
    with pytest.raises(NotAllowed):
        roster_duty(date=TODAY, unit=bureau.yuhai, account=zhou, by=zhou)
    with pytest.raises(NotAllowed):
        roster_duty(date=TODAY, unit=bureau.jinhu, account=zhou, by=bureau.officer)
    with pytest.raises(Refusal):
        roster_duty(date=TODAY, unit=bureau.jinhu, account=bureau.officer, by=zhou)
    assert not Duty.objects.exists()
    roster_duty(date=TODAY, unit=bureau.yuhai, account=zhou, by=bureau.admin)
    assert Duty.objects.count() == 1

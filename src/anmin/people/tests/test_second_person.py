"""No administrator alone becomes a colleague, or gives a role: a second person confirms it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.channels.delivery import deliver_due
from anmin.channels.queries import body_of, inbox
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.people import second_person
from anmin.people.models import AccessLog, Account, AccountRequest
from anmin.people.roles import Role
from anmin.people.tests.conftest import Bureau

SECRET = "长而不同的口令 2026"


def accounts() -> list[Any]:
    """All that stands of accounts and their second factors."""
    return [
        list(Account.objects.order_by("pk").values()),
        list(Authenticator.objects.order_by("pk").values()),
    ]


def form(account: Account, **changes: str) -> dict[str, Any]:
    """The page of an account as it is sent back, with some fields changed."""
    return {
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role,
        "unit": account.unit_id or "",
        "language": "",
        "is_active": "on",
        "new_password": "",
        **changes,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"new_password": SECRET},
        {"role": "inspector"},
        {"unit": "yuhai"},
        {"username": "mine"},
        {"second_factor": "x"},
        {"new_password": SECRET, "role": "admin"},
    ],
)
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ANALYST, Role.DUTY_LEADER])
def test_what_would_let_one_act_as_another_waits(
    bureau: Bureau, client: Client, change: dict[str, str], role: Role
) -> None:
    account = bureau.people[role]
    Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    client.force_login(bureau.admin)
    before = accounts()
    if "second_factor" in change:
        page, sent = (
            "changelist",
            {"action": "reset_second_factors", "_selected_action": [account.pk]},
        )
        client.post(reverse(f"admin:people_account_{page}"), sent)
    else:
        given = {"unit": str(bureau.yuhai.pk)} if "unit" in change else change
        url = reverse("admin:people_account_change", args=[account.pk])
        assert client.post(url, form(account, **given)).status_code == 302
    after = accounts()
    after[0] = [{**row, "last_login": None} for row in after[0]]
    before[0] = [{**row, "last_login": None} for row in before[0]]
    assert after == before
    request = AccountRequest.objects.get()
    assert AccessLog.objects.latest("number").action == "account_change_asked"
    # Neither who asked, nor the owner, nor anybody else but the two roles that may.
    for who in bureau.people.values():
        if who.role == Role.INSPECTOR:
            continue
        with pytest.raises(NotAllowed):
            second_person.decide(request_id=request.pk, by=who, accept=True)
    second_person.decide(request_id=request.pk, by=bureau.inspector, accept=False)
    assert Account.objects.get(pk=account.pk).password == account.password
    with pytest.raises(Conflict):
        second_person.decide(request_id=request.pk, by=bureau.inspector, accept=True)
    assert Authenticator.objects.count() == 1
    assert SECRET not in repr(list(AccessLog.objects.values()))


def test_a_second_administrator_confirms_and_the_owner_is_told(bureau: Bureau) -> None:
    other = Account.objects.create_user("admin2", "x", role="admin", unit=bureau.bureau)
    changes = {second_person.PASSWORD: make_password(SECRET), second_person.FACTOR: True}
    Authenticator.objects.create(user=bureau.operator, type="totp", data={"secret": "x"})
    asked = second_person.ask(account=bureau.operator, changes=changes, by=bureau.admin)
    second_person.decide(request_id=asked.pk, by=other, accept=True)
    account = Account.objects.get(pk=bureau.operator.pk)
    assert account.check_password(SECRET)
    assert not Authenticator.objects.exists()
    deliver_due()
    told = [body_of(one) for one in inbox(account.username)]
    assert len(told) == 2
    assert all("管理员" in text or "admin2" in text for text in told)
    assert AccountRequest.objects.get().changes[second_person.PASSWORD] == ""


def test_a_new_account_signs_in_only_when_confirmed(bureau: Bureau, client: Client) -> None:
    client.force_login(bureau.admin)
    facts = {**form(bureau.analyst, role="inspector"), "username": "ghost", "new_password": SECRET}
    client.post(reverse("admin:people_account_add"), facts)
    ghost = Account.objects.get(username="ghost")
    assert (ghost.is_active, ghost.has_usable_password()) == (False, False)
    (line,) = second_person.waiting(bureau.inspector)
    assert (line.own, len(line.changes)) == (False, 4)
    assert second_person.waiting(bureau.admin)[0].own
    # Switching it on, or another role, by hand is another request, in the place of the first.
    url = reverse("admin:people_account_change", args=[ghost.pk])
    client.post(url, {**facts, "role": "admin", "new_password": ""})
    ghost.refresh_from_db()
    assert (ghost.is_active, ghost.role) == (False, "inspector")
    (request,) = AccountRequest.objects.filter(decided_at=None)
    assert request.changes["role"] == "admin"
    second_person.decide(request_id=request.pk, by=bureau.inspector, accept=True)
    ghost.refresh_from_db()
    assert (ghost.is_active, ghost.role, ghost.check_password(SECRET)) == (True, "admin", True)


def test_switching_an_account_off_needs_nobody(bureau: Bureau, client: Client) -> None:
    client.force_login(bureau.admin)
    url = reverse("admin:people_account_change", args=[bureau.officer.pk])
    client.post(url, form(bureau.officer, is_active=""))
    assert not Account.objects.get(pk=bureau.officer.pk).is_active
    assert not AccountRequest.objects.exists()


def test_what_nobody_confirms_is_void_after_a_while(bureau: Bureau) -> None:
    asked = second_person.ask(
        account=bureau.officer, changes={"role": "inspector"}, by=bureau.admin
    )
    with time_machine.travel(timezone.now() + second_person.LASTS + timedelta(minutes=1)):
        assert second_person.waiting(bureau.inspector) == []
        with pytest.raises(Conflict):
            second_person.decide(request_id=asked.pk, by=bureau.inspector, accept=True)
    with pytest.raises(NotFound):
        second_person.decide(request_id=0, by=bureau.inspector, accept=True)

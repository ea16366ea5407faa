"""The reference-data admin: who gets in, what it never shows, and what it leaves on record."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import LazySettings
from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from anmin.kernel.errors import Refusal
from anmin.people import second_person
from anmin.people.actions import add_account, log_access
from anmin.people.models import AccessLog, Account, AccountRequest, Duty
from anmin.people.policy import Reach, role_table
from anmin.people.roles import Role
from anmin.people.tests.conftest import PASSWORD, Bureau
from anmin.places.models import Unit
from anmin.places.queries import unit_ids

HOME = "/desk/admin/"
CSP = "Content-Security-Policy"


@pytest.fixture
def admin_client(bureau: Bureau, client: Client) -> Client:
    client.force_login(bureau.admin)
    return client


def confirmed(bureau: Bureau) -> None:
    """吴敏 of the inspectorate confirms what waits."""
    request = AccountRequest.objects.get(decided_at=None)
    second_person.decide(request_id=request.pk, by=bureau.inspector, accept=True)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_gets_in(bureau: Bureau, client: Client, role: Role) -> None:
    client.force_login(bureau.people[role])
    for page in ("index", "people_account_changelist", "places_unit_add"):
        assert client.get(reverse(f"admin:{page}")).status_code in {302, 403}
    before = Unit.objects.count()
    client.post(reverse("admin:places_unit_add"), {"code": "X", "name": "x", "kind": "station"})
    assert Unit.objects.count() == before


def test_it_has_no_sign_in_of_its_own(bureau: Bureau, client: Client) -> None:
    cache.clear()
    answer = client.post(f"{HOME}login/", {"username": "admin", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert answer.status_code == 405
    asked = client.get(f"{HOME}login/")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/login/")


def test_the_second_factor_is_asked_for_here_too(
    admin_client: Client, settings: LazySettings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    assert admin_client.get(HOME)["Location"].startswith("/accounts/2fa/totp/activate/")


def test_every_page_opens(bureau: Bureau, admin_client: Client) -> None:
    log_access(account=bureau.operator, action="reveal_contact", subject="matter:JQ1")
    assert admin_client.get(HOME).status_code == 200
    rooms = [
        model for model in admin.site._registry if model._meta.app_label in {"places", "people"}
    ]
    assert {model.__name__ for model in rooms} == {
        "Area",
        "Unit",
        "Responsibility",
        "Account",
        "Duty",
        "AccessLog",
    }
    for model in rooms:
        page = admin_client.get(
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        )
        assert page.status_code == 200
        assert page["Content-Security-Policy"] == admin_client.get("/").headers[CSP]
        assert "unsafe" not in page[CSP]


def test_libraries_keep_their_secrets(bureau: Bureau, admin_client: Client) -> None:
    Authenticator.objects.create(user=bureau.operator, type="totp", data={"secret": "x"})
    for model in admin.site._registry:
        assert apps.get_app_config(model._meta.app_label).name.startswith("anmin.")
    assert admin_client.get(f"{HOME}mfa/authenticator/").status_code == 404


def test_an_account_is_added_and_changed_on_record(bureau: Bureau, admin_client: Client) -> None:
    facts = {
        "username": "LiNa",
        "display_name": "李娜",
        "role": "officer",
        "unit": bureau.yuhai.pk,
        "language": "",
        "is_active": "on",
        "new_password": "长而不同的口令 2026",
    }
    weak = admin_client.post(reverse("admin:people_account_add"), {**facts, "new_password": "1234"})
    assert weak.status_code == 200
    assert not Account.objects.filter(username="lina").exists()
    admin_client.post(reverse("admin:people_account_add"), facts)
    account = Account.objects.get(username="lina")
    assert (account.is_active, account.has_usable_password()) == (False, False)
    confirmed(bureau)
    account.refresh_from_db()
    assert account.is_active
    assert account.check_password("长而不同的口令 2026")
    url = reverse("admin:people_account_change", args=[account.pk])
    change = {**facts, "role": "duty_leader", "new_password": "", "display_name": "李娜娜"}
    admin_client.post(url, change)
    account.refresh_from_db()
    assert (account.role, account.display_name) == ("officer", "李娜娜")
    confirmed(bureau)
    account.refresh_from_db()
    assert account.role == "duty_leader"
    assert account.check_password("长而不同的口令 2026")
    log = AccessLog.objects.order_by("number")
    assert [(row.actor, row.action, row.subject) for row in log] == [
        ("admin", "add_account", "lina"),
        ("admin", "account_change_asked", "lina"),
        ("wumin", "account_change_confirmed", "lina"),
        ("admin", "change_account", "lina"),
        ("admin", "account_change_asked", "lina"),
        ("wumin", "account_change_confirmed", "lina"),
    ]
    assert "长而不同" not in "".join(row.reason for row in log)
    gone = admin_client.post(
        reverse("admin:people_account_delete", args=[account.pk]), {"post": "yes"}
    )
    assert gone.status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        "password__startswith=argon2",
        "password__regex=a",
        "password__gt=a",
        "session_key__gt=a",
        "unit__account__password__gt=a",
        "last_login__gt=2000-01-01",
    ],
)
def test_no_address_asks_for_what_the_list_does_not_offer(
    bureau: Bureau, admin_client: Client, asked: str
) -> None:
    accounts = reverse("admin:people_account_changelist")
    answer = admin_client.get(f"{accounts}?{asked}")
    assert answer.status_code in (302, 400)
    assert admin_client.get(f"{accounts}?role__exact=officer&is_active__exact=1").status_code == 200
    day = reverse("admin:people_duty_changelist")
    assert admin_client.get(f"{day}?account__password__gt=a").status_code in (302, 400)
    assert admin_client.get(f"{day}?date__year=2026&date__month=3").status_code == 200


def test_a_lost_telephone_is_one_action(bureau: Bureau, admin_client: Client) -> None:
    Authenticator.objects.create(user=bureau.operator, type="totp", data={})
    admin_client.post(
        reverse("admin:people_account_changelist"),
        {"action": "reset_second_factors", "_selected_action": [bureau.operator.pk]},
    )
    assert Authenticator.objects.count() == 1
    confirmed(bureau)
    assert not Authenticator.objects.exists()
    assert set(AccessLog.objects.values_list("subject", flat=True)) == {"linxiao"}


def test_the_log_can_only_be_read(bureau: Bureau, admin_client: Client) -> None:
    entry = log_access(account=bureau.operator, action="reveal_contact", reason="回访")
    for page in ("add", "change", "delete"):
        args = [] if page == "add" else [entry.pk]
        url = reverse(f"admin:people_accesslog_{page}", args=args)
        assert admin_client.post(url, {"reason": "x", "post": "yes"}).status_code == 403
    admin_client.post(
        reverse("admin:people_accesslog_changelist"),
        {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"},
    )
    assert AccessLog.objects.get().reason == "回访"


def test_a_wrong_duty_is_refused(bureau: Bureau, admin_client: Client) -> None:
    facts = {
        "date": "2026-03-02",
        "unit": bureau.jinhu.pk,
        "role": "duty_leader",
        "shift": "whole",
    }
    refused = admin_client.post(
        reverse("admin:people_duty_add"), {**facts, "account": bureau.officer.pk}
    )
    assert refused.status_code == 200
    assert not Duty.objects.exists()
    admin_client.post(reverse("admin:people_duty_add"), {**facts, "account": bureau.duty_leader.pk})
    assert Duty.objects.get().account == bureau.duty_leader


def test_units_are_removed_one_by_one_and_that_is_seen_at_once(
    bureau: Bureau, admin_client: Client
) -> None:
    spare = Unit.objects.create(code="SPARE", name="多余", kind="other", parent=bureau.bureau)
    assert "SPARE" in unit_ids()
    admin_client.post(
        reverse("admin:places_unit_changelist"),
        {"action": "delete_selected", "_selected_action": [spare.pk], "post": "yes"},
    )
    assert "SPARE" in unit_ids()
    admin_client.post(reverse("admin:places_unit_delete", args=[spare.pk]), {"post": "yes"})
    assert "SPARE" not in unit_ids()


FACTS: dict[str, Any] = {
    "username": "lina",
    "display_name": "李娜",
    "language": "",
    "is_active": "on",
    "new_password": "",
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("unit", ["none", "closed", "open", "body", "closed body"])
def test_role_and_unit_fit_each_other_at_every_door(
    bureau: Bureau, admin_client: Client, role: Role, unit: str
) -> None:
    """The pages, the action (``anmin user add``) and the manager refuse the same."""
    closed = Unit.objects.create(code="OLD", name="旧所", kind="station", active=False)
    gone = Unit.objects.create(code="WB-OLD", name="旧物业", kind="manager", active=False)
    units = {"none": None, "closed": closed, "open": bureau.jinhu}
    chosen = {**units, "body": bureau.partner.unit, "closed body": gone}[unit]
    fitting = {Reach.UNIT: {"open"}, Reach.BODY: {"body"}}
    wrong = unit not in fitting.get(role_table()[role].reach, {"none", "closed", "open"})
    before = (set(Account.objects.values_list("username", flat=True)), AccessLog.objects.count())
    facts = {**FACTS, "role": role, "unit": chosen.pk if chosen else ""}
    page = admin_client.post(reverse("admin:people_account_add"), facts)
    assert page.status_code == (200 if wrong else 302)
    if wrong:
        assert set(page.context["adminform"].form.errors) == {"unit"}
        with pytest.raises(Refusal) as refused:
            add_account(username="lina", role=role, unit=chosen)
        assert refused.value.field == "unit"
        with pytest.raises(ValidationError):
            Account.objects.create_user("lina", None, role=role, unit=chosen)
        after = set(Account.objects.values_list("username", flat=True)), AccessLog.objects.count()
        assert after == before
    else:
        assert Account.objects.get(username="lina").unit == chosen
        assert add_account(username="lina2", role=role, unit=chosen).unit == chosen


def test_an_account_that_has_become_impossible_can_be_switched_off(
    bureau: Bureau, admin_client: Client
) -> None:
    bureau.jinhu.active = False
    bureau.jinhu.save()
    url = reverse("admin:people_account_change", args=[bureau.officer.pk])
    facts = {**FACTS, "username": "chenli", "role": "officer", "unit": bureau.jinhu.pk}
    assert admin_client.post(url, facts).status_code == 200
    assert admin_client.post(url, {**facts, "is_active": ""}).status_code == 302
    assert not Account.objects.get(username="chenli").is_active


@pytest.mark.parametrize(
    "change", [{"role": "inspector"}, {"is_active": ""}, {"unit": ""}, {"username": "other"}]
)
def test_nobody_changes_the_standing_of_their_own_account(
    bureau: Bureau, admin_client: Client, change: dict[str, str]
) -> None:
    me = bureau.admin
    url = reverse("admin:people_account_change", args=[me.pk])
    facts = {**FACTS, "username": "admin", "role": "admin", "unit": bureau.bureau.pk}
    page = admin_client.post(url, {**facts, **change})
    assert page.status_code == 200
    assert set(page.context["adminform"].form.errors) == set(change)
    fields = ("username", "role", "unit_id", "is_active")
    now = Account.objects.get(pk=me.pk)
    assert [getattr(now, name) for name in fields] == [getattr(me, name) for name in fields]
    assert admin_client.post(url, {**facts, "display_name": "管理"}).status_code == 302


@pytest.mark.parametrize(
    "change", [{"role": "programme"}, {"is_active": ""}, {"new_password": "长而不同的口令 2026"}]
)
def test_a_change_of_standing_ends_the_sessions(
    bureau: Bureau, admin_client: Client, change: dict[str, str]
) -> None:
    theirs = Client()
    theirs.force_login(bureau.analyst)
    assert theirs.get("/desk/").status_code == 200
    url = reverse("admin:people_account_change", args=[bureau.analyst.pk])
    facts = {**FACTS, "username": "hemiao", "role": "analyst", "unit": bureau.bureau.pk}
    admin_client.post(url, {**facts, **change})
    if "is_active" not in change:
        assert theirs.get("/desk/").status_code == 200
        confirmed(bureau)
    assert theirs.get("/desk/").status_code == 302
    assert AccessLog.objects.filter(action="end_sessions", subject="hemiao").count() == 1


def test_the_administrator_ends_somebody_s_sessions(bureau: Bureau, admin_client: Client) -> None:
    theirs = Client()
    theirs.force_login(bureau.analyst)
    theirs.get("/desk/")
    admin_client.post(
        reverse("admin:people_account_changelist"),
        {"action": "end_all_sessions", "_selected_action": [bureau.analyst.pk]},
    )
    assert theirs.get("/desk/").status_code == 302
    assert AccessLog.objects.order_by("-number")[0].action == "end_sessions"


def test_the_bureau_on_top_is_never_removed(bureau: Bureau, admin_client: Client) -> None:
    top = Unit.objects.create(code="ZZ", name="另一局", kind="bureau")
    below = Unit.objects.create(code="ZZ-1", name="下属所", kind="station", parent=top)
    for page in (bureau.bureau, top):
        address = reverse("admin:places_unit_delete", args=[page.pk])
        assert admin_client.get(address).status_code == 403
        assert admin_client.post(address, {"post": "yes"}).status_code == 403
    several = {
        "action": "delete_selected",
        "_selected_action": [top.pk, below.pk],
        "post": "yes",
    }
    admin_client.post(reverse("admin:places_unit_changelist"), several)
    assert Unit.objects.filter(pk__in=[bureau.bureau.pk, top.pk, below.pk]).count() == 3
    address = reverse("admin:places_unit_delete", args=[below.pk])
    assert admin_client.post(address, {"post": "yes"}).status_code == 302
    assert not Unit.objects.filter(pk=below.pk).exists()
    assert (
        "返回工作台"
        in admin_client.get(HOME, headers={"accept-language": "zh-hans"}).content.decode()
    )


def test_the_leader_begins_with_the_morning_page(
    bureau: Bureau, client: Client, settings: LazySettings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = False
    cache.clear()
    for name, first in (("zhengju", "/desk/morning/"), ("chenli", "/desk/")):
        answer = Client().post(reverse("account_login"), {"login": name, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, first)

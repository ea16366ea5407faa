"""The reference-data admin: who gets in, what it never shows, and what it leaves on record."""

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import LazySettings
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from anmin.people.actions import log_access
from anmin.people.models import AccessLog, Account, Duty
from anmin.people.roles import Role
from anmin.people.tests.conftest import PASSWORD, Bureau
from anmin.places.models import Unit
from anmin.places.queries import unit_ids

HOME = "/desk/admin/"


@pytest.fixture
def admin_client(bureau: Bureau, client: Client) -> Client:
    client.force_login(bureau.admin)
    return client


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
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


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
        assert "'unsafe-inline'" not in page["Content-Security-Policy"].split("style-src")[0]


def test_libraries_keep_their_secrets(bureau: Bureau, admin_client: Client) -> None:
    Authenticator.objects.create(user=bureau.operator, type="totp", data={"secret": "x"})
    shown = admin_client.get(HOME).content.decode()
    for model in admin.site._registry:
        name = apps.get_app_config(model._meta.app_label).name
        if not name.startswith("anmin."):
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            assert url not in shown
            assert admin_client.get(url).status_code == 403


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
    assert account.check_password("长而不同的口令 2026")
    url = reverse("admin:people_account_change", args=[account.pk])
    admin_client.post(url, {**facts, "role": "duty_leader", "new_password": ""})
    account.refresh_from_db()
    assert account.role == "duty_leader"
    assert account.check_password("长而不同的口令 2026")
    log = AccessLog.objects.order_by("number")
    assert [(row.actor, row.action, row.subject) for row in log] == [
        ("admin", "add_account", "lina"),
        ("admin", "change_account", "lina"),
    ]
    assert "role" in log[1].reason
    assert "口令" not in "".join(row.reason for row in log)
    gone = admin_client.post(
        reverse("admin:people_account_delete", args=[account.pk]), {"post": "yes"}
    )
    assert gone.status_code == 403


def test_a_lost_telephone_is_one_action(bureau: Bureau, admin_client: Client) -> None:
    Authenticator.objects.create(user=bureau.operator, type="totp", data={})
    admin_client.post(
        reverse("admin:people_account_changelist"),
        {"action": "reset_second_factors", "_selected_action": [bureau.operator.pk]},
    )
    assert not Authenticator.objects.exists()
    assert AccessLog.objects.get().subject == "linxiao"


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


def test_removing_many_units_is_seen_at_once(bureau: Bureau, admin_client: Client) -> None:
    spare = Unit.objects.create(code="SPARE", name="多余", kind="other")
    assert "SPARE" in unit_ids()
    admin_client.post(
        reverse("admin:places_unit_changelist"),
        {"action": "delete_selected", "_selected_action": [spare.pk], "post": "yes"},
    )
    assert "SPARE" not in unit_ids()

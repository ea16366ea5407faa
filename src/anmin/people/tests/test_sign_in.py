"""Signing in as people really do, over HTTP."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import NotAllowed
from anmin.people import second_person
from anmin.people.middleware import second_factor_required
from anmin.people.models import AccessLog, Account
from anmin.people.queries import verify_access_log
from anmin.people.roles import Role
from anmin.people.tests.conftest import PASSWORD, Bureau

LOGIN, PAGE = "/accounts/login/", "/probe/"
PERIOD = 30  # seconds of a TOTP code


@pytest.fixture(autouse=True)
def _house(db: None, settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "anmin.people.tests.urls"
    cache.clear()


def sign_in(client: Client, username: str, password: str = PASSWORD) -> HttpResponse:
    return client.post(LOGIN, {"login": username, "password": password})


def code_for(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + ahead))


def enrol(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert done.status_code == 302, done.context["form"].errors
    return str(secret)


def signed_in_as(client: Client) -> str | None:
    key = client.session.get("_auth_user_id")
    return Account.objects.get(pk=key).username if key else None


def actions() -> list[str]:
    return list(AccessLog.objects.order_by("number").values_list("action", flat=True))


def test_an_analyst_signs_in_and_out(bureau: Bureau, client: Client) -> None:
    answer = sign_in(client, "ＨeMiao")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert signed_in_as(client) == "hemiao"
    client.post(reverse("account_logout"))
    assert signed_in_as(client) is None
    assert actions() == ["sign_in", "sign_out"]
    assert AccessLog.objects.get(action="sign_in").reason == "password"
    assert verify_access_log().broken == []


def test_a_wrong_password_opens_nothing_and_is_on_record(bureau: Bureau, client: Client) -> None:
    answer = sign_in(client, "hemiao", "wrong")
    assert answer.status_code == 200
    assert signed_in_as(client) is None
    sign_in(client, "myPassword1", "wrong")
    failed = AccessLog.objects.order_by("number")
    assert [(row.action, row.account, row.actor) for row in failed] == [
        ("sign_in_failed", bureau.analyst, "hemiao"),
        ("sign_in_failed", None, "anonymous"),
    ]


def test_somebody_who_left_cannot_sign_in(bureau: Bureau, client: Client) -> None:
    Account.objects.filter(pk=bureau.analyst.pk).update(is_active=False)
    sign_in(client, "hemiao")
    assert signed_in_as(client) is None


def test_somebody_who_leaves_is_signed_out_at_once(bureau: Bureau, client: Client) -> None:
    sign_in(client, "admin")
    assert client.get("/desk/admin/").status_code == 200
    Account.objects.filter(pk=bureau.admin.pk).update(is_active=False)
    assert client.get("/desk/admin/").status_code == 302


def test_who_has_no_unit_that_works_is_told_so(bureau: Bureau, client: Client) -> None:
    bureau.jinhu.active = False
    bureau.jinhu.save()
    answer = sign_in(client, "chenli")
    assert answer["Location"] == LOGIN
    assert signed_in_as(client) is None
    assert "没有在用的所属单位" in client.get(LOGIN).content.decode()
    assert actions() == ["sign_in_refused"]


def test_the_session_ends_with_the_browser(bureau: Bureau, client: Client) -> None:
    sign_in(client, "hemiao")
    assert client.cookies["sessionid"]["max-age"] == ""


def test_signing_in_switches_to_the_person_s_language(bureau: Bureau, client: Client) -> None:
    Account.objects.filter(pk=bureau.analyst.pk).update(language="en")
    answer = sign_in(client, "hemiao")
    assert answer.cookies["django_language"].value == "en"


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "password/reset/", "password/reset/done/", "3rdparty/", "login/code/"],
)
def test_pages_for_strangers_do_not_exist(bureau: Bureau, client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404
    before = Account.objects.count()
    client.post(f"/accounts/{path}", {"username": "eve", "password1": PASSWORD})
    assert Account.objects.count() == before


@pytest.mark.django_db(transaction=True)  # the library tells of second factors after the commit
class TestSecondFactor:
    """With ``ANMIN_REQUIRE_MFA`` on."""

    @pytest.fixture(autouse=True)
    def _required(self, settings: LazySettings) -> None:
        settings.REQUIRE_SECOND_FACTOR = True

    def test_an_operator_must_set_one_up_first(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "linxiao")
        answer = client.get(f"{PAGE}?page=2")
        assert answer.status_code == 302
        assert answer["Location"] == "/accounts/2fa/totp/activate/?next=%2Fprobe%2F%3Fpage%3D2"
        htmx = client.get(PAGE, headers={"HX-Request": "true"})
        assert htmx["HX-Redirect"].startswith("/accounts/2fa/totp/activate/")
        assert client.post(PAGE).status_code == 302
        enrol(client)
        assert client.get(PAGE).status_code == 200

    def test_the_next_sign_in_asks_for_it(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "linxiao")
        secret = enrol(client)
        client.post(reverse("account_logout"))
        answer = sign_in(client, "linxiao")
        assert answer["Location"] == reverse("mfa_authenticate")
        assert signed_in_as(client) is None
        assert client.get(PAGE).content == b""
        wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert wrong.status_code == 200
        assert signed_in_as(client) is None
        code = code_for(secret)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in_as(client) == "linxiao"
        assert client.get(PAGE).content == b"linxiao"
        # Somebody who looked over the shoulder cannot use the same code.
        other = Client()
        sign_in(other, "linxiao")
        other.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in_as(other) is None
        assert AccessLog.objects.filter(action="sign_in").last().reason == "password"
        assert AccessLog.objects.filter(action="sign_in").first().reason == "password+totp"
        assert "second_factor_failed" in actions()
        assert "second_factor_added" in actions()

    def test_a_recovery_code_opens_once(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "linxiao")
        enrol(client)
        page = client.get(reverse("mfa_view_recovery_codes"))
        codes = page.context["unused_codes"]
        assert len(codes) == 10
        client.post(reverse("account_logout"))
        sign_in(client, "linxiao")
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert signed_in_as(client) == "linxiao"
        client.post(reverse("account_logout"))
        sign_in(client, "linxiao")
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert signed_in_as(client) is None

    def test_secrets_are_sealed_in_the_database(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "linxiao")
        secret = enrol(client)
        for row in Authenticator.objects.all():
            assert secret not in str(row.data)
            assert not re.search(r"\b[A-Z2-7]{32}\b", str(row.data))

    def test_a_second_factor_moved_to_another_account_opens_nothing(
        self, bureau: Bureau, client: Client
    ) -> None:
        sign_in(client, "linxiao")
        secret = enrol(client)
        client.post(reverse("account_logout"))
        rows = Authenticator.objects.filter(user=bureau.operator)
        before = list(rows.values_list("data", flat=True))
        # Past the log, as somebody with the database would.
        QuerySet.update(rows, user=bureau.leader)
        sign_in(client, bureau.leader.username)
        answer = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
        assert answer.status_code == 503
        assert "管理员" in answer.content.decode()
        assert signed_in_as(client) is None
        moved = Authenticator.objects.filter(user=bureau.leader)
        assert list(moved.values_list("data", flat=True)) == before
        QuerySet.update(moved, user=bureau.operator)
        again = Client()
        sign_in(again, "linxiao")
        again.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
        assert signed_in_as(again) == "linxiao"

    @pytest.mark.parametrize("change", [{"used_mask": 0}, {"seed": "x"}, {"mark": ""}])
    def test_a_second_factor_changed_in_the_database_opens_nothing(
        self, bureau: Bureau, client: Client, change: dict[str, Any]
    ) -> None:
        sign_in(client, "linxiao")
        enrol(client)
        codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
        client.post(reverse("account_logout"))
        sign_in(client, "linxiao")
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        client.post(reverse("account_logout"))
        row = Authenticator.objects.get(user=bureau.operator, type="recovery_codes")
        QuerySet.update(Authenticator.objects.filter(pk=row.pk), data={**row.data, **change})
        with pytest.raises(Unreadable):
            Authenticator.objects.get(pk=row.pk).wrap()
        sign_in(client, "linxiao")
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert signed_in_as(client) is None

    def test_an_older_session_must_prove_it(self, bureau: Bureau, client: Client) -> None:
        thief = Client()
        sign_in(thief, "linxiao")
        sign_in(client, "linxiao")
        enrol(client)
        answer = thief.get(PAGE)
        assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
        # Knowing the password again does not help, nor do the pages of second factors.
        thief.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        for page in ("mfa_view_recovery_codes", "mfa_add_webauthn", "mfa_deactivate_totp"):
            assert thief.get(reverse(page))["Location"].startswith(reverse("mfa_reauthenticate"))
        assert thief.get(PAGE).status_code == 302

    def test_roles_without_contacts_need_none(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "hemiao")
        assert client.get(PAGE).status_code == 200

    def test_the_last_one_cannot_be_taken_away(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "linxiao")
        enrol(client)
        before = Authenticator.objects.count()
        client.post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.count() == before

    def test_a_lost_telephone(self, bureau: Bureau, client: Client) -> None:
        sign_in(client, "linxiao")
        enrol(client)
        lost = {second_person.FACTOR: True}
        with pytest.raises(NotAllowed):
            second_person.ask(account=bureau.operator, changes=lost, by=bureau.inspector)
        asked = second_person.ask(account=bureau.operator, changes=lost, by=bureau.admin)
        assert Authenticator.objects.count() == 2
        second_person.decide(request_id=asked.pk, by=bureau.inspector, accept=True)
        assert not Authenticator.objects.exists()
        assert "reset_second_factor" in actions()
        client.post(reverse("account_logout"))
        sign_in(client, "linxiao")
        assert client.get(PAGE)["Location"].startswith("/accounts/2fa/totp/activate/")

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.ANALYST])
    def test_the_decorator_stands_alone(
        self, bureau: Bureau, client: Client, role: Role, rf: RequestFactory
    ) -> None:
        @second_factor_required
        def contacts(request: HttpRequest) -> HttpResponse:
            return HttpResponse("contacts")

        client.force_login(bureau.people[role])
        request = rf.get("/contacts")
        request.session, request.user = client.session, bureau.people[role]
        answer = contacts(request)
        assert answer.status_code == (302 if role == Role.OPERATOR else 200)


def test_by_default_only_a_demo_city_goes_without(
    bureau: Bureau, client: Client, settings: LazySettings, tmp_path: object
) -> None:
    settings.REQUIRE_SECOND_FACTOR = None
    settings.ANMIN_HOME = tmp_path
    sign_in(client, "linxiao")
    assert client.get(PAGE).status_code == 302
    (settings.ANMIN_HOME / "demo").touch()
    assert client.get(PAGE).status_code == 200

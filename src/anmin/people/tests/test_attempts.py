"""Who guesses is slowed down; who has the right password and second factor, or a neighbour, is not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from anmin.people import limits
from anmin.people.attempts import (
    CODES,
    COOKIE,
    COOKIE_DAYS,
    KNOWN_BROWSER,
    NEIGHBOURHOOD,
    PASSWORDS,
    PASSWORDS_ANYWHERE,
    PASSWORDS_SPRAYED,
    known_browser,
    remember_browser,
)
from anmin.people.limits import Limit, address_range, forget_old, give_back, take
from anmin.people.models import Account, Tally
from anmin.people.roles import Role
from anmin.people.tests.conftest import PASSWORD, Bureau
from anmin.people.tests.test_sign_in import LOGIN, actions, code_for, enrol, sign_in, signed_in_as

OFFICE, HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _house(db: None, settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "anmin.people.tests.urls"
    cache.clear()


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def guess(address: str, name: str, times: int) -> HttpResponse:
    browser = at(address)
    for number in range(times):
        answer = sign_in(browser, name, f"guess {number}")
    return answer


def with_code(client: Client, name: str, code: str, password: str = PASSWORD) -> HttpResponse:
    return client.post(LOGIN, {"login": name, "password": password, "code": code})


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "near", "wide"),
    [
        ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("", limits.UNKNOWN, limits.UNKNOWN),
    ],
)
def test_an_address_counts_with_what_one_subscriber_has(
    rf: RequestFactory, address: str, near: str, wide: str
) -> None:
    request = rf.get("/", REMOTE_ADDR=address)
    assert (address_range(request), address_range(request, wide=True)) == (near, wide)


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        ("198.51.100.7", "198.51.100.7/32"),
        ("6.6.6.6, 198.51.100.7", "198.51.100.7/32"),
        ("198.51.100.7:50123", "198.51.100.7/32"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("not an address", limits.UNKNOWN),
    ],
)
def test_behind_the_proxy_the_address_is_what_the_proxy_says(
    rf: RequestFactory, settings: LazySettings, forwarded: str, counted: str
) -> None:
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": forwarded})
    assert address_range(request) == "127.0.0.1/32"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert address_range(request) == counted


# --- counting -------------------------------------------------------------------------------------


def test_counting_begins_anew_when_its_time_is_over() -> None:
    start = datetime(2026, 11, 10, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        limit = Limit(2, 60)
        assert [take("x", "a", limit=limit).over for _ in range(3)] == [False, False, True]
        assert not take("x", "b", limit=limit).over
        assert not take("y", "a", limit=limit).over
        last = take("x", "a", limit=limit)
        assert (last.count, last.minutes_left) == (4, 1)
        give_back(last)
        clock.shift(timedelta(seconds=61))
        assert take("x", "a", limit=limit).count == 1
        clock.shift(timedelta(seconds=61))
        assert forget_old() == 3
        assert not Tally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_count_as_many() -> None:
    limit = Limit(10, 600)

    def one(_number: int) -> int:
        try:
            return take("burst", "a", limit=limit).count
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        counts = sorted(pool.map(one, range(40)))
    assert counts == list(range(1, 41))


def test_nothing_kept_names_an_address_or_a_person(bureau: Bureau) -> None:
    guess(OFFICE, "hemiao", 7)
    kept = str(list(Tally.objects.values_list("key", flat=True)))
    assert "hemiao" not in kept
    assert "192.0.2" not in kept


# --- passwords ------------------------------------------------------------------------------------


def test_guessing_one_password_is_stopped_where_it_is_done(bureau: Bureau) -> None:
    guess(OFFICE, "HeMiao", PASSWORDS.most)
    browser = at(OFFICE)
    answer = sign_in(browser, "hemiao")
    assert signed_in_as(browser) is None
    assert answer.context["form"].errors
    # It is told when a password alone does again, and what does now.
    assert "5" in str(answer.context["form"].errors)
    # One line tells of it in the log, however long it goes on.
    guess(OFFICE, "hemiao", 20)
    assert actions() == ["sign_in_failed"] * PASSWORDS.most + ["sign_in_slowed"]


def test_neither_colleagues_nor_the_person_elsewhere_are_locked_out(bureau: Bureau) -> None:
    guess(OFFICE, "hemiao", 30)
    for name in ("sunping", "zhengju"):
        assert sign_in(at(OFFICE), name).status_code == 302
    assert sign_in(at(HOME), "hemiao").status_code == 302


def test_it_is_over_after_a_while(bureau: Bureau) -> None:
    with time_machine.travel(datetime(2026, 11, 10, tzinfo=UTC), tick=False) as clock:
        guess(OFFICE, "hemiao", 6)
        clock.shift(timedelta(seconds=PASSWORDS.seconds))
        assert sign_in(at(OFFICE), "hemiao").status_code == 302


def test_right_passwords_do_not_count(bureau: Bureau) -> None:
    for _time in range(PASSWORDS.most * 3):
        assert sign_in(at(OFFICE), "hemiao").status_code == 302
    assert not Tally.objects.filter(count__gt=0).exists()


def test_the_browser_one_usually_uses_still_opens(bureau: Bureau) -> None:
    mine = at(OFFICE)
    sign_in(mine, "hemiao")
    mine.post(reverse("account_logout"))
    guess(OFFICE, "hemiao", 50)
    guess(ELSEWHERE, "hemiao", 100)
    assert sign_in(mine, "hemiao").status_code == 302
    assert "hemiao" not in mine.cookies[COOKIE].value
    # It opens for nobody else, and is no licence to guess.
    guess(OFFICE, "sunping", 5)
    mine.post(reverse("account_logout"))
    assert sign_in(mine, "sunping").status_code == 200
    for _number in range(KNOWN_BROWSER.most + 1):
        sign_in(mine, "hemiao", "wrong")
    assert sign_in(mine, "hemiao").status_code == 200


def test_a_forged_cookie_is_no_known_browser(bureau: Bureau) -> None:
    forger = at(OFFICE)
    forger.cookies[COOKIE] = "WyJhIiwiYiJd:1abc:forged"
    guess(OFFICE, "hemiao", 5)
    assert sign_in(forger, "hemiao").status_code == 200


def test_a_browser_is_known_for_its_own_person_and_time_only(
    bureau: Bureau, rf: RequestFactory
) -> None:
    """Also if somebody keeps the cookie for longer than a browser would."""
    with time_machine.travel(datetime(2026, 11, 10, tzinfo=UTC), tick=False) as clock:
        response, request = HttpResponse(), rf.get("/")
        remember_browser(request, response, bureau.analyst)
        request.COOKIES[COOKIE] = response.cookies[COOKIE].value
        assert known_browser(request, "hemiao")
        assert not known_browser(request, "sunping")
        clock.shift(timedelta(days=COOKIE_DAYS))
        assert known_browser(request, "hemiao")
        clock.shift(timedelta(seconds=2))
        assert not known_browser(request, "hemiao")


def test_an_account_is_not_guessed_from_many_addresses(bureau: Bureau) -> None:
    for number in range(PASSWORDS_ANYWHERE.most):
        sign_in(at(f"198.51.{number}.1"), "hemiao", "wrong")
    assert sign_in(at("198.18.0.1"), "hemiao").status_code == 200
    assert sign_in(at("198.18.0.1"), "sunping").status_code == 302


def test_trying_one_password_with_every_name_is_slowed_and_neighbours_pass(
    bureau: Bureau,
) -> None:
    for number in range(NEIGHBOURHOOD.most):
        sign_in(at(OFFICE), f"name{number}", "Summer2026!")
    for _time in range(PASSWORDS_SPRAYED.most):
        sign_in(at(OFFICE), "hemiao", "wrong")
    assert sign_in(at(OFFICE), "hemiao").status_code == 200
    # Whoever types the right password at the first or second try is not slowed at all.
    assert sign_in(at(OFFICE), "sunping").status_code == 302
    sign_in(at("192.0.2.200"), "zhengju", "typing error")
    assert sign_in(at("192.0.2.200"), "zhengju").status_code == 302


def test_one_subscriber_s_many_addresses_are_one(bureau: Bureau) -> None:
    for number in range(PASSWORDS.most):
        sign_in(at(f"2001:db8:1:2::{number + 1:x}"), "hemiao", "wrong")
    assert sign_in(at("2001:db8:1:2:ffff::1"), "hemiao").status_code == 200
    assert sign_in(at("2001:db8:1:3::1"), "hemiao").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_guesses_at_once_gets_no_more_tries(bureau: Bureau) -> None:
    def one(number: int) -> int:
        try:
            answer = sign_in(at(OFFICE), "hemiao", f"guess {number}")
            return int("sign_in_slowed" in actions() or answer.status_code == 200)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(18)))
    assert actions().count("sign_in_failed") == PASSWORDS.most
    assert sign_in(at(OFFICE), "hemiao").status_code == 200


# --- the second factor ----------------------------------------------------------------------------


@pytest.fixture
def secret(bureau: Bureau, settings: LazySettings) -> str:
    """林晓 has an authenticator app, and no browser that is known."""
    settings.REQUIRE_SECOND_FACTOR = True
    browser = at(HOME)
    sign_in(browser, "linxiao")
    return enrol(browser)


@pytest.mark.django_db(transaction=True)  # the library tells of second factors after the commit
class TestSecondFactor:
    """Password and code together always pass."""

    def test_together_they_pass_however_many_guess(self, bureau: Bureau, secret: str) -> None:
        guess(OFFICE, "linxiao", 30)
        for number in range(PASSWORDS_ANYWHERE.most + 5):
            sign_in(at(f"198.51.{number}.1"), "linxiao", "wrong")
        mine = at(OFFICE)
        slowed = sign_in(mine, "linxiao")
        assert signed_in_as(mine) is None
        assert 'name="code"' in slowed.content.decode()
        answer = with_code(mine, "linxiao", code_for(secret, 1))
        assert (answer.status_code, answer["Location"]) == (302, "/desk/")
        assert signed_in_as(mine) == "linxiao"
        assert mine.get("/probe/").content == b"linxiao"
        assert "totp+password" in {log.reason for log in logs("sign_in")}

    def test_nobody_is_told_which_of_the_two_was_wrong(self, bureau: Bureau, secret: str) -> None:
        guess(OFFICE, "linxiao", 6)
        errors = [
            str(with_code(at(OFFICE), "linxiao", code, word).context["form"].errors)
            for code, word in (("000000", PASSWORD), (code_for(secret, 1), "x"), ("000000", "x"))
        ]
        assert len(set(errors)) == 1
        # For a name that is nobody's it says the same.
        guess(OFFICE, "nobody", 6)
        assert str(with_code(at(OFFICE), "nobody", "000000").context["form"].errors) == errors[0]

    def test_a_recovery_code_does_too(self, bureau: Bureau, secret: str) -> None:
        row = Authenticator.objects.get(type="recovery_codes")
        code = row.wrap().get_unused_codes()[0]
        guess(OFFICE, "linxiao", 6)
        mine = at(OFFICE)
        with_code(mine, "linxiao", code)
        assert signed_in_as(mine) == "linxiao"

    def test_whoever_lacks_the_password_uses_up_no_codes(self, bureau: Bureau, secret: str) -> None:
        for _number in range(CODES.most * 3):
            with_code(at(OFFICE), "linxiao", "000000", "wrong")
        mine = at(HOME)
        sign_in(mine, "linxiao")
        mine.post(reverse("mfa_authenticate"), {"code": code_for(secret, 1)})
        assert signed_in_as(mine) == "linxiao"

    @pytest.mark.parametrize("door", ["second step", "with the password"])
    def test_guessing_codes_with_the_password_is_stopped(
        self, bureau: Bureau, secret: str, door: str
    ) -> None:
        thief = at(ELSEWHERE)
        try_code = self._door(thief, door)
        for number in range(CODES.most):
            try_code(f"{number:06}")
        try_code(code_for(secret, 1))
        assert signed_in_as(thief) is None
        # The other door is closed by the same count.
        for other in ("second step", "with the password"):
            again = at(OFFICE)
            self._door(again, other)(code_for(secret, 1))
            assert signed_in_as(again) is None

    def _door(self, client: Client, door: str) -> Callable[[str], Any]:
        if door == "second step":
            sign_in(client, "linxiao")
            return lambda code: client.post(reverse("mfa_authenticate"), {"code": code})
        address = client.defaults["REMOTE_ADDR"]
        guess(address, "linxiao", PASSWORDS.most + 1)
        return lambda code: with_code(client, "linxiao", code)

    def test_the_owner_s_browser_is_not_locked_by_a_thief_of_the_password(
        self, bureau: Bureau, secret: str
    ) -> None:
        mine = at(HOME)
        sign_in(mine, "linxiao")
        mine.post(reverse("mfa_authenticate"), {"code": code_for(secret, -1)})
        assert signed_in_as(mine) == "linxiao"
        mine.post(reverse("account_logout"))
        thief = at(ELSEWHERE)
        sign_in(thief, "linxiao")
        for number in range(CODES.most * 2):
            thief.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})
        sign_in(mine, "linxiao")
        mine.post(reverse("mfa_authenticate"), {"code": code_for(secret, 1)})
        assert signed_in_as(mine) == "linxiao"

    def test_a_password_alone_makes_no_browser_known(self, bureau: Bureau, secret: str) -> None:
        thief = at(ELSEWHERE)
        sign_in(thief, "linxiao")
        assert COOKIE not in thief.cookies


def logs(action: str) -> Any:
    from anmin.people.models import AccessLog

    return AccessLog.objects.filter(action=action)


def test_roles_without_a_second_factor_are_told_to_wait(bureau: Bureau) -> None:
    assert Account.objects.get(username="hemiao").role == Role.ANALYST
    guess(OFFICE, "hemiao", 6)
    answer = with_code(at(OFFICE), "hemiao", "123456")
    assert answer.status_code == 200
    assert answer.context["form"].errors

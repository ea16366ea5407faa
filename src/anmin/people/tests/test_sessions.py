"""How long somebody stays signed in, and how that ends: for themselves, and for who misuses it."""

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from anmin.people import sessions
from anmin.people.models import AccessLog, Account, SignedIn
from anmin.people.policy import role_table
from anmin.people.roles import Role
from anmin.people.session_store import SessionStore, stored_key
from anmin.people.tests.conftest import PASSWORD, Bureau
from anmin.people.tests.test_sign_in import LOGIN, PAGE, actions, sign_in, signed_in_as

START = datetime(2026, 11, 10, 0, 0, tzinfo=UTC)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _house(db: None, settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "anmin.people.tests.urls"
    cache.clear()


@pytest.mark.parametrize("role", list(Role))
def test_doing_nothing_ends_a_session_when_the_table_says(
    bureau: Bureau, client: Client, role: Role
) -> None:
    idle = role_table()[role].idle
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, bureau.people[role].username)
        clock.shift(idle - timedelta(seconds=1))
        assert client.get(PAGE).content.decode() == bureau.people[role].username
        clock.shift(idle)
        answer = client.get(f"{PAGE}?page=2")
        assert answer["Location"] == f"{LOGIN}?next=%2Fprobe%2F%3Fpage%3D2"
        assert signed_in_as(client) is None
        assert actions()[-1] == "session_over"
        assert AccessLog.objects.order_by("-number")[0].reason == "idle"
        assert "一段时间没有操作" in client.get(LOGIN).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_no_session_is_longer_than_the_table_says_whatever_is_done(
    bureau: Bureau, client: Client, role: Role
) -> None:
    rule = role_table()[role]
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, bureau.people[role].username)
        while datetime.now(UTC) < START + rule.longest - rule.idle:
            clock.shift(rule.idle - timedelta(minutes=1))
            assert client.get(PAGE).status_code == 200
        clock.move_to(START + rule.longest)
        assert client.get(PAGE).status_code == 302
        assert AccessLog.objects.order_by("-number")[0].reason in {"longest", "idle"}


def test_a_clock_that_is_set_back_lengthens_no_session(bureau: Bureau, client: Client) -> None:
    idle = role_table()[Role.OFFICER].idle
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, bureau.people[Role.OFFICER].username)
        clock.shift(-timedelta(hours=1))
        assert client.get(PAGE).status_code == 200
        clock.shift(idle + timedelta(seconds=1))
        assert client.get(PAGE).status_code == 302


def test_an_installation_may_shorten_both_but_not_lengthen_them(
    bureau: Bureau, settings: LazySettings
) -> None:
    settings.SESSION_IDLE, settings.SESSION_LONGEST = timedelta(minutes=5), timedelta(hours=24)
    assert sessions.lengths(bureau.admin) == (timedelta(minutes=5), timedelta(hours=8))


def test_what_was_sent_too_late_is_kept_for_its_author(bureau: Bureau) -> None:
    browser = Client()
    with time_machine.travel(START, tick=False) as clock:
        sign_in(browser, "hemiao")
        browser.get(PAGE)
        clock.shift(timedelta(hours=2))
        typed = {
            "note": "王女士说：夜里\n还在施工",
            "reason": "已电话说明并致歉",  # no space and no stop in it, words all the same
            "key": "4f3a90c2",
            "who": ["a", "b"],
            "password1": "secret",
        }
        answer = browser.post(f"{PAGE}?x=1", typed)
        assert answer["Location"] == f"{LOGIN}?next=%2Faccounts%2Fsessions%2Fresume%2F"
        assert "施工" not in str(list(_cache_rows()))
        other = Client()
        sign_in(other, "sunping")
        assert other.get(reverse("sessions_resume"))["Location"] == "/desk/"
        again = browser.post(
            LOGIN,
            {"login": "hemiao", "password": PASSWORD, "next": reverse("sessions_resume")},
        )
        page = browser.get(again["Location"]).content.decode()
        assert 'action="/probe/?x=1&amp;resumed=1"' in page
        assert page.count('name="who"') == 2
        assert "还在施工" in page
        assert '<p class="panel kept">已电话说明并致歉</p>' in page
        assert page.count('class="panel kept"') == 2
        assert "secret" not in page
        # Looking again loses nothing; once it is sent, or left, it is there no more.
        assert browser.get(reverse("sessions_resume")).content.decode().count("还在施工") == 2
        browser.post("/probe/?x=1&resumed=1", typed)
        assert browser.get(reverse("sessions_resume"))["Location"] == "/desk/"


def test_a_form_of_a_strange_site_is_not_kept(bureau: Bureau) -> None:
    browser = Client(enforce_csrf_checks=True)
    with time_machine.travel(START, tick=False) as clock:
        browser.force_login(bureau.analyst)
        browser.get(PAGE)
        clock.shift(timedelta(hours=2))
        assert browser.post(PAGE, {"note": "x"}).status_code == 403
        assert not list(_cache_rows())


def test_htmx_goes_to_the_sign_in_as_a_whole_page(bureau: Bureau, client: Client) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, "hemiao")
        client.get(PAGE)
        clock.shift(timedelta(hours=2))
        answer = client.get(PAGE, headers={"HX-Request": "true"})
        assert answer["HX-Redirect"].startswith(LOGIN)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    bureau: Bureau, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anmin.people import middleware

    monkeypatch.setattr(middleware, "BY_ITSELF", {"mfa_index"})
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, "hemiao")
        client.get(PAGE)
        for _minute in range(6):
            clock.shift(timedelta(minutes=9, seconds=30))
            assert client.get(reverse("mfa_index")).status_code == 200
        clock.shift(timedelta(minutes=4))
        # It is over, but whoever has typed half a form has still to send it: then it is kept.
        assert client.get(reverse("mfa_index")).status_code == 204
        assert "resume" in client.post(f"{PAGE}?x=1", {"note": "夜里还在施工"})["Location"]
        assert client.get(reverse("mfa_index")).status_code == 302


def two_browsers(name: str) -> tuple[Client, Client]:
    here, there = Client(headers={"User-Agent": CHROME}), Client()
    for browser in (here, there):
        sign_in(browser, name)
        assert browser.get(PAGE).content.decode() == name
    return here, there


def test_one_sees_where_one_is_signed_in_and_ends_it(bureau: Bureau) -> None:
    here, there = two_browsers("hemiao")
    strangers = two_browsers("sunping")
    page = here.get(reverse("sessions")).content.decode()
    assert "Chrome · Windows" in page
    assert page.count("<li>") == 2
    for foreign in SignedIn.objects.filter(account=bureau.programme):
        here.post(reverse("sessions_end", args=[foreign.pk]))
    assert [one.get(PAGE).content for one in strangers] == [b"sunping"] * 2
    own = SignedIn.objects.get(session_key=stored_key(there.session.session_key))
    here.post(reverse("sessions_end", args=[own.pk]))
    assert there.get(PAGE).content == b""
    assert here.get(PAGE).content
    assert actions()[-1] == "end_sessions"


def test_all_others_end_at_once(bureau: Bureau) -> None:
    here, there = two_browsers("hemiao")
    here.post(reverse("sessions_end_others"))
    assert (here.get(PAGE).content, there.get(PAGE).content) == (b"hemiao", b"")


def test_ending_asks_again_who_it_is(bureau: Bureau) -> None:
    with time_machine.travel(START, tick=False) as clock:
        here, there = two_browsers("hemiao")
        for _step in range(2):
            clock.shift(timedelta(minutes=50))
            assert here.get(PAGE).content
            assert there.get(PAGE).content
        answer = here.post(reverse("sessions_end_others"))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert there.get(PAGE).content == b"hemiao"


def test_a_new_password_ends_the_other_sessions_and_is_on_record(bureau: Bureau) -> None:
    here, there = two_browsers("hemiao")
    new = "另一个够长的口令 2027"
    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert (here.get(PAGE).content, there.get(PAGE).content) == (b"hemiao", b"")
    log = AccessLog.objects.filter(action="password_changed").get()
    assert (log.account, log.reason) == (bureau.analyst, "")
    assert actions()[-2:] == ["password_changed", "end_sessions"]


@pytest.mark.parametrize("change", [{"role": "officer"}, {"is_active": False}, {"unit": None}])
def test_another_role_or_unit_and_being_switched_off_end_every_session(
    bureau: Bureau, change: dict[str, Any]
) -> None:
    here, there = two_browsers("hemiao")
    Account.objects.filter(pk=bureau.analyst.pk).update(**change)
    assert (here.get(PAGE).content, there.get(PAGE).content) == (b"", b"")


def test_the_list_forgets_what_no_browser_holds(bureau: Bureau) -> None:
    here, _there = two_browsers("hemiao")
    Session.objects.exclude(session_key=stored_key(here.session.session_key)).delete()
    assert sessions.sessions_of(bureau.analyst).count() == 1
    assert sessions.forget_old() == 1


def test_staying_writes_little(
    bureau: Bureau, client: Client, django_assert_num_queries: Any
) -> None:
    sign_in(client, "hemiao")
    client.get(PAGE)
    with django_assert_num_queries(2):  # the session, the account
        client.get(PAGE)


def test_the_list_names_no_session_that_is_over(bureau: Bureau) -> None:
    """One that nobody used for too long, and one that has lasted too long, are in no list."""
    rule = role_table()[Role(bureau.analyst.role)]
    with time_machine.travel(START, tick=False) as clock:
        here, _there = two_browsers("hemiao")
        clock.shift(rule.idle - timedelta(minutes=1))
        assert here.get(PAGE).content
        clock.shift(timedelta(minutes=2))
        (only,) = sessions.sessions_of(bureau.analyst)
        assert only.session_key == stored_key(here.session.session_key)
        SignedIn.objects.update(began_at=START - rule.longest)
        assert not sessions.sessions_of(bureau.analyst).exists()


def _cache_rows() -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM people_sharedcache WHERE cache_key LIKE '%parked%'")
        return cursor.fetchall()


def test_whoever_reads_the_database_can_use_no_session_of_it(bureau: Bureau) -> None:
    here, _there = two_browsers("hemiao")
    cookie = here.cookies[settings.SESSION_COOKIE_NAME].value
    assert here.get(PAGE).content == b"hemiao"
    told = [str(row) for model in (Session, SignedIn) for row in model.objects.values()]
    assert all(cookie not in text for text in told)
    decoded = [
        signing.b64_decode(row.session_data.split(":")[0].lstrip(".").encode())
        for row in Session.objects.all()
    ]
    plain = [zlib.decompress(one) if one[:1] == b"x" else one for one in decoded]
    assert plain
    assert all(cookie.encode() not in one for one in plain)
    for row in Session.objects.all():
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
        assert thief.get(PAGE).content == b""


def test_the_content_of_somebodys_session_opens_nothing_in_ones_own(bureau: Bureau) -> None:
    here, _there = two_browsers("hemiao")
    thief = Client()
    sign_in(thief, "sunping")
    theirs = Session.objects.get(session_key=stored_key(here.session.session_key))
    Session.objects.filter(session_key=stored_key(thief.session.session_key)).update(
        session_data=theirs.session_data
    )
    assert thief.get(PAGE).content == b""
    assert here.get(PAGE).content == b"hemiao"


def test_a_database_that_is_busy_has_not_ended_a_session() -> None:
    store = SessionStore()
    store.create()

    def busy(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE"):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(busy), pytest.raises(OperationalError):
        store.save()
    store.save()
    store.delete()
    with pytest.raises(UpdateError):
        store.save()

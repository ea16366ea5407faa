"""A passkey, set up and used in a real browser with a virtual authenticator."""

import os
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from anmin.people.models import AccessLog
from tests.personas import PASSWORD, City

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page() -> Iterator[Page]:
    """A tab whose machine has a fingerprint reader that always says yes."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        page = browser.new_page()
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield page
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def test_a_passkey_is_set_up_and_opens(
    city: City, live_server: LiveServer, page: Page, settings: LazySettings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    base = live_server.url.replace("127.0.0.1", "localhost")
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)

    page.goto(f"{base}/accounts/login/")
    page.fill("[name=login]", city.operator.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/2fa/totp/activate/**")

    page.goto(f"{base}/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", "指纹")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/2fa/recovery-codes/**")

    page.context.clear_cookies()
    page.goto(f"{base}/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/desk/**")
    assert AccessLog.objects.filter(action="sign_in").latest("number").reason == "webauthn"
    assert faults == []

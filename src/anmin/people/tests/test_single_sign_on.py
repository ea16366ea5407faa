"""Single sign-on against an OpenID Connect server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialApp
from django.conf import LazySettings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from anmin.people.models import AccessLog, Account
from anmin.people.tests.conftest import Bureau

START = "/accounts/oidc/single-sign-on/login/"
BACK = "/accounts/oidc/single-sign-on/login/callback/"


@pytest.fixture
def claims() -> dict[str, Any]:
    """What the server says of whoever signs on; a test may change it."""
    return {"sub": "7781", "preferred_username": "HeMiao", "name": "何苗"}


@pytest.fixture
def issuer(claims: dict[str, Any], settings: LazySettings) -> Iterator[str]:
    """A server that knows one client and one code."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                base = f"http://127.0.0.1:{server.server_address[1]}"
                self.answer(
                    {
                        "issuer": base,
                        "authorization_endpoint": f"{base}/authorize",
                        "token_endpoint": f"{base}/token",
                        "userinfo_endpoint": f"{base}/userinfo",
                        "jwks_uri": f"{base}/keys",
                    }
                )
            elif self.headers["authorization"] == "Bearer token-1":
                self.answer(claims)
            else:
                self.answer({}, 401)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            known = form["code"] == ["code-1"] and form["client_secret"] == ["between us"]
            token = {"access_token": "token-1", "token_type": "Bearer"}
            self.answer(token if known else {"error": "invalid_grant"}, 200 if known else 400)

        def answer(self, data: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "single-sign-on",
                    "name": "Single sign-on",
                    "client_id": "anmin",
                    "secret": "between us",
                    "settings": {"server_url": address},
                }
            ]
        }
    }
    cache.clear()
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


def sign_on(client: Client, issuer: str, code: str = "code-1") -> HttpResponse:
    sent = client.post(START)
    assert sent["Location"].startswith(f"{issuer}/authorize?")
    state = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
    return client.get(BACK, {"code": code, "state": state})


def signed_in_as(client: Client) -> str | None:
    key = client.session.get("_auth_user_id")
    return Account.objects.get(pk=key).username if key else None


def test_an_analyst_signs_on(bureau: Bureau, client: Client, issuer: str) -> None:
    assert sign_on(client, issuer)["Location"] == "/desk/"
    assert signed_in_as(client) == "hemiao"
    entry = AccessLog.objects.get(action="sign_in")
    assert (entry.account, entry.reason) == (bureau.analyst, "socialaccount")


def test_the_tie_is_to_the_person_not_to_the_name(
    bureau: Bureau, client: Client, issuer: str, claims: dict[str, Any]
) -> None:
    sign_on(client, issuer)
    claims["preferred_username"] = "admin"
    again = Client()
    sign_on(again, issuer)
    assert signed_in_as(again) == "hemiao"


def test_a_server_put_into_the_database_opens_no_door(
    bureau: Bureau, client: Client, issuer: str
) -> None:
    SocialApp.objects.create(
        provider="openid_connect",
        provider_id="mine",
        name="Mine",
        client_id="mine",
        settings={"server_url": issuer},
    )
    assert client.post("/accounts/oidc/mine/login/").status_code == 404
    SocialApp.objects.update(provider_id="single-sign-on", client_id="anmin")
    assert sign_on(client, issuer)["Location"] == "/desk/"
    assert signed_in_as(client) == "hemiao"


@pytest.mark.parametrize("name", ["nobody", "", None])
def test_strangers_get_no_account(
    bureau: Bureau, client: Client, issuer: str, claims: dict[str, Any], name: str | None
) -> None:
    claims["preferred_username"] = name
    before = Account.objects.count()
    assert sign_on(client, issuer)["Location"] == "/accounts/login/"
    assert signed_in_as(client) is None
    assert Account.objects.count() == before
    assert AccessLog.objects.get().action == "sign_on_refused"


def test_somebody_who_left_stays_out(bureau: Bureau, client: Client, issuer: str) -> None:
    Account.objects.filter(pk=bureau.analyst.pk).update(is_active=False)
    sign_on(client, issuer)
    assert signed_in_as(client) is None


def test_a_wrong_code_opens_nothing(bureau: Bureau, client: Client, issuer: str) -> None:
    assert sign_on(client, issuer, code="stolen").status_code in {200, 302, 401}
    assert signed_in_as(client) is None


def test_a_forged_return_opens_nothing(bureau: Bureau, client: Client, issuer: str) -> None:
    client.get(BACK, {"code": "code-1", "state": "guessed"})
    assert signed_in_as(client) is None


def test_a_role_with_contacts_still_needs_its_second_factor(
    bureau: Bureau,
    client: Client,
    issuer: str,
    claims: dict[str, Any],
    settings: LazySettings,
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    claims["preferred_username"] = "linxiao"
    sign_on(client, issuer)
    assert signed_in_as(client) == "linxiao"
    assert client.get("/desk/")["Location"].startswith("/accounts/2fa/totp/activate/")

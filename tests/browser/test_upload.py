"""A file is uploaded in a real browser: the date that its owner's machine gives it goes along."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from anmin.exchange.models import ImportRun
from anmin.exchange.template import SAMPLE
from anmin.files.tests.samples import photo
from tests.browser.test_call import desk
from tests.browser.test_look import chromium, violations
from tests.personas import City

__all__ = ["chromium", "desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MADE = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


def test_the_date_of_the_file_goes_along(
    desk: Any, city: City, tmp_path: Path, settings: Any
) -> None:
    settings.ANMIN_HOME = tmp_path
    file = tmp_path / "二月警情.csv"
    file.write_bytes(SAMPLE.read_bytes())
    os.utime(file, (MADE.timestamp(), MADE.timestamp()))
    page = desk(city.operator, "/desk/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并查看").click()
    page.wait_for_url("**/desk/import/*/")
    run = ImportRun.objects.get()
    assert (run.file_name, run.made_at) == ("二月警情.csv", MADE)
    assert "2026-03-01 14:30" in page.locator("#body").inner_text()
    assert violations(page) == []


def test_a_file_that_is_too_large_is_told_before_it_leaves(
    desk: Any, city: City, tmp_path: Path, settings: Any
) -> None:
    settings.ANMIN_HOME = tmp_path
    page = desk(city.operator, "/desk/import/")
    page.locator("input[type=file]").evaluate("one => one.dataset.maxBytes = '10'")
    page.locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_role("button", name="上传并查看").click()
    page.locator("[data-upload-problem]").wait_for(state="visible")
    assert not ImportRun.objects.exists()


def test_a_photo_is_added_to_a_matter(desk: Any, city: City, tmp_path: Path, settings: Any) -> None:
    settings.ANMIN_HOME = tmp_path
    number = city.incident().number
    file = tmp_path / "门锁.jpg"
    file.write_bytes(photo(size=(640, 480)))
    page = desk(city.officer, f"/desk/matters/{number}/files/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传", exact=True).click()
    page.get_by_role("link", name="门锁.jpg").wait_for()
    assert violations(page) == []
    page.goto(f"{page.url.partition('/desk/')[0]}/desk/matters/{number}/")
    shown = page.locator(".files img")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("one => one.naturalWidth === 320", arg=shown.element_handle())
    assert violations(page) == []
    with page.expect_download() as taken:
        page.get_by_role("link", name="门锁.jpg").click()
    assert taken.value.suggested_filename == "门锁.jpg"

"""何苗 sees each rate beside itself, on the page, in the list and in the file."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.test_planted import answered, by_file, by_hand
from anmin.config import command
from anmin.measures.lake import refresh


@pytest.fixture(autouse=True)
def _morning(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ANMIN_HOME = tmp_path
    with time_machine.travel(TUESDAY, tick=False):
        yield


def moments() -> Iterator[datetime]:
    start = timezone.now() - timedelta(days=2)
    return (start + n * timedelta(minutes=31) for n in count())


def test_both_values_are_on_the_page_in_the_list_and_in_the_file(
    city: City, sign_in: SignIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = moments()
    record = [by_file(city, city.operator, next(at)) for _n in range(20)]
    friends = [by_hand(city, city.officer, next(at)) for _n in range(10)]
    answered(record, 10)
    answered(friends, 10)
    refresh(full=True)
    browser = sign_in(city.analyst)
    page = browser.get("/desk/measures/satisfaction/?by=unit").content.decode()
    assert "剔除自行登记和重复报警" in page
    assert "66.7%" in page
    assert "被评单位自行登记的事项" in page
    figures = browser.get("/desk/measures/").content.decode()
    assert "50.0%" in figures
    incidents = figures.partition("<h2>警情</h2>")[2].partition("<h2>")[0]
    assert ">噪声警情此前已劝阻调解</a>" in incidents
    assert "警情：" not in incidents  # the heading says it once
    callbacks = figures.partition("<h2>回访</h2>")[2].partition("</table>")[0]
    assert "剔除自行登记和重复报警" in callbacks
    assert figures.count(">上下界") < figures.count("<table")  # no column without a figure
    by_origin = browser.get("/desk/measures/incidents/?by=origin").content.decode()
    assert "被评单位自行登记（手工或本单位文件）" in by_origin
    file = browser.get("/desk/measures/satisfaction.csv?by=unit")
    content = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    total = list(csv.DictReader(content.splitlines()))[-1]
    assert (total["numerator"], total["denominator"]) == ("20", "30")
    assert (total["without_numerator"], total["without_denominator"]) == ("10", "20")
    assert (float(total["without_value"]), total["without_suppressed"]) == (0.5, "no")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert command.run(["measures", "show", "satisfaction", "--by", "unit"]) == 0
    head, *lines, _as_of = capsys.readouterr().out.splitlines()[1:]
    assert "Without the unit's own and repeat calls" in head
    assert head.endswith("Without unreasonable demands")
    assert all("66.67%" in line and "50.00%" in line and "10 / 20" in line for line in lines)
    plain = browser.get("/desk/measures/incidents.csv")
    head = b"".join(plain.streaming_content).decode("utf-8-sig").splitlines()[0]  # type: ignore[attr-defined]
    assert "without" not in head


@pytest.mark.parametrize("which", ["duty_leader", "officer"])
def test_a_rated_unit_does_not_narrow_answers_down_to_one_citizen(
    city: City, sign_in: SignIn, which: str
) -> None:
    answered(
        [by_file(city, city.operator, at) for at, _n in zip(moments(), range(20), strict=False)], 10
    )
    refresh(full=True)
    browser = sign_in(getattr(city, which))
    page = browser.get("/desk/measures/satisfaction/")
    assert page.status_code == 200
    assert "by=unit" in page.content.decode()
    assert "by=area" not in page.content.decode()
    for key in (
        "satisfaction",
        "callback_dispositions",
        "concern_not_explained",
        "callback_exclusions",
    ):
        for narrow in ("by=area", "by=town", "by=category", "category=noise", "by=disposition"):
            for ending in ("/", ".csv"):
                answer = browser.get(f"/desk/measures/{key}{ending}?{narrow}")
                known = key == "callback_dispositions" or narrow != "by=disposition"
                assert answer.status_code == (403 if known else 200)
    for narrow in ("by=area", "category=noise"):
        assert browser.get(f"/desk/measures/incidents/?{narrow}").status_code == 200
        assert (
            sign_in(city.analyst).get(f"/desk/measures/satisfaction/?{narrow}").status_code == 200
        )

"""Twenty overlapping exports of one day, without titles, come in by a guess and two corrections."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.personas import City, SignIn

from anmin.exchange import uploads
from anmin.exchange.guess import guess_profile
from anmin.exchange.models import ImportRun
from anmin.exchange.profiles import parse_profile
from anmin.matters.models import Matter
from anmin.matters.verify import verify

RENO = ZoneInfo("America/Los_Angeles")
DAWN = datetime(2011, 10, 5, 0, 3, 11, tzinfo=RENO)
KINDS = ("ACCP", "DRTBK", "GTAR", "ACCNI", "WELCK")
CORRECTIONS = {"zone": "America/Los_Angeles", "c2": "category"}
EXPORTS = 20


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.ANMIN_HOME = tmp_path
    return tmp_path


class Call:
    """One call of that day; its kind is put right in the afternoon, its case number comes late."""

    def __init__(self, n: int) -> None:
        self.number = str(900780000 + 37 * n)
        self.at = DAWN + timedelta(seconds=1403 * n)
        self.n = n

    def row(self, at: datetime, *, padded: bool = True) -> Sequence[str]:
        kind = KINDS[(self.n + (at > self.at + timedelta(hours=2) and self.n % 7 == 0)) % 5]
        clock = self.at.strftime("%H%M%S")
        return (
            self.number,
            kind,
            self.at.strftime("%m%d%Y"),
            clock if padded else str(int(clock)),
            ("WC", "RP", "GC")[self.n % 3],
            f"{self.n} {('FIRST BL', 'SECOND CT', 'E 8TH ST', 'LAKE AV')[self.n % 4]}",
            ("RENO", "SUN VALLEY", "SPARKS")[self.n % 3],
            "NV",
            f"11000{self.n:04}" if at > self.at + timedelta(hours=1) else "",
        )


CALLS = [Call(n) for n in range(60)]


def export(at: datetime, *, padded: bool = True) -> bytes:
    """What the system shows of the hours before a moment: six of them, so that exports overlap."""
    shown = [one for one in CALLS if at - timedelta(hours=6) <= one.at <= at]
    lines = [",".join(one.row(at, padded=padded)) for one in shown]
    return "".join(f"{line}\r\n" for line in lines).encode()


def hidden(page: str) -> dict[str, str]:
    """What the form that starts the import sends along."""
    form = page.split("/start/", 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)">', form))


def upload(browser: Client, content: bytes, made: datetime) -> ImportRun:
    file = SimpleUploadedFile("calls.csv", content)
    browser.post("/desk/import/", {"file": file, "modified": str(made.timestamp())})
    return ImportRun.objects.latest("pk")


def start(browser: Client, run: ImportRun, told: dict[str, Any]) -> ImportRun:
    """Hand the file to the worker as it was looked at; the worker takes it in."""
    assert browser.post(f"/desk/import/{run.pk}/start/", told).status_code == 303
    assert uploads.run_next() == 1
    run.refresh_from_db()
    return run


def test_twenty_exports_of_one_day(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.operator)
    moments = [DAWN + timedelta(hours=3) + timedelta(minutes=66 * n) for n in range(EXPORTS)]
    moments[-1] = DAWN + timedelta(hours=24)
    first = upload(browser, export(moments[0]), moments[0])
    here = f"/desk/import/{first.pk}/"
    page = str(browser.get(here, {"profile": "", **CORRECTIONS}).content.decode())
    told = {name: value for name, value in hidden(page).items() if name[:4] != "csrf"}
    assert told == {"profile": "", "kind": "incident", **CORRECTIONS}
    runs = [start(browser, first, told)]
    runs += [start(browser, upload(browser, export(at), at), told) for at in moments[1:]]
    assert {(run.status, run.rejected) for run in runs} == {("done", 0)}
    assert sum(run.created for run in runs) == len(CALLS) == Matter.objects.count()
    assert sum(run.updated + run.unchanged for run in runs) > 3 * len(CALLS)
    for matter in Matter.objects.all():
        one = next(call for call in CALLS if call.number == matter.external_id)
        assert matter.opened_at == one.at.astimezone(UTC)
        assert matter.place == one.row(moments[-1])[5]
    # A file of the forenoon, brought in once more, takes nothing back.
    late = start(browser, upload(browser, export(moments[5]), moments[5]), told)
    assert (late.created, late.updated, late.rejected) == (0, 0, 0)
    assert late.unchanged == late.read
    assert verify().sound


@pytest.mark.parametrize("padded", [True, False])
def test_each_is_guessed_right_by_itself(tmp_path: Path, padded: bool) -> None:
    path = tmp_path / "calls.csv"
    for hours in range(3, 25, 3):
        path.write_bytes(export(DAWN + timedelta(hours=hours), padded=padded))
        guess = guess_profile(path, name="mine", zone="America/Los_Angeles")
        profile = parse_profile(guess.toml)
        assert profile.columns["external_id"].parts == ((1,),)
        assert profile.columns["received_at"].parts == ((3,), (4,))
        assert profile.columns["place"].parts == ((6,),)
        assert profile.time.formats == ("%m%d%Y %H%M%S",)

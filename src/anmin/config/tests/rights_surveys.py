"""Scenes of surveys: a wave with its frame, its people, its papers."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anmin.config.tests.rights_scene import Scene, colleague
from anmin.evidence.log import atomic
from anmin.people.models import Account
from anmin.surveys import frames, outside_files
from anmin.surveys.models import Case, FrameRow
from anmin.surveys.tests.scene import FULL, HEADER, framed, opened, table

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World

WAVE = "walk"


def wave_opened(world: "World", _account: Account, _mine: str) -> Scene:
    """A wave without a frame, and a file with seventy people."""
    opened(world.city, WAVE)
    lines = [HEADER, *(cells for _line, cells in table())]
    content = "\n".join(",".join(cells) for cells in lines).encode()
    return Scene({"code": WAVE}, {"file": SimpleUploadedFile("名单.csv", content)})


def frame_refused(world: "World", _account: Account, _mine: str) -> Scene:
    """A wave whose file had a row that was not taken."""
    from anmin.exchange.rejects import RejectsFile

    opened(world.city, WAVE)
    with RejectsFile(f"frame-{WAVE}", has_header=True) as file:
        file.write(HEADER, ["R999", *[""] * (len(HEADER) - 1)], 2, "walk")
    return Scene({"code": WAVE})


def frame_in(world: "World", _account: Account, _mine: str) -> Scene:
    """A wave whose frame is in and not frozen."""
    wave = opened(world.city, WAVE)
    frames.take_in(wave_id=wave.pk, header=HEADER, rows=table(), by=world.city.analyst)
    return Scene({"code": WAVE})


def frozen(world: "World", _account: Account, _mine: str) -> Scene:
    """A wave whose frame is frozen, and how many are to be drawn."""
    framed(world.city, code=WAVE)
    sizes = {f"n_{world.city.town.code}": "10", f"n_{world.city.yuhai_town.code}": "6"}
    return Scene({"code": WAVE}, sizes)


@atomic
def interviewed(world: "World", account: Account, mine: str) -> Scene:
    """Somebody whom this person interviews, or a colleague."""
    holder = account if mine == "own" else colleague(world, account)
    case = Case.objects.filter(wave__code="2026-h2").order_by("pk")[0]
    Case.objects.filter(pk=case.pk).update(
        operator=holder, lease_until=timezone.now() + timedelta(minutes=20)
    )
    return Scene({"case_id": case.pk}, {"outcome": "no_answer", "via": "phone"})


def on_paper(world: "World", _account: Account, _mine: str) -> Scene:
    """A paper form that came back."""
    row = FrameRow.objects.filter(case__wave__code="2026-h2").order_by("pk")[0]
    return Scene(form={"number": row.number, **FULL})


def outside(world: "World", _account: Account, _mine: str) -> Scene:
    """A figure of somebody else's survey."""
    told = {"title_zh": "省调查", "title_en": "Survey of the province", "measure": "safety"}
    return Scene(form={**told, "year": "2025", "percent": "97.75", "source": "公报"})


def outside_file(_world: "World", _account: Account, _mine: str) -> Scene:
    """A file of somebody else's results."""
    file = SimpleUploadedFile("省调查.csv", "指标,结果\n安全感,97.75%\n".encode())
    told = {"title_zh": "省调查", "title_en": "Survey of the province", "source": "公报"}
    return Scene(form={**told, "file": file, "year": "2025", "published": "2026-01-20"})


def outside_kept(world: "World", _account: Account, _mine: str) -> Scene:
    """A file of results that was taken in."""
    said = outside_files.About("省调查", "Survey of the province", 2025, date(2026, 1, 20), "公报")
    row, _made = outside_files.take_in(
        said,
        name="省调查.csv",
        content="指标,结果\n安全感,97.75%\n".encode(),
        header=["指标", "结果"],
        rows=[(2, ["安全感", "97.75%"])],
        by=world.city.analyst,
        key="walk",
    )
    return Scene({"outside_id": row.pk})


def totals(world: "World", _account: Account, _mine: str) -> Scene:
    """Population totals from outside."""
    content = "variable,level,total\nsex,男,40\nsex,女,60\n".encode()
    file = SimpleUploadedFile("m.csv", content)
    return Scene({"code": world.ended}, {"file": file, "source": "统计公报"})


def asked(world: "World", _account: Account, _mine: str) -> Scene:
    """A wave whose asking has ended, with answers."""
    return Scene({"code": world.ended})


def plain_file(world: "World", _account: Account, _mine: str) -> Scene:
    """Anybody's survey file."""
    file = SimpleUploadedFile("a.csv", b"y,w\n1,2\n2,2\n")
    return Scene(form={"file": file})

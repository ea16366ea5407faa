"""A picture that would hold a web process for long is refused before it does."""

import io
import struct
import threading

import pytest
from PIL import Image
from tests.personas import City

from anmin.files import pictures, turns
from anmin.files.models import File
from anmin.files.tests.samples import photo
from anmin.files.tests.test_keeping import keep
from anmin.files.turns import Busy, turn
from anmin.files.types import Wrong, kinds_of_file


def webp(width: int, height: int, **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "WEBP", **how)
    return out.getvalue()


@pytest.mark.parametrize(
    "how", [{}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}]
)
def test_the_points_of_a_webp_are_known_by_its_head(how: dict[str, object]) -> None:
    assert pictures._announced(webp(300, 7, **how)) == 2100


def test_a_webp_that_says_it_is_huge_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    side = 16_384
    canvas = struct.pack("<I", side - 1)[:3] * 2
    bomb = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + canvas
    monkeypatch.setattr(pictures.Image, "open", lambda *_a, **_k: pytest.fail("it was opened"))
    with pytest.raises(Wrong):
        pictures.redraw(bomb, kinds_of_file()["webp"], megapixels=50, side=320)


def test_a_jpeg_of_a_thousand_scans_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "JPEG", progressive=True)
    drawn = pictures.redraw(out.getvalue(), kinds_of_file()["jpeg"], megapixels=50, side=320)
    assert Image.open(io.BytesIO(drawn.content)).size == (64, 64)
    last = out.getvalue().rindex(b"\xff\xda")
    many = out.getvalue()[:-2] + out.getvalue()[last:-2] * 300 + b"\xff\xd9"
    monkeypatch.setattr(pictures.Image, "open", lambda *_a, **_k: pytest.fail("it was opened"))
    with pytest.raises(Wrong):
        pictures.redraw(many, kinds_of_file()["jpeg"], megapixels=50, side=320)


def test_what_hangs_behind_a_photo_is_no_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone hangs a film behind a photo, and its own notes before it: any bytes at all."""
    notes = b"\xff\xed" + struct.pack(">H", 2 + 2000) + b"\xff\xda" * 1000
    with_film = photo()[:2] + notes + photo()[2:] + b"\xff\xda\x00\x02" * 1000
    drawn = pictures.redraw(with_film, kinds_of_file()["jpeg"], megapixels=50, side=320)
    assert Image.open(io.BytesIO(drawn.content)).size == (60, 40)
    assert b"\xff\xda" * 2 not in drawn.content


def test_one_at_a_time_and_a_citizen_does_not_wait(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    matter = city.incident()
    with turn(waits=True):
        for who in (None, city.officer):
            with pytest.raises(Busy):
                keep(city, matter, photo(), by=who)
    assert not File.objects.exists()
    assert keep(city, matter, photo()).small  # and then it goes on
    monkeypatch.setattr(turns, "PATIENCE", 10)
    held, over = threading.Event(), threading.Event()

    def draws() -> None:
        with turn(waits=False):
            held.set()
            over.wait(10)

    other = threading.Thread(target=draws)
    other.start()
    held.wait(10)
    threading.Timer(0.05, over.set).start()
    assert keep(city, matter, photo(), request="r2").small  # staff wait for their turn
    other.join()

"""A photo comes in: what is kept of it, what never is, and for whom."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone
from PIL import Image
from tests.personas import City

from anmin.config import integrity
from anmin.evidence.findings import What
from anmin.files import actions, queries, storage
from anmin.files.models import File
from anmin.files.tests.conftest import kept
from anmin.files.tests.samples import (
    DOCX_MAIN,
    HOSTILE,
    HTML,
    PDF,
    WHERE,
    XLSX_MAIN,
    office,
    photo,
    sends,
)
from anmin.files.types import Wrong, kinds_of_file
from anmin.files.verify import altered
from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Unavailable
from anmin.kernel.rules import SHIPPED, RuleBook
from anmin.matters.models import Matter
from anmin.people.models import AccessLog, Account

pytestmark = pytest.mark.django_db


def keep(
    city: City, matter: Matter, content: bytes, name: str = "photo.jpg", **changes: Any
) -> File:
    given = {"by": city.officer, "key": matter.number, **changes}
    return actions.keep(**sends(content, name, **given))


def read(city: City, row: File, by: Account | None = None) -> actions.Content:
    return actions.read_file(label=row.label, key=row.key, pk=row.pk, by=by or city.officer)


class TestPictures:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_nothing_but_the_points_is_kept(self, city: City, form: str) -> None:
        sent = photo(form)
        assert WHERE.encode() in sent
        row = keep(city, city.incident(), sent, f"a.{form.lower()}")
        small = actions.read_small(label="matter", key=row.key, pk=row.pk, by=city.officer)
        for content in (read(city, row).content, small):
            shown = Image.open(io.BytesIO(content))
            assert not shown.getexif()
            assert not shown.getexif().get_ifd(0x8825)
            for left in (WHERE.encode(), b"Telephone", b"Exif", b"GPS", b"EXIF", b"eXIf"):
                assert left not in content
            red, blue = (shown.convert("RGB").getpixel(at) for at in ((2, 20), (57, 20)))
            assert red[0] > 200 > 60 > red[2]  # type: ignore[index]
            assert blue[2] > 200 > 60 > blue[0]  # type: ignore[index]
        assert row.received == hashlib.sha256(sent).hexdigest() != row.sha256

    def test_it_is_turned_first(self, city: City) -> None:
        row = keep(city, city.incident(), photo(turned=6))
        shown = Image.open(io.BytesIO(read(city, row).content)).convert("RGB")
        assert shown.size == (40, 60)
        assert shown.getpixel((20, 2))[0] > 200  # type: ignore[index]

    def test_what_hangs_behind_the_end_stays_behind(self, city: City) -> None:
        row = keep(city, city.incident(), photo() + HTML)
        assert b"script" not in read(city, row).content

    def test_the_small_one_is_small(self, city: City) -> None:
        row = keep(city, city.incident(), photo(size=(1600, 900)))
        small = actions.read_small(label="matter", key=row.key, pk=row.pk, by=city.officer)
        assert Image.open(io.BytesIO(small)).size == (320, 180)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "YCbCr"])
    def test_every_sort_of_points(self, city: City, mode: str) -> None:
        out = io.BytesIO()
        form = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
        Image.new(mode, (8, 8)).save(out, form)
        row = keep(city, city.incident(), out.getvalue(), "a.png")
        assert Image.open(io.BytesIO(read(city, row).content)).size == (8, 8)


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("报告.pdf", PDF, "application/pdf"),
        ("报告.docx", office(DOCX_MAIN), kinds_of_file()["docx"].mime),
        ("清单.xlsx", office(XLSX_MAIN), kinds_of_file()["xlsx"].mime),
        ("说明.txt", "说明：第一行\n第二行".encode("gb18030"), "text/plain"),
        ("a.csv", "a,b\n1,2\n".encode("utf-16"), "text/plain"),
    ],
)
def test_documents_come_back_as_they_were(city: City, name: str, content: bytes, mime: str) -> None:
    row = keep(city, city.incident(), content, name)
    assert read(city, row) == (name, mime, content)
    assert row.received == row.sha256


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_refused_leaves_nothing(city: City, home: Path, what: str) -> None:
    name, content = HOSTILE[what]
    matter = city.incident()
    with pytest.raises(Wrong) as refused:
        keep(city, matter, content, name)
    assert refused.value.field == "file"
    assert not File.objects.exists()
    assert kept(home) == []


def test_too_large_is_not_read_to_its_end(city: City, home: Path) -> None:
    piece, taken = bytes(2**20), 0

    def without_end() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield piece

    with pytest.raises(Wrong, match="20"):
        keep(city, city.incident(), b"", chunks=without_end())
    assert taken == 21
    assert kept(home) == []


def test_too_many(city: City, home: Path, settings: LazySettings) -> None:
    matter = city.incident()
    shipped = (SHIPPED / "files.toml").read_text("utf-8")
    (home / "rules").mkdir()
    fewer = shipped.replace("value = 50", "value = 2")
    (home / "rules" / "files.toml").write_text(fewer, "utf-8")
    settings.RULES = RuleBook(home / "rules")
    for n in range(2):
        keep(city, matter, PDF, "a.pdf", request=f"r{n}")
    with pytest.raises(Wrong, match="2"):
        keep(city, matter, PDF, "a.pdf", request="r3")
    assert (File.objects.count(), len(kept(home))) == (2, 2)


def test_it_is_sealed_where_it_lies(city: City, home: Path) -> None:
    row = keep(city, city.incident(), "王秀英的说明".encode(), "王秀英.txt")
    lying = b"".join(path.read_bytes() for path in kept(home))
    assert "王秀英".encode() not in lying + bytes(row.name) + str(kept(home)).encode()
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*kept(home), home / "files"])


def test_sent_twice_it_is_one(city: City, home: Path) -> None:
    matter = city.incident()
    first = keep(city, matter, PDF, "a.pdf")
    assert keep(city, matter, photo(), "b.jpg").pk == first.pk
    assert len(kept(home)) == File.objects.count() == 1


class TestWhose:
    def test_each_role_as_with_the_contact(self, city: City, home: Path) -> None:
        matter = city.incident()
        row = keep(city, matter, photo())
        before = kept(home)
        for account, kind in {
            city.other_officer: NotFound,
            city.analyst: NotAllowed,
            city.leader: NotAllowed,
            city.programme: NotAllowed,
            city.operator: NotFound,
            city.admin: NotFound,
        }.items():
            logged = AccessLog.objects.count()
            with pytest.raises(kind):
                read(city, row, account)
            with pytest.raises(kind):
                actions.read_small(label="matter", key=row.key, pk=row.pk, by=account)
            with pytest.raises(kind):
                queries.files_of(account, "matter", row.key)
            with pytest.raises(kind):
                keep(city, matter, PDF, "a.pdf", request="r2", by=account)
            assert not queries.may_see(account, "matter", row.key)
            assert not queries.may_add(account, "matter", row.key)
            assert AccessLog.objects.count() == logged
        assert (File.objects.get(), kept(home)) == (row, before)
        assert read(city, row, city.inspector).mime == "image/jpeg"

    def test_a_file_of_another_matter_is_not_there(self, city: City) -> None:
        row = keep(city, city.incident(), photo())
        with pytest.raises(NotFound):
            actions.read_file(
                label="matter", key=city.incident().number, pk=row.pk, by=city.officer
            )
        with pytest.raises(NotFound):
            actions.read_file(label="register", key=row.key, pk=row.pk, by=city.officer)

    def test_who_opened_it_is_on_record(self, city: City) -> None:
        row = keep(city, city.incident(), photo())
        read(city, row)
        entry = AccessLog.objects.latest("pk")
        told = (entry.account, entry.action, entry.subject_kind, entry.subject)
        assert told == (city.officer, "read_file", "matter", row.key)


class TestWhereItLies:
    @pytest.mark.parametrize("small", [False, True])
    def test_changed_on_the_disk_it_is_found(self, city: City, home: Path, small: bool) -> None:
        row = keep(city, city.incident(), photo())
        assert list(altered()) == []
        (path,) = [one for one in kept(home) if one.name.endswith(storage.SMALL) == small]
        raw = bytearray(path.read_bytes())
        raw[-1] ^= 1
        path.write_bytes(raw)
        (found,) = altered()
        assert (found.what, found.pk, found.name) == (What.CHANGED, row.pk, row.key)
        opens = actions.read_small if small else actions.read_file
        with pytest.raises(Unreadable):
            opens(label="matter", key=row.key, pk=row.pk, by=city.officer)

    def test_another_content_under_its_name_is_found(self, city: City) -> None:
        row = keep(city, city.incident(), PDF, "a.pdf")
        storage.drop(row.stored)
        storage.put(row.stored, b"another, sealed with the keys", None)
        logged = AccessLog.objects.count()
        with pytest.raises(Conflict):
            read(city, row)
        assert AccessLog.objects.count() == logged
        assert [one.what for one in altered()] == [What.CHANGED]

    def test_another_files_content_is_found(self, city: City, home: Path) -> None:
        one, other = (keep(city, city.incident(), PDF, "a.pdf", request=f"r{n}") for n in (1, 2))
        paths = {path.name: path for path in kept(home)}
        paths[one.stored].write_bytes(paths[other.stored].read_bytes())
        assert [found.pk for found in altered()] == [one.pk]

    def test_gone_it_is_found(self, city: City, home: Path) -> None:
        row = keep(city, city.incident(), PDF, "a.pdf")
        kept(home)[0].unlink()
        assert [one.what for one in altered()] == [What.MISSING]
        with pytest.raises(storage.Lost):
            read(city, row)
        report = integrity.check()
        assert not report.sound
        told = [(one.what, one.table, one.pk) for one in report.findings]
        assert told == [(What.MISSING, "files.file", row.pk)]

    def test_any_storage_will_do(self, city: City, home: Path, settings: LazySettings) -> None:
        elsewhere = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        settings.STORAGES = {**settings.STORAGES, "files": elsewhere}
        row = keep(city, city.incident(), photo())
        assert read(city, row).mime == "image/jpeg"
        assert kept(home) == []
        storage.put("ab" * 16, b"x", b"y")
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert actions.remove_orphans() == 1
        assert list(altered()) == []
        storage.drop(row.stored)
        assert [one.what for one in altered()] == [What.MISSING]

    def test_a_full_disk_refuses_and_leaves_nothing(
        self, city: City, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        matter, calls = city.incident(), 0
        save = storage.HomeFolder._save

        def full(self: Any, name: str, content: Any) -> str:
            nonlocal calls
            calls += 1
            if calls == 2:  # the content went in, the small picture does not
                (home / "files" / name).parent.mkdir(parents=True, exist_ok=True)
                (home / "files" / name).write_bytes(b"half")
                raise OSError(28, "No space left on device")
            return save(self, name, content)

        monkeypatch.setattr(storage.HomeFolder, "_save", full)
        with pytest.raises(Unavailable, match=r"full|已满"):
            keep(city, matter, photo())
        assert (File.objects.count(), kept(home)) == (0, [])

    def test_without_its_row_the_content_goes(
        self, city: City, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        matter = city.incident()

        def broken(*_args: Any, **_kwargs: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(File, "save", broken)
            with pytest.raises(KeyboardInterrupt):
                keep(city, matter, photo())
        assert (File.objects.count(), kept(home)) == (0, [])

    def test_what_a_crash_left_goes_after_a_day(self, city: City, home: Path) -> None:
        row = keep(city, city.incident(), photo())
        storage.put("ab" * 16, b"x", b"y")  # killed between the storage and the row
        assert actions.remove_orphans() == 0
        with time_machine.travel(timezone.now() + timedelta(hours=25)):
            assert actions.remove_orphans() == 1
            assert actions.remove_orphans() == 0
        assert {path.name[:32] for path in kept(home)} == {row.stored}
        assert list(altered()) == []


def test_when_its_time_is_over_the_row_stays(city: City, home: Path) -> None:
    over, live = city.incident(), city.incident()
    row, other = (keep(city, one, photo(), request="r") for one in (over, live))
    Matter.objects.filter(pk=over.pk).update(closed_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=30 * 35)):
        assert actions.erase_due() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31 * 37)):
        assert (actions.erase_due(), actions.erase_due()) == (1, 0)
        row.refresh_from_db()
        assert (bytes(row.name), row.erased_why) == (b"", "files.kept")
        assert row.sha256
        assert {path.name[:32] for path in kept(home)} == {other.stored}
        (line,) = queries.files_of(city.officer, "matter", row.key)
        assert (line.name, line.small, line.erased_at) == ("", False, row.erased_at)
        with pytest.raises(NotFound):
            read(city, row)
        assert list(altered()) == []


def test_what_an_erasing_left_of_the_content_goes_a_day_later(
    city: City, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = keep(city, city.incident(), photo())

    def away(_stored: str) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "drop", away)
        with pytest.raises(OSError, match="Input/output"):
            actions.erase_of("matter", [row.key], why="files.kept")
    assert kept(home)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert actions.remove_orphans() == 1
    assert kept(home) == []


def test_a_scanner_that_is_away_keeps_nothing(
    city: City, home: Path, settings: LazySettings
) -> None:
    settings.CLAMD = str(home / "no.socket")
    with pytest.raises(Unavailable):
        keep(city, city.incident(), photo())
    assert (File.objects.count(), kept(home)) == (0, [])


class TestAtOnce:
    """Somebody else adds one between the look for the next number and the row."""

    @pytest.fixture
    def faster(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        atomic, done = actions.atomic, False

        def between(do: Any) -> None:
            def late() -> Any:
                nonlocal done
                if not done:
                    done = True
                    do()
                return atomic()

            monkeypatch.setattr(actions, "atomic", late)

        return between

    def test_both_have_a_number(self, city: City, home: Path, faster: Any) -> None:
        matter = city.incident()
        faster(lambda: keep(city, matter, PDF, "a.pdf", request="other"))
        row = keep(city, matter, PDF, "b.pdf")
        assert [one.seq for one in File.objects.order_by("pk")] == [1, 2]
        assert row.seq == 2
        assert len(kept(home)) == 2
        assert list(altered()) == []

    def test_the_same_request_is_one(self, city: City, home: Path, faster: Any) -> None:
        matter = city.incident()
        faster(lambda: keep(city, matter, PDF, "a.pdf"))
        row = keep(city, matter, PDF, "a.pdf")
        assert File.objects.get() == row
        assert [path.name for path in kept(home)] == [row.stored]

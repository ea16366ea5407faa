"""A backup brings everything back, or says why not; nothing is replaced before it is checked."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.personas import City

from anmin.config import archive, command
from anmin.config.backup import back_up, restore
from anmin.config.home import in_use
from anmin.evidence.against import Found
from anmin.evidence.models import Record
from anmin.files.actions import keep, read_file
from anmin.files.storage import path_of
from anmin.kernel.errors import Refusal
from anmin.matters.models import Entry, Matter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media() -> Any:
    """A picture in the home, and a clean home afterwards."""
    folder = settings.ANMIN_HOME / "media" / "evidence"
    folder.mkdir(parents=True)
    (folder / "门锁.jpg").write_bytes(b"\xff\xd8 picture")
    yield folder / "门锁.jpg"
    for name in ("media", "files"):
        shutil.rmtree(settings.ANMIN_HOME / name, ignore_errors=True)


def test_what_was_lost_comes_back_and_is_proved(city: City, media: Path, tmp_path: Path) -> None:
    matter = city.answered()
    paper = {"label": "matter", "key": matter.number, "by": city.officer}
    kept = keep(**paper, name="说明.txt", chunks=["说明".encode()], request="r")
    stored = f"files/{path_of(kept.stored)}"
    entries = Entry.objects.count()
    records = Record.objects.count()
    archive = tmp_path / "evening.tar.gz"
    manifest = back_up(archive)
    assert sorted(manifest.files) == [
        "database.dump" if connection.vendor == "postgresql" else "database.sqlite3",
        stored,
        "media/evidence/门锁.jpg",
    ]
    assert archive.stat().st_mode & 0o777 == 0o600

    Entry.objects.all().delete()
    media.write_bytes(b"something else")
    (settings.ANMIN_HOME / stored).unlink()
    later = city.incident(summary="after the backup")

    _, report = restore(archive, force=True)
    assert report.sound
    assert (report.matters.matters, report.matters.entries) == (1, entries)
    (root,) = report.roots  # that of the moment of the backup
    assert (root.found, root.size) == (Found.HOLDS, records)
    assert Matter.objects.get().pk == matter.pk
    assert not Matter.objects.filter(number=later.number).exists()
    assert media.read_bytes() == b"\xff\xd8 picture"
    assert read_file(**paper, pk=kept.pk).content == "说明".encode()
    assert city.incident().number  # and work goes on


def test_a_restore_says_how_many_records_are_not_in_it(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city.incident()
    archive = tmp_path / "evening.tar.gz"
    back_up(archive)
    kept = Record.objects.count()
    city.incident(summary="after the backup")
    city.answered(summary="after the backup as well")
    there = Record.objects.count()
    assert command.run(["restore", str(archive), "--force", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["records_lost"], told["records"]) == (there - kept, kept)
    assert command.run(["restore", str(archive), "--force"]) == 0
    assert "are not in this backup" not in capsys.readouterr().out
    assert Record.objects.count() == kept


def test_keys_are_in_it_only_on_request(city: City, tmp_path: Path) -> None:
    (settings.ANMIN_HOME / "keyring").write_text("the keys")
    try:
        assert "keyring" not in back_up(tmp_path / "without.tar.gz").files
        assert "keyring" in back_up(tmp_path / "with.tar.gz", with_keys=True).files
    finally:
        (settings.ANMIN_HOME / "keyring").unlink()


def test_a_home_with_data_is_not_replaced_without_force(city: City, tmp_path: Path) -> None:
    back_up(tmp_path / "a.tar.gz")
    city.incident()
    with pytest.raises(Refusal, match="--force"):
        restore(tmp_path / "a.tar.gz")
    assert Matter.objects.count() == 1


def test_an_archive_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_text("precious")
    with pytest.raises(Refusal, match="exists already"):
        back_up(tmp_path / "a.tar.gz")
    assert (tmp_path / "a.tar.gz").read_text() == "precious"


def test_nobody_restores_under_people_at_work(city: City, tmp_path: Path) -> None:
    back_up(tmp_path / "a.tar.gz")
    city.incident()
    with in_use(settings.ANMIN_HOME), pytest.raises(Refusal, match="in use"):
        restore(tmp_path / "a.tar.gz", force=True)
    assert Matter.objects.count() == 1


def test_a_link_in_media_goes_in_as_what_it_shows(media: Path, tmp_path: Path) -> None:
    (media.parent / "same.jpg").hardlink_to(media)
    (media.parent / "other.jpg").symlink_to(media)
    back_up(tmp_path / "a.tar.gz")
    restore(tmp_path / "a.tar.gz", force=True)
    pictures = sorted(media.parent.iterdir())
    assert [one.name for one in pictures] == ["other.jpg", "same.jpg", "门锁.jpg"]
    assert {(one.read_bytes(), one.is_symlink()) for one in pictures} == {
        (b"\xff\xd8 picture", False)
    }


def test_a_file_that_changes_under_way_spoils_no_backup(
    media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grown(path: Path) -> archive.Part:
        part = archive.describe(path)
        if path == media:
            path.write_bytes(b"more than there was before, while it was copied")
        return part

    monkeypatch.setattr("anmin.config.backup.describe", grown)
    with pytest.raises(Refusal, match=r"门锁[.]jpg changed while it was copied"):
        back_up(tmp_path / "a.tar.gz")
    assert list(tmp_path.iterdir()) == []

"""A backup brings everything back, or says why not; nothing is replaced before it is checked."""

import gzip
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.personas import City

from anmin.config.backup import back_up, restore
from anmin.config.home import in_use
from anmin.kernel.crypto import Keyring
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
    shutil.rmtree(settings.ANMIN_HOME / "media", ignore_errors=True)


def test_what_was_lost_comes_back_and_is_proved(city: City, media: Path, tmp_path: Path) -> None:
    matter = city.answered()
    entries = Entry.objects.count()
    archive = tmp_path / "evening.tar.gz"
    manifest = back_up(archive)
    assert sorted(manifest.files) == [
        "database.dump" if connection.vendor == "postgresql" else "database.sqlite3",
        "media/evidence/门锁.jpg",
    ]
    assert archive.stat().st_mode & 0o777 == 0o600

    Entry.objects.all().delete()
    media.write_bytes(b"something else")
    later = city.incident(summary="after the backup")

    _, report = restore(archive, force=True)
    assert report.sound
    assert (report.matters.matters, report.matters.entries) == (1, entries)
    assert Matter.objects.get().pk == matter.pk
    assert not Matter.objects.filter(number=later.number).exists()
    assert media.read_bytes() == b"\xff\xd8 picture"
    assert city.incident().number  # and work goes on


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


def half(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])


def not_one(archive: Path) -> None:
    archive.write_bytes(gzip.compress(b"hello"))


def empty(archive: Path) -> None:
    archive.write_bytes(b"")


def altered(archive: Path) -> None:
    folder = archive.parent / "altered"
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (database,) = folder.glob("database.*")
    database.write_bytes(database.read_bytes()[:-1] + b"!")
    pack(folder, archive)


def of_another_database(archive: Path) -> None:
    remade(archive, database="oracle")


def of_another_keyring(archive: Path) -> None:
    remade(archive, keyring=Keyring.generate().blind_index("anmin", purpose="keyring").hex())


def climbing_out(archive: Path) -> None:
    (archive.parent / "evil").write_text("x")
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(archive.parent / "evil", arcname="../../evil")


def remade(archive: Path, **changes: str) -> None:
    folder = archive.parent / "remade"
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    pack(folder, archive)


def pack(folder: Path, archive: Path) -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for path in folder.iterdir():
            tar.add(path, arcname=path.name)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (half, "not a whole backup"),
        (not_one, "not a whole backup"),
        (empty, "not a whole backup"),
        (altered, "damaged"),
        (of_another_database, "this backup is of oracle"),
        (of_another_keyring, "another keyring"),
        (climbing_out, "not a whole backup"),
        (Path.unlink, "there is no backup"),
    ],
)
def test_a_bad_archive_changes_nothing(city: City, tmp_path: Path, harm: Any, reason: str) -> None:
    archive = tmp_path / "a.tar.gz"
    back_up(archive)
    number = city.incident().number
    harm(archive)
    with pytest.raises(Refusal, match=reason):
        restore(archive, force=True)
    assert Matter.objects.get().number == number
    assert list(settings.ANMIN_HOME.glob(".restore-*")) == []

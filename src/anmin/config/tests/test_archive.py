"""What a stranger may have done to a backup: refused, with the name of the part, and nothing changed."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.personas import City

from anmin.config.archive import fingerprint
from anmin.config.backup import back_up, restore
from anmin.config.tests.running import ANMIN
from anmin.kernel.crypto import Keyring
from anmin.kernel.errors import Refusal
from anmin.matters.models import Matter

pytestmark = pytest.mark.django_db(transaction=True)

type Members = list[tuple[tarfile.TarInfo, bytes]]
PICTURE = "media/evidence/门锁.jpg"


def members(archive: Path) -> Members:
    with tarfile.open(archive) as tar:
        return [(one, (tar.extractfile(one) or io.BytesIO()).read()) for one in tar.getmembers()]


def packed(archive: Path, parts: Members, end: bytes = b"") -> None:
    with tarfile.open(archive, "w:gz") as tar:
        for header, content in parts:
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    if end:
        archive.write_bytes(gzip.compress(gzip.decompress(archive.read_bytes()) + end))


def add(name: str, content: bytes = b"x", **fields: Any) -> Callable[[Path], None]:
    """Adds a member at the end."""

    def harm(archive: Path) -> None:
        header = tarfile.TarInfo(name)
        for field, value in fields.items():
            setattr(header, field, value)
        packed(archive, [*members(archive), (header, content)])

    return harm


def replace(name: str, change: Callable[[bytes], bytes], **fields: Any) -> Callable[[Path], None]:
    """Changes the content, or the header, of one member."""

    def harm(archive: Path) -> None:
        parts = members(archive)
        database = "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"
        wanted = database if name == "database" else name
        assert wanted in [header.name for header, _ in parts]
        for place, (header, content) in enumerate(parts):
            if header.name == wanted:
                for field, value in fields.items():
                    setattr(header, field, value)
                parts[place] = header, change(content)
        packed(archive, parts)

    return harm


def manifest(**changes: Any) -> Callable[[Path], None]:
    return replace(
        "manifest.json", lambda content: json.dumps(json.loads(content) | changes).encode()
    )


def unlisted(archive: Path) -> None:
    """A part is put in and into the manifest; the seal cannot be made."""

    def listing(content: bytes) -> bytes:
        about = json.loads(content)
        about["files"]["rules/own.toml"] = {"size": 1, "sha256": "0" * 64}
        return json.dumps(about).encode()

    replace("manifest.json", listing)(archive)
    add("rules/own.toml")(archive)


def without(*names: str) -> Callable[[Path], None]:
    def harm(archive: Path) -> None:
        packed(archive, [part for part in members(archive) if part[0].name not in names])

    return harm


def sealed_by_another(archive: Path) -> None:
    """Wholly made anew by somebody with a keyring of his own, who claims to be us."""
    (about,) = (content for header, content in members(archive) if header.name == "manifest.json")
    mac = Keyring.generate().mac(about, purpose="backup manifest").hex().encode()
    replace("manifest.mac", lambda _: mac)(archive)


def half(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])


def cut_short(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-20])


def something_behind(archive: Path) -> None:
    packed(archive, members(archive), end=b"more".ljust(512))


def second_archive_behind(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes() * 2)


def huge_header(archive: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type = tarfile.GNUTYPE_LONGNAME
    header.size = 1 << 40
    plain = gzip.decompress(archive.read_bytes()).rstrip(b"\0")
    plain += bytes(-len(plain) % 512) + header.tobuf(tarfile.GNU_FORMAT) + bytes(1024)
    archive.write_bytes(gzip.compress(plain))


def turned(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.fixture
def media() -> Any:
    """A picture in the home, and a clean home afterwards."""
    folder = settings.ANMIN_HOME / "media" / "evidence"
    folder.mkdir(parents=True)
    (folder / "门锁.jpg").write_bytes(b"\xff\xd8 picture")
    yield folder / "门锁.jpg"
    shutil.rmtree(settings.ANMIN_HOME / "media", ignore_errors=True)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (half, "not a whole backup"),
        (cut_short, "not a whole backup"),
        (lambda archive: archive.write_bytes(gzip.compress(b"hello")), "not a whole backup"),
        (lambda archive: archive.write_bytes(b""), "not a whole backup"),
        (lambda archive: archive.write_bytes(b"PK\3\4" * 200), "not a whole backup"),
        (Path.unlink, "there is no backup"),
        # the manifest
        (without("manifest.json"), "manifest.json is missing"),
        (without("manifest.mac"), "manifest.mac is missing"),
        (manifest(created_at="2020-01-01T00:00:00+00:00"), "manifest.json is not as it was"),
        (manifest(with_keys=True), "manifest.json is not as it was"),
        (manifest(database="oracle"), "this backup is of oracle"),
        (manifest(format=1), "another version"),
        (manifest(files=[]), "another version"),
        (manifest(version=None), "manifest.json has no version"),
        (replace("manifest.json", lambda content: b"\xff{"), "not a whole backup"),
        (replace("manifest.mac", turned), "manifest.json is not as it was"),
        (replace("manifest.mac", lambda _: "é".encode()), "manifest.json is not as it was"),
        (sealed_by_another, "manifest.json is not as it was"),
        (manifest(keyring=fingerprint(Keyring.generate())), "another keyring"),
        # the parts
        (replace("database", turned), "database[.a-z0-9]* is not as it was written"),
        (replace("database", lambda content: content + b"!"), "database[.a-z0-9]* is not as"),
        (replace(PICTURE, turned), f"{PICTURE} is not as it was written"),
        (without(PICTURE), f"{PICTURE} is missing"),
        (without("database.sqlite3", "database.dump"), "database[.a-z0-9]* is missing"),
        (unlisted, "manifest.json is not as it was"),
        (add("rules/own.toml"), "'rules/own.toml' is not listed"),
        (add("keyring"), "'keyring' is not listed"),
        (add(PICTURE), f"'{PICTURE}' is in it twice"),
        (add("manifest.json"), "'manifest.json' is in it twice"),
        # what unpacking could be led to
        (add("../../evil"), "'../../evil' is not listed"),
        (add("/tmp/evil"), "'/tmp/evil' is not listed"),
        (add("media/../../evil"), "'media/../../evil' is not listed"),
        (add("media", b"", type=tarfile.SYMTYPE, linkname="/etc"), "'media' is no plain file"),
        (add("media/a", b"", type=tarfile.LNKTYPE, linkname=PICTURE), "'media/a' is no plain"),
        (add("media/a", b"", type=tarfile.CHRTYPE), "'media/a' is no plain file"),
        (add("media/a", b"", type=tarfile.FIFOTYPE), "'media/a' is no plain file"),
        (add("media/a", b"", type=tarfile.DIRTYPE), "'media/a' is no plain file"),
        (replace(PICTURE, lambda _: b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "no plain"),
        (add("media/a", pax_headers={"path": PICTURE}), f"'{PICTURE}' is in it twice"),
        (manifest(files={"../evil": {"size": 1, "sha256": ""}}), "'../evil' does not belong"),
        (manifest(files={"media/../evil": {"size": 1, "sha256": ""}}), "does not belong"),
        (manifest(files={"/etc/x": {"size": 1, "sha256": ""}}), "'/etc/x' does not belong"),
        (manifest(files={"rules": {"size": 1, "sha256": ""}}), "'rules' does not belong"),
        (something_behind, "something follows the last part"),
        (second_archive_behind, "something follows the last part"),
        (huge_header, "not a whole backup"),
    ],
)
def test_a_bad_archive_changes_nothing(
    city: City, media: Path, tmp_path: Path, harm: Any, reason: str
) -> None:
    archive = tmp_path / "a.tar.gz"
    back_up(archive)
    number = city.incident().number
    media.write_bytes(b"of today")
    harm(archive)
    with pytest.raises(Refusal, match=reason):
        restore(archive, force=True)
    assert Matter.objects.get().number == number
    assert media.read_bytes() == b"of today"
    assert list(settings.ANMIN_HOME.glob(".restore-*")) == []
    assert not (settings.ANMIN_HOME / "rules").exists()


@pytest.mark.parametrize("name", ["media", "rules", "calendar", "profiles"])
def test_every_folder_of_the_home_comes_back(name: str, media: Path, tmp_path: Path) -> None:
    kept = settings.ANMIN_HOME / name / "深" / "own.txt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        kept.write_text("of yesterday")
        made = back_up(tmp_path / "a.tar.gz")
        assert made.files[f"{name}/深/own.txt"].size == len("of yesterday")
        kept.write_text("of today")
        restore(tmp_path / "a.tar.gz", force=True)
        assert kept.read_text() == "of yesterday"
    finally:
        kept.unlink()
        kept.parent.rmdir()
        if name != "media":
            kept.parent.parent.rmdir()


@pytest.mark.once  # the processes that it starts are on SQLite
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_keys_of_a_backup_are_trusted_only_when_one_says_so(tmp_path: Path) -> None:
    def run(home: str, *args: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "ANMIN_HOME": str(tmp_path / home)}
        for name in ("ANMIN_KEYRING", "ANMIN_SECRET_KEY", "DATABASE_URL"):
            environment.pop(name, None)
        return subprocess.run(
            [*ANMIN, *args], env=environment, capture_output=True, text=True, check=False
        )

    assert run("first", "init").returncode == 0  # makes the tables
    assert run("first", "user", "add", "ma", "--role", "admin", "--no-password").returncode == 0
    archive = str(tmp_path / "a.tar.gz")
    made = run("first", "backup", archive, "--with-keys")
    assert (made.returncode, made.stderr) == (0, "")
    refused = run("second", "restore", archive)
    assert refused.returncode == 1
    assert "give --with-keys to trust the one in the backup" in refused.stderr
    assert not (tmp_path / "second" / "media").exists()
    restored = run("second", "restore", archive, "--with-keys", "--json")
    assert (restored.returncode, restored.stderr) == (0, "")
    told = json.loads(restored.stdout)
    assert told["access_log_entries"] > 0
    assert (told["mismatches"], told["broken_chains"]) == (0, 0)
    for name in ("keyring", "secret_key"):
        kept = tmp_path / "second" / name
        assert kept.read_text() == (tmp_path / "first" / name).read_text()
        assert kept.stat().st_mode & 0o777 == 0o600

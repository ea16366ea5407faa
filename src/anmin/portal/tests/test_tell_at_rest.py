"""With everything of the house in hand, its keyring too, nobody reads a tip-off."""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import City

from anmin.config.backup import back_up
from anmin.kernel import sealing
from anmin.kernel.crypto import Keyring
from anmin.matters.news import drain
from anmin.matters.sealed_actions import make_key
from anmin.measures.lake import refresh
from anmin.people.kept import kept_from
from anmin.people.models import AccessLog, Account
from anmin.people.roles import Role
from anmin.portal.tests.test_tell_pages import (
    COST,
    FAST,
    HERE,
    SECRETS,
    TIP,
    WORDS,
    browser,
    kept_of,
    opened,
    read,
    tell,
)  # fmt: skip


@pytest.fixture
def key(
    city: City, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> sealing.SealKeyMade:
    monkeypatch.setattr("anmin.kernel.confiding.ROUNDS", FAST)
    monkeypatch.setattr("anmin.kernel.sealing._COST", COST)
    Account.objects.create_user("zhengming", "x", role=Role.INSPECTOR, unit=city.inspectorate)
    settings.ANMIN_HOME = tmp_path
    return make_key(passphrases=WORDS, need=2)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_with_database_files_backup_and_keyring_in_hand_a_tip_is_not_read(
    city: City, key: sealing.SealKeyMade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the house encrypts to itself, its keyring opens: so nothing of a tip may go through it."""
    plain = list[bytes]()
    encrypt = Keyring.encrypt

    def noted(self: Keyring, value: bytes, *, context: bytes) -> bytes:
        plain.append(value)
        return encrypt(self, value, context=context)

    monkeypatch.setattr(Keyring, "encrypt", noted)
    done = tell(browser(), files=SimpleUploadedFile("夜里开赌.txt", TIP.encode()))
    kept = kept_of(done.content.decode())
    assert read(browser(), kept).status_code == 200
    drain(["words"])
    refresh(full=True)
    wanted = [one.encode() for one in (*SECRETS, HERE, kept["passphrase"], kept["code"])]
    assert not any(one in told for one in wanted for told in plain)
    back_up(tmp_path / "next.tar.gz")
    with tarfile.open(tmp_path / "next.tar.gz") as archive:
        files = {one.name: archive.extractfile(one) for one in archive if one.isfile()}
        held = {name: file.read() for name, file in files.items() if file is not None}
    assert any(kept["number"].encode() in one for one in held.values())  # it is in there
    assert {name for name, one in held.items() if any(word in one for word in wanted)} == set()


def test_the_access_log_tells_of_a_tip_only_to_whoever_reads_it(
    city: City, key: sealing.SealKeyMade
) -> None:
    number = kept_of(tell(browser()).content.decode())["number"]
    opened(key, number)
    for account, told in ((city.admin, False), (city.inspector, True)):
        rows = AccessLog.objects.filter(subject=number).exclude(kept_from(account))
        assert rows.exists() is told, account

"""陈立 adds a photo to a matter at the desk, and takes it out again."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.personas import City, SignIn

from anmin.files.models import File
from anmin.files.tests.samples import HTML, WHERE, photo
from anmin.people.models import AccessLog

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.ANMIN_HOME = tmp_path
    return tmp_path


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def send(
    client: Client, number: str, content: bytes, name: str = "门锁.jpg", key: str = "k"
) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("desk:matter_files", args=[number]), {"file": file, "key": key})


def test_a_photo_goes_in_and_comes_out(city: City, sign_in: SignIn) -> None:
    client, number = sign_in(city.officer), city.incident().number
    empty = body(client.get(reverse("desk:matter", args=[number]))).decode()
    assert reverse("desk:matter_files", args=[number]) in empty
    answer = send(client, number, photo())
    assert answer.status_code == 303
    row = File.objects.get()
    one = reverse("desk:matter_file", args=[number, row.pk])
    small = reverse("desk:matter_file_small", args=[number, row.pk])
    for name in ("desk:matter_files", "desk:matter"):
        page = body(client.get(reverse(name, args=[number]))).decode()
        assert all(told in page for told in (one, small, "门锁.jpg", "陈立"))
    before = AccessLog.objects.count()
    got = client.get(one)
    content = body(got)
    assert content.startswith(b"\xff\xd8")
    assert WHERE.encode() not in content
    assert got["Content-Type"] == "image/jpeg"
    assert got["Content-Disposition"].startswith("attachment;")
    assert AccessLog.objects.count() == before + 1
    entry = AccessLog.objects.latest("pk")
    assert (entry.account, entry.action, entry.subject) == (city.officer, "read_file", number)
    shown = client.get(small)
    assert body(shown).startswith(b"\xff\xd8")
    assert "attachment" not in shown.get("Content-Disposition", "")
    for answer in (got, shown):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


def test_what_is_not_kept_is_said_at_the_form(city: City, sign_in: SignIn, home: Path) -> None:
    client, number = sign_in(city.officer), city.incident().number
    url = reverse("desk:matter_files", args=[number])
    for answer, status in (
        (send(client, number, HTML), 422),
        (send(client, number, b""), 422),
        (client.post(url, {"key": "k"}), 422),
        (send(client, number, bytes(21 * 2**20)), 413),
    ):
        assert answer.status_code == status
        assert 'id="upload-error"' in body(answer).decode()
    assert not File.objects.exists()
    assert [path for path in (home / "files").rglob("*") if path.is_file()] == []


def test_sent_twice_it_is_one(city: City, sign_in: SignIn) -> None:
    client, number = sign_in(city.officer), city.incident().number
    for _time in range(2):
        assert send(client, number, photo()).status_code == 303
    assert File.objects.count() == 1


def test_who_may_not_sees_no_panel_and_adds_nothing(city: City, sign_in: SignIn) -> None:
    number = city.incident().number
    send(sign_in(city.officer), number, photo())
    client = sign_in(city.analyst)
    page = body(client.get(reverse("desk:matter", args=[number]))).decode()
    assert reverse("desk:matter_files", args=[number]) not in page
    assert "门锁" not in page
    assert send(client, number, photo(), key="other").status_code == 403
    assert File.objects.count() == 1


def test_a_stranger_cannot_send(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.officer)
    assert send(client, city.incident().number, photo()).status_code == 403
    assert not File.objects.exists()

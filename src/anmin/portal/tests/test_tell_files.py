"""Files that come with a tip-off are taken while there is room for the house itself."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.personas import City

from anmin.files.models import File
from anmin.kernel import sealing
from anmin.matters.models import Matter
from anmin.portal.tests.test_tell_pages import _fast, browser, key, second, tell

__all__ = ["_fast", "key", "second"]


def test_files_of_strangers_leave_the_house_its_room(
    city: City, key: sealing.SealKeyMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    least = settings.RULES.get("files.least_free_mb", timezone.localdate()).number * 2**20
    room = SimpleNamespace(free=least - 1)
    monkeypatch.setattr("anmin.files.room.shutil.disk_usage", lambda _at: room)
    answer = tell(browser(), files=SimpleUploadedFile("a.txt", "甲".encode()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "send it without" in answer.content.decode()
    assert (Matter.objects.count(), File.objects.count()) == (0, 0)
    assert tell(browser()).status_code == 200  # the words alone are taken
    room.free = least
    assert tell(browser(), files=SimpleUploadedFile("a.txt", "甲".encode())).status_code == 200
    assert File.objects.count() == 1

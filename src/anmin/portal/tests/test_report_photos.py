"""Photos and a point on the map come with the first report, without script; nothing is kept of what is refused."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.personas import City, SignIn

from anmin.files import storage
from anmin.files.models import File
from anmin.files.tests.samples import photo
from anmin.files.turns import turn
from anmin.matters.models import Matter
from anmin.people.limits import Limit
from anmin.places.map_coordinates import wgs84_to_gcj02
from anmin.portal.tests.test_report_pages import FORM, hidden, light_work, told, worked

__all__ = ["light_work"]


@pytest.fixture
def client(tmp_path: Path, settings: Any) -> Client:
    settings.ANMIN_HOME = tmp_path
    return Client(headers={"Accept-Language": "en"})


def contents() -> list[str]:
    return [name for name, _written in storage.names()]


def picture(name: str = "门口.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo() if content is None else content, "image/jpeg")


def sent(client: Client, city: City, *photos: SimpleUploadedFile, **changes: str) -> Any:
    fields = hidden(client.get(FORM).content.decode())
    body: dict[str, Any] = {"alike": "1", **told(city, **changes)}
    body = fields | body | {"proof": worked(fields["token"]), "photos": list(photos)}
    return client.post(FORM, body)


def test_up_to_three_photos_are_drawn_anew_and_kept_with_it(
    city: City, client: Client, sign_in: SignIn
) -> None:
    answer = sent(client, city, picture(), picture("b.jpg"), picture("c.jpg"))
    assert answer.status_code == 302
    matter = Matter.objects.get()
    rows = File.objects.filter(label="matter", key=matter.number)
    assert sorted(rows.values_list("seq", flat=True)) == [1, 2, 3]
    assert all(row.request.startswith("citizen:") and row.sha256 != row.received for row in rows)
    page = sign_in(city.officer).get(f"/desk/matters/{matter.number}/").content.decode()
    assert "门口.jpg" in page
    assert File.objects.count() == 3


@pytest.mark.parametrize(
    ("photos", "changes", "status", "said"),
    [
        (1, {"text": ""}, 422, "Please choose the photos again"),
        (4, {}, 422, "Up to 3, of at most 20 MB"),
        (0, {}, 422, "This PDF is cut off"),
    ],
)
def test_what_is_refused_keeps_nothing(
    city: City, client: Client, photos: int, changes: dict[str, str], status: int, said: str
) -> None:
    given = [picture(f"{one}.jpg") for one in range(photos)]
    if not photos:
        given = [picture(), picture("x.jpg", b"%PDF-1.4 no picture at all")]
    answer = sent(client, city, *given, **changes)
    page = answer.content.decode()
    assert answer.status_code == status
    assert re.search(said, page), re.findall(r'class="error".*?</p>', page, re.DOTALL)
    assert "choose the photos again" in page
    assert not Matter.objects.exists()
    assert not File.objects.exists()
    assert not contents()


def test_a_paper_is_no_photo_and_a_failing_store_opens_nothing(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[str] = []
    put = storage.put

    def failing(name: str, *rest: Any) -> None:
        if laid:
            raise OSError("full")
        laid.append(name)
        put(name, *rest)

    monkeypatch.setattr("anmin.files.actions.storage.put", failing)
    client.raise_request_exception = False
    assert sent(client, city, picture(), picture("b.jpg")).status_code >= 500
    assert (Matter.objects.count(), File.objects.count(), contents()) == (0, 0, [])


def test_who_sends_while_another_is_looked_at_is_asked_to_send_again(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anmin.matters.actions.NEW_FILES", Limit(1, 86_400))
    with turn(waits=False):
        answer = sent(client, city, picture())
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert sent(client, city, picture()).status_code == 302  # what nobody read does not count
    full = sent(client, city, picture())
    assert full.status_code == 422
    assert "So many photos came in today" in full.content.decode()
    assert Matter.objects.count() == 1


def test_one_token_pays_for_few_looks(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anmin.portal.views.report.LOOKS", Limit(2, 600))
    fields = hidden(client.get(FORM).content.decode())
    body = fields | told(city) | {"alike": "1", "proof": worked(fields["token"])}
    said = []
    for _turn in range(3):
        page = client.post(FORM, body | {"photos": [picture("x.jpg", b"no picture")]})
        said.append("refused several times" in page.content.decode())
    assert said == [False, False, True]


def test_what_is_refused_takes_no_turn_from_others_and_what_is_sent_twice_is_looked_at_once(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anmin.matters.actions.NEW_FILES", Limit(2, 86_400))
    for _turn in range(2):
        assert sent(client, city, picture("x.jpg", b"no picture")).status_code == 422
        assert sent(client, city, picture(), area="0").status_code == 422
    fields = hidden(client.get(FORM).content.decode())
    body = fields | told(city) | {"alike": "1", "proof": worked(fields["token"])}
    for _turn in range(3):
        assert client.post(FORM, body | {"photos": [picture()]}).status_code == 302
    assert (Matter.objects.count(), File.objects.count()) == (1, 1)
    assert sent(client, city, picture()).status_code == 302  # the second turn was free still


def test_a_point_of_any_map_stands_on_wgs84_and_the_desk_reads_it(
    city: City, client: Client, sign_in: SignIn
) -> None:
    type(city.town).objects.filter(pk=city.town.pk).update(longitude=120.63, latitude=27.79)
    east, north = wgs84_to_gcj02(120.6351, 27.7812)
    answer = sent(client, city, point=f"{east:.6f}，{north:.6f}", datum="gcj02")
    assert answer.status_code == 302
    matter = Matter.objects.get()
    assert matter.longitude == pytest.approx(120.6351, abs=2e-6)
    assert matter.latitude == pytest.approx(27.7812, abs=2e-6)
    page = sign_in(city.officer).get(f"/desk/matters/{matter.number}/").content.decode()
    assert "27.78120, 120.63510" in page
    public = client.get(f"/f/{matter.number}").content.decode()
    assert "27.78" not in public


def test_the_town_is_proposed_by_the_point_and_never_taken_silently(
    city: City, client: Client
) -> None:
    area = type(city.town)
    area.objects.filter(pk=city.wenhua.pk).update(longitude=120.63, latitude=27.79)
    area.objects.filter(pk=city.yuhai_town.pk).update(longitude=120.66, latitude=27.77)
    answer = sent(client, city, area="", point="27.7901 120.6302", datum="wgs84")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "it is probably" in page
    assert f'value="{city.town.pk}" selected' in page
    assert not Matter.objects.exists()


@pytest.mark.parametrize(
    ("point", "datum"),
    [
        ("27.78", "wgs84"),
        ("hier", "wgs84"),
        ("27.78, 120.63", ""),
        ("27.78, 120.63", "mars"),
        ("39.9, 116.4", "wgs84"),
        ("-27.78, 120.63", "gcj02"),
        ("999, 999", "bd09"),
        ("0, 0", "wgs84"),
        ("1e9, 3", "wgs84"),
        ("٣, ٤", "wgs84"),
        ("1 2 3", "wgs84"),
    ],
)
def test_what_is_no_point_here_is_refused_in_words(
    city: City, client: Client, point: str, datum: str
) -> None:
    type(city.town).objects.filter(pk=city.town.pk).update(longitude=120.63, latitude=27.79)
    answer = sent(client, city, point=point, datum=datum)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not Matter.objects.exists()


def test_this_page_alone_may_ask_where_the_device_is(city: City, client: Client) -> None:
    assert "geolocation=(self)" in client.get(FORM)["Permissions-Policy"]
    for other in ("/", "/r/", "/f/"):
        assert "geolocation=()" in client.get(other)["Permissions-Policy"]

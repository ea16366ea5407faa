"""Photos: covered before anybody but who writes and reviews sees them, approved by their digest, gone with the text."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.personas import City, SignIn

from anmin.files.actions import erase_due, keep, read_file
from anmin.files.models import File
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.publishing import actions, picturing, public, stories
from anmin.publishing.content import content_of
from anmin.publishing.ending import forget_about
from anmin.publishing.models import Edition, Publication
from anmin.publishing.photos import ORIGINAL, SHOWN
from anmin.publishing.queries import sheet
from anmin.publishing.tests import scene

FACE = [250, 200, 300, 400]
"""From a quarter of the picture on: 300 by 400 thousandths of it."""


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Any) -> None:
    settings.ANMIN_HOME = tmp_path


def photo(colour: str = "red") -> bytes:
    """A red photo of 200 by 100 points, in which a telephone wrote where it was taken."""
    exif = Image.Exif()
    exif[0x010E], exif[0x8825] = "13905770001", {1: "N", 2: (27.0, 34.0, 1.0)}
    out = io.BytesIO()
    Image.new("RGB", (200, 100), colour).save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def uploaded(city: City, row: Publication, colour: str = "red") -> File:
    return keep(
        label=ORIGINAL,
        key=str(row.pk),
        name="门口.jpg",
        chunks=[photo(colour)],
        by=city.programme,
        request=colour,
    )


def put(city: City, row: Publication, file: File, key: str = "p", **changes: Any) -> Publication:
    given: dict[str, Any] = {
        "boxes": [FACE],
        "looked": True,
        "zh": "小区大门，新装门禁",
        "by": city.programme,
    }
    given |= {"en": "The gate with its new lock", "form_key": key}
    return actions.put_in(publication_id=row.pk, file_id=file.pk, **given | changes)


def pictured(city: City) -> Publication:
    row = scene.drafted(city)
    return put(city, row, uploaded(city, row))


def digest_of(row: Publication) -> str:
    return str(
        Edition.objects.filter(publication=row).latest("seq").content["zh"]["photos"][0]["digest"]
    )


def points(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.mark.django_db
def test_what_everybody_fetches_is_covered_clean_and_of_the_digest_that_was_approved(
    city: City,
) -> None:
    row = scene.approved(city, scene.submitted(city, pictured(city)))
    content = public.photo(str(row.number), digest_of(row))
    assert hashlib.sha256(content).hexdigest() == digest_of(row)
    seen = Image.open(io.BytesIO(content))
    assert (seen.size, dict(seen.getexif()), seen.info.get("comment")) == ((200, 100), {}, None)
    assert b"13905770001" not in content
    for place in ((52, 22), (80, 40), (107, 57)):  # in the box: its corners and its middle
        assert max(points(content).getpixel(place)) < 40, place
    for place in ((30, 10), (125, 75)):  # off it
        assert points(content).getpixel(place)[0] > 200, place
    said = public.read(str(row.number)).card.content
    assert said.zh is not None
    assert said.zh.photos[0].alt == "小区大门，新装门禁"


@pytest.mark.django_db
def test_another_photo_is_another_digest_and_no_text_of_before_has_another_form(city: City) -> None:
    row = scene.drafted(city)
    bare = sheet(city.programme, row).face.content
    assert b"photos" not in bare.bytes
    assert content_of(bare.model_dump(mode="json")).digest == bare.digest
    file = uploaded(city, row)
    row = put(city, row, file)
    before = sheet(city.programme, row).digest
    put(city, row, file, key="q", boxes=[FACE, [0, 0, 100, 100]])
    row.refresh_from_db()
    assert len({bare.digest, before, sheet(city.programme, row).digest}) == 3
    row = actions.take_out(publication_id=row.pk, file_id=file.pk, by=city.programme, form_key="o")
    assert sheet(city.programme, row).digest == bare.digest


@pytest.mark.django_db
def test_saving_the_words_keeps_the_photos_and_a_form_brings_none(city: City) -> None:
    row = pictured(city)
    kept = sheet(city.programme, row).text.photos
    row = scene.rewritten(
        city, row, title="文化小区", photos=[{"digest": "0" * 64, "alt": "别的照片"}]
    )
    found = sheet(city.programme, row).text
    assert found.photos == kept
    assert found.content.photos() == (kept[0].digest,)


@pytest.mark.django_db
def test_what_a_photo_is_said_to_show_is_redacted_like_the_text(city: City) -> None:
    row = scene.drafted(city)
    row = put(city, row, uploaded(city, row), zh="门口贴着电话13905771234")
    said = sheet(city.programme, row).face.content.zh
    assert said is not None
    assert "13905771234" not in said.photos[0].alt


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"looked": False}, "looked"),
        ({"zh": " "}, "zh"),
        ({"en": ""}, "en"),
        ({"boxes": [[900, 0, 200, 10]]}, "boxes"),
        ({"boxes": [[0, 0, 0, 10]]}, "boxes"),
        ({"boxes": [[1, 1, 1, 1]] * 25}, "boxes"),
    ],
)
def test_nothing_gets_into_a_text_uncovered_or_without_words(
    city: City, given: dict[str, Any], field: str
) -> None:
    row = scene.drafted(city)
    file = uploaded(city, row)
    with pytest.raises(Refusal) as refused:
        put(city, row, file, **given)
    assert refused.value.field == field
    row.refresh_from_db()
    assert row.newest == 1
    assert not File.objects.filter(label=SHOWN).exists()


@pytest.mark.django_db
def test_nobody_but_who_writes_and_who_reviews_opens_what_came(city: City) -> None:
    row = pictured(city)
    file = File.objects.get(label=ORIGINAL)

    def opened(by: Any) -> int:
        return len(read_file(label=ORIGINAL, key=str(row.pk), pk=file.pk, by=by).content)

    assert opened(city.programme)
    for other in (city.leader, city.officer, city.inspector):  # not given to anybody yet
        with pytest.raises((NotAllowed, NotFound)):
            opened(other)
    actions.submit(publication_id=row.pk, by=city.programme)
    assert opened(city.leader)
    with pytest.raises((NotAllowed, NotFound)):
        opened(city.officer)
    with pytest.raises((NotAllowed, NotFound)):
        put(city, row, file, key="x", by=city.leader)
    with pytest.raises(Conflict):
        put(city, row, file, key="y")  # it waits for another person
    with pytest.raises(Conflict):
        uploaded(city, row, "blue")


@pytest.mark.django_db
def test_a_photo_is_public_as_long_as_a_text_with_it_can_be_read(
    city: City, client: Client
) -> None:
    row = pictured(city)
    digest = sheet(city.programme, row).text.photos[0].digest
    row = actions.submit(publication_id=row.pk, by=city.programme)
    with pytest.raises(NotFound):
        public.photo("BG-2026-0001", digest)
    row = scene.approved(city, row)
    address = f"/read/{row.number}/photo/{digest}"
    found = client.get(address)
    assert (found.status_code, found["Content-Type"]) == (200, "image/jpeg")
    assert "max-age=60" in found["Cache-Control"]
    assert address in client.get(f"/read/{row.number}").content.decode()
    assert client.get(f"/read/{row.number}/photo/{'0' * 64}").status_code == 404
    other = File.objects.get(label=ORIGINAL)
    assert client.get(f"/read/{row.number}/photo/{other.sha256}").status_code == 404
    row = scene.rewritten(city, row, change="照片已换", closes_earlier=True)
    row = put(city, row, uploaded(city, row, "blue"), key="new")
    row = actions.take_out(publication_id=row.pk, file_id=other.pk, by=city.programme, form_key="o")
    row = scene.approved(city, scene.submitted(city, row))
    assert (
        client.get(address).status_code == 404
    )  # the earlier text is closed, and its photo with it
    second = digest_of(row)
    assert client.get(f"/read/{row.number}/photo/{second}").status_code == 200
    actions.withdraw(publication_id=row.pk, why="no_longer_true", by=city.leader)
    assert client.get(f"/read/{row.number}/photo/{second}").status_code == 404


@pytest.mark.django_db
def test_photos_go_when_their_time_is_over_or_the_matter_tells_of_nobody(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = pictured(city)
    forget_about(key=row.key)  # a draft: all of it
    assert not File.objects.filter(label__in=(ORIGINAL, SHOWN), erased_at=None).exists()
    row = scene.approved(city, scene.submitted(city, pictured(city)))
    forget_about(key=row.key)
    left = File.objects.filter(label__in=(ORIGINAL, SHOWN), erased_at=None)
    assert [one.label for one in left] == [
        SHOWN
    ]  # approved without anybody in it: it stays as read
    actions.withdraw(publication_id=row.pk, why="no_longer_true", by=city.leader)
    later = timezone.localtime() + timedelta(days=3660)
    monkeypatch.setattr(timezone, "localtime", lambda value=None, tz=None: value or later)
    assert erase_due() == 1
    assert not left.all().exists()


@pytest.mark.django_db
def test_a_story_has_photos_if_those_in_it_agreed_and_they_go_with_the_consent(city: City) -> None:
    given: dict[str, Any] = {"by": city.programme, "given_on": timezone.localdate(), "how": "书面"}
    for agreed in (False, True):
        consent = stories.consent(
            title="夜间巡逻", account=city.officer, photos=agreed, form_key=str(agreed), **given
        )
        row = actions.begin(source="story", key=str(consent.pk), by=city.programme)
        if not agreed:
            with pytest.raises(NotAllowed):
                uploaded(city, row)
            continue
        put(city, row, uploaded(city, row))
        stories.take_back(consent_id=consent.pk, by=city.officer)
        assert File.objects.filter(key=str(row.pk)).count() == 2
        assert not File.objects.filter(key=str(row.pk), erased_at=None).exists()


@pytest.mark.django_db
def test_a_photo_is_chosen_of_the_matters_own_files_by_who_may_open_them(city: City) -> None:
    row = scene.drafted(city)
    own = keep(
        label="matter", key=row.key, name="a.jpg", chunks=[photo()], by=city.programme, request="m"
    )
    assert [one.pk for one in picturing.to_choose(city.programme, row)] == [own.pk]
    kept = actions.choose(publication_id=row.pk, file_id=own.pk, by=city.programme)
    assert actions.choose(publication_id=row.pk, file_id=own.pk, by=city.programme) == kept
    assert (kept.label, kept.key) == (ORIGINAL, str(row.pk))
    with pytest.raises(NotAllowed):
        actions.choose(publication_id=row.pk, file_id=own.pk, by=city.officer)


@pytest.mark.django_db
def test_an_editor_covers_a_photo_by_numbers_and_the_reviewer_sees_both(
    city: City, sign_in: SignIn
) -> None:
    row = scene.drafted(city)
    office, head = sign_in(city.programme), sign_in(city.leader)
    base = f"/desk/publishing/{row.pk}/photos/"
    paper = {"key": "t", "file": SimpleUploadedFile("a.txt", "文字".encode())}
    assert office.post(base, paper).status_code == 422  # no picture
    sent = office.post(base, {"key": "u", "file": SimpleUploadedFile("门口.jpg", photo())})
    assert sent["Location"] == base
    file = File.objects.get(label=ORIGINAL)
    assert "尚未遮盖" in office.get(base).content.decode()
    form = {"key": "k", "version": row.version, "left": ["250", ""], "top": ["200", ""]}
    form |= {"width": ["300", ""], "height": ["400", ""], "zh": "小区大门", "en": "The gate"}
    assert (
        office.post(f"{base}{file.pk}/", {**form, "looked": "on", "left": ["x", ""]}).status_code
        == 422
    )
    kept = office.post(f"{base}{file.pk}/", form).content.decode()
    assert 'name="left" value="250"' in kept  # nobody looked: what was typed stays
    assert office.post(f"{base}{file.pk}/", {**form, "looked": "on"})["Location"] == base
    shown = File.objects.get(label=SHOWN)
    for client in (office, head):  # who reviews waits until it is given on
        assert client.get(f"{base}{shown.pk}/shown").status_code == 200
    assert office.get(f"{base}{file.pk}/original").status_code == 200
    assert head.get(f"{base}{file.pk}/original").status_code == 403
    actions.submit(publication_id=row.pk, by=city.programme)
    text = head.get(f"/desk/publishing/{row.pk}/texts/2/").content.decode()
    assert f"{base}{file.pk}/original" in text
    assert f"{base}{shown.pk}/shown" in text
    assert head.get(f"{base}{file.pk}/original").status_code == 200

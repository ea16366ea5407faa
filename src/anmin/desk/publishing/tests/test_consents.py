"""Consents to stories on the desk: written down by who drafts, taken back by who is in the story."""

from tests.personas import City, SignIn

from anmin.publishing.models import StoryConsent

GIVEN = {"title": "夜间巡逻的人", "given_on": "2026-03-09", "how": "书面同意书", "key": "k"}
PAGE = "/desk/publishing/consents/"


def test_it_is_written_down_and_taken_back(city: City, sign_in: SignIn) -> None:
    office, officer = sign_in(city.programme), sign_in(city.officer)
    assert office.get(PAGE).status_code == 200
    wrong = office.post(f"{PAGE}new/", {**GIVEN, "username": "nobody-here"})
    assert wrong.status_code in (404, 422)
    assert not StoryConsent.objects.exists()
    for _twice in range(2):
        office.post(f"{PAGE}new/", {**GIVEN, "username": city.officer.username})
    made = StoryConsent.objects.get()
    assert made.account == city.officer
    assert "夜间巡逻的人" in officer.get(PAGE).content.decode()
    assert "夜间巡逻的人" not in sign_in(city.other_officer).get(PAGE).content.decode()
    assert officer.post(f"{PAGE}new/", {**GIVEN, "key": "x"}).status_code == 403
    refused = sign_in(city.other_officer).post(f"{PAGE}take-back/", {"consent": made.pk})
    assert refused.status_code == 403
    assert StoryConsent.objects.get().withdrawn_at is None
    officer.post(f"{PAGE}take-back/", {"consent": made.pk})
    assert StoryConsent.objects.get().withdrawn_at is not None


def test_somebody_else_is_sealed(city: City, sign_in: SignIn) -> None:
    office = sign_in(city.programme)
    office.post(f"{PAGE}new/", {**GIVEN, "name": "王秀英", "phone": "13857712345"})
    made = StoryConsent.objects.get()
    assert made.account is None
    assert bytes(made.sealed)
    assert "王秀英" not in office.get(PAGE).content.decode()

"""吴敏 keeps a matter whatever its time, sees which are kept, and lets it go again."""

from tests.personas import City, SignIn

from anmin.matters.models import Entry, LegalHold


def test_a_matter_is_held_listed_and_let_go_with_reasons(city: City, sign_in: SignIn) -> None:
    matter, browser = city.answered(), sign_in(city.inspector)
    there, hold = f"/desk/matters/{matter.number}/", f"/desk/matters/{matter.number}/hold/"
    assert hold in browser.get(there).content.decode()
    assert browser.post(hold, {"reason": " "}).status_code == 400
    assert not LegalHold.objects.exists()
    assert browser.post(hold, {"reason": "复议期间"}).status_code == 303
    page = browser.get("/desk/holds/").content.decode()
    assert (matter.number in page, "复议期间" in page, "吴敏" in page) == (True, True, True)
    assert "复议期间" in browser.get(there).content.decode()
    assert browser.post(hold, {"reason": "再次"}).status_code == 409
    assert browser.post(hold, {"reason": "复议终结", "lift": "1"}).status_code == 303
    assert matter.number not in browser.get("/desk/holds/").content.decode()
    assert [one.note for one in Entry.objects.filter(matter=matter).order_by("seq")][-2:] == [
        "复议期间",
        "复议终结",
    ]


def test_nobody_else_sees_or_sets_one(city: City, sign_in: SignIn) -> None:
    matter = city.answered()
    for who in (city.duty_leader, city.leader):
        browser = sign_in(who)
        assert browser.get("/desk/holds/").status_code == 403
        assert "/hold/" not in browser.get(f"/desk/matters/{matter.number}/").content.decode()
        answer = browser.post(f"/desk/matters/{matter.number}/hold/", {"reason": "x"})
        assert answer.status_code == 403
    assert not LegalHold.objects.exists()

"""The file of a matter: whole for who may see it, masked, on record, and nothing for others."""

from tests.personas import WANG, City, SignIn

from anmin.desk.matters.tests.test_matters_pages import clock, text, url
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.people.models import AccessLog

__all__ = ["clock"]


def test_a_file_has_everything_of_a_matter_and_is_on_record(city: City, sign_in: SignIn) -> None:
    matter = city.answered()
    officer = Actor.of(city.officer)
    actions.add_note(matter_id=matter.pk, actor=officer, text="已到现场核对监控。")
    page = text(sign_in(city.officer).get(url(matter, "dossier")))
    matter.refresh_from_db()
    for told in (
        "卷宗",
        matter.number,
        "已到现场核对监控。",
        matter.details["reply"],
        "138****2345",
    ):
        assert told in page, told
    assert bytes(matter.head).hex() in page
    assert f"办理记录共{matter.version}条" in page
    assert WANG.phone not in page
    assert "王秀英" not in page
    entry = AccessLog.objects.latest("pk")
    assert (entry.action, entry.subject) == ("print_matter", matter.number)


def test_who_may_not_see_a_matter_gets_no_file_and_leaves_no_trace(
    city: City, sign_in: SignIn
) -> None:
    matter = city.answered()
    before = AccessLog.objects.filter(action="print_matter").count()
    assert sign_in(city.other_officer).get(url(matter, "dossier")).status_code == 404
    assert sign_in(city.analyst, language="en").get(url(matter, "dossier")).status_code == 200
    assert AccessLog.objects.filter(action="print_matter").count() == before + 1


def test_a_reader_without_need_sees_no_contact_no_answer_and_no_file(
    city: City, sign_in: SignIn
) -> None:
    page = text(sign_in(city.analyst).get(url(city.answered(), "dossier")))
    assert "王某" not in page
    assert "138****2345" not in page
    assert "陈立" not in page

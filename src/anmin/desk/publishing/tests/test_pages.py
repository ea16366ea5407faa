"""孙平 writes, 郑局 reads every hiding in its place, and what is published is what was read."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from tests.personas import City, SignIn

from anmin.publishing.models import Clipping, Edition, Publication
from anmin.publishing.queries import sheet
from anmin.publishing.tests import scene


def key(page: str, near: str) -> dict[str, str]:
    """The hidden fields of the form whose address ends so."""
    form = page.split(f'{near}"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form)) | dict(
        re.findall(r'name="(key|version)" value="([^"]*)"', form)
    )


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def do(client: Client, row: Publication, code: str, **given: Any) -> Any:
    return client.post(f"/desk/publishing/{row.pk}/do/{code}/", {"key": f"k-{code}", **given})


def test_from_the_records_to_the_board_by_two_people(city: City, sign_in: SignIn) -> None:
    matter = scene.listed(city)
    office, head = sign_in(city.programme), sign_in(city.leader)
    offered = page(office, "/desk/publishing/new/")
    assert matter.number in offered
    begun = office.post(
        "/desk/publishing/new/", {"key": "a", "source": "listing", "about": matter.number}
    )
    row = Publication.objects.get()
    assert begun["Location"] == f"/desk/publishing/{row.pk}/draft/"
    form = page(office, f"/desk/publishing/{row.pk}/draft/")
    assert "统计警情数 | 12起，此前同期9起 | 21 | 比值1.33（0.52–3.58）" in form
    sent = {
        "key": "b",
        "version": row.version,
        "zh_title": "文化小区挂牌整治",
        "zh_facts": "统计警情数 | 12起，此前同期9起 | 21 | 比值1.33（0.52–3.58） | | 差异可能出于偶然",
        "zh_body": "值班电话0577-65801234。\n\n王先生反映门禁坏了。",
        "marked": "门禁",
    }
    saved = office.post(f"/desk/publishing/{row.pk}/draft/", sent)
    assert saved["Location"] == f"/desk/publishing/{row.pk}/texts/2/"
    text = page(office, saved["Location"])
    for told in ("<del>0577-65801234</del>", "〔电话已隐去〕", "姓氏加称谓", "拟稿人标明须隐去"):
        assert told in text
    seen = sheet(city.programme, Publication.objects.get())
    phone = next(one for one in seen.text.places if one.rule == "phone")
    assert do(office, row, "lift", about=phone.key, reason="").status_code == 422
    assert do(office, row, "lift", about=phone.key, reason="公开的值班电话").status_code == 303
    assert do(office, row, "submit").status_code == 303
    review = page(head, f"/desk/publishing/{row.pk}/texts/2/")
    assert "公开的值班电话" in review
    given = key(review, "/do/approve/")
    assert given["digest"] == sheet(city.leader, Publication.objects.get()).digest
    given = {name: words for name, words in given.items() if name != "key"}
    unsaid = do(head, row, "approve", **given)
    assert (unsaid.status_code, "请确认已作保密审查" in unsaid.content.decode()) == (422, True)
    assert do(head, row, "approve", examined="on", **given).status_code == 303
    row = Publication.objects.get()
    public = page(Client(headers={"Accept-Language": "zh-hans"}), f"/read/{row.number}")
    assert "值班电话0577-65801234。" in public
    assert "某人反映〔已隐去〕坏了。" in public
    assert "王先生" not in public


def test_whose_text_it_is_sees_no_way_to_approve_it(city: City, sign_in: SignIn) -> None:
    row = scene.submitted(city)
    text = page(sign_in(city.programme), f"/desk/publishing/{row.pk}/texts/1/")
    assert "/do/approve/" not in text
    digest = sheet(city.leader, row).digest
    answer = do(sign_in(city.programme), row, "approve", text=1, digest=digest)
    assert answer.status_code == 403
    assert Edition.objects.count() == 0


def test_a_refusal_waits_for_its_writer_with_the_reason(city: City, sign_in: SignIn) -> None:
    row = scene.submitted(city, scene.drafted(city, body=("业主老蔡头不交费。",)))
    head, office = sign_in(city.leader), sign_in(city.programme)
    assert "待您办理" not in page(office, "/desk/publishing/?view=drafts")
    assert do(head, row, "refuse", reason="").status_code == 422
    assert do(head, row, "refuse", reason="写到了具体的人").status_code == 303
    assert "写到了具体的人" in page(office, f"/desk/publishing/{row.pk}/")
    assert f"/desk/publishing/{row.pk}/" in page(office, "/desk/publishing/")


def test_it_is_taken_back_kept_noted_and_given_to_other_channels(
    city: City, sign_in: SignIn
) -> None:
    row = scene.approved(city)
    office = sign_in(city.programme)
    shown = page(office, f"/desk/publishing/{row.pk}/")
    assert str(row.number) in shown
    plain = page(office, f"/desk/publishing/{row.pk}/approved.txt")
    assert plain.startswith("锦湖文化社区 文化小区：小区盗窃多发，挂牌整治\n")
    assert "统计警情数：12起，此前同期9起 比值1.33（0.52–3.58）" in plain
    data = json.loads(page(office, f"/desk/publishing/{row.pk}/approved.json"))
    assert (data["number"], data["digest"]) == (row.number, Edition.objects.get().digest)
    clip = {"outlet": "瑞安日报", "link": "javascript:1", "on": "2026-01-02"}
    assert do(office, row, "clip", **clip).status_code == 422
    for _twice in range(2):
        assert (
            do(office, row, "clip", **{**clip, "link": "https://example.com/a"}).status_code == 303
        )
    assert Clipping.objects.get().outlet == "瑞安日报"
    assert do(office, row, "keep").status_code == 303
    assert do(office, row, "withdraw").status_code == 422
    assert do(office, row, "withdraw", why="mistake", reason="起数有误").status_code == 303
    assert Publication.objects.get().standing == "withdrawn"
    assert "起数有误" in page(office, f"/desk/publishing/{row.pk}/")
    page(office, f"/desk/publishing/{row.pk}/approved.txt", 404)


def test_the_calendar_shows_what_is_wanted_came_out_and_is_due(city: City, sign_in: SignIn) -> None:
    row = scene.approved(city)
    office = sign_in(city.programme)
    for day in (row.published_at, row.review_on, row.expires_on):
        assert day is not None
        assert str(row.number) in page(office, f"/desk/publishing/calendar/?month={day:%Y-%m}")
    draft = scene.drafted(city)
    assert do(office, draft, "plan", on="2026-05-20").status_code == 303
    assert "计划" in page(office, "/desk/publishing/calendar/?month=2026-05")
    page(office, "/desk/publishing/calendar/?month=2026-13", 400)


@pytest.mark.parametrize("view", ["mine", "drafts", "published", "due", "over", "all", "none"])
def test_every_view_opens(city: City, sign_in: SignIn, view: str) -> None:
    scene.submitted(city)
    assert "公开发布" in page(sign_in(city.leader), f"/desk/publishing/?view={view}")


def test_what_is_hidden_stands_in_no_list_and_no_title(city: City, sign_in: SignIn) -> None:
    row = scene.drafted(city, title="王先生家门口被盗")
    listed = page(sign_in(city.analyst), "/desk/publishing/?view=all")
    assert "某人家门口被盗" in listed
    assert "王先生" not in listed + page(sign_in(city.analyst), f"/desk/publishing/{row.pk}/")

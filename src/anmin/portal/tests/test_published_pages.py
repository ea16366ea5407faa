"""What was published, as everybody reads it: the board, one text, earlier ones, feeds, and their headers."""

import hashlib
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from tests.personas import City

from anmin.matters.actions import add_note
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts, keep_contact
from anmin.publishing import actions, public
from anmin.publishing.models import Publication
from anmin.publishing.tests import scene

ATOM = "{http://www.w3.org/2005/Atom}"
MARKS = {
    "name": "牟铭远",
    "phone": "13900001234",
    "house": "瑞湖路88号",
    "note": "暗记备注",
    "plate": "浙C·M4K55",
    "mail": "mingyuan@example.com",
    "identity": "330381199003074512",
    "staff": "孙平",
}


@pytest.fixture
def reader() -> Client:
    return Client(headers={"Accept-Language": "zh-hans"})


def words(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_citizen_finds_the_neighbourhood_with_its_facts_and_its_deadline(
    city: City, reader: Client
) -> None:
    row = scene.approved(city)
    board = words(reader, "/board/")
    assert "在挂牌整治的地点：1处" in board
    assert f"/read/{row.number}" in board
    page = words(reader, f"/read/{row.number}")
    for told in (
        "锦湖文化社区 文化小区：小区盗窃多发，挂牌整治",
        "12起，此前同期9起",
        "比值1.33（0.52–3.58）",
        "n = 21",
        "差异可能出于偶然（p=0.66）。",
        "业主委员会、物业服务企业",
        "监控六处装好",
        scene.REPLY,
    ):
        assert told in page
    assert "<script" not in page
    english = reader.get(f"/read/{row.number}", headers={"Accept-Language": "en"})
    assert "Chance alone may explain the difference (p=0.66)." in english.content.decode()


def test_the_file_has_the_digest_that_the_page_shows(city: City, reader: Client) -> None:
    row = scene.approved(city)
    page = words(reader, f"/read/{row.number}")
    (digest,) = re.findall(r'class="digest">([0-9a-f]{64})<', page)
    file = reader.get(f"/read/{row.number}/1.json")
    assert file["Content-Type"] == "application/json"
    assert hashlib.sha256(file.content).hexdigest() == digest
    (code,) = re.findall(r"/receipt\?code=([0-9A-Z-]+)", page)
    assert "已写入日志" in words(reader, f"/receipt?code={code}")


def test_a_correction_says_what_changed_and_the_old_text_is_marked(
    city: City, reader: Client
) -> None:
    row = scene.approved(city)
    row = scene.rewritten(city, row, lead="改过的导语。", change="导语有误，已更正。")
    scene.approved(city, scene.submitted(city, row))
    page = words(reader, f"/read/{row.number}")
    assert "改过的导语。" in page
    assert "导语有误，已更正。" in page
    old = words(reader, f"/read/{row.number}/1")
    assert "这是较早的文本，此后已更正。" in old
    assert 'content="noindex"' in old
    assert "已更正" in words(reader, "/board/")


def test_a_withdrawal_is_public_with_its_reason_and_the_text_is_gone(
    city: City, reader: Client
) -> None:
    row = scene.approved(city)
    actions.withdraw(publication_id=row.pk, why="overturned", by=city.leader)
    page = words(reader, f"/read/{row.number}")
    assert "本内容已撤回" in page
    assert "所依据的决定已被撤销或者变更" in page
    assert "文化小区" not in page
    words(reader, f"/read/{row.number}/1", 404)
    words(reader, f"/read/{row.number}/1.json", 404)
    board = words(reader, "/board/")
    assert "文化小区" not in board
    assert "所依据的决定已被撤销或者变更" in board
    assert "文化小区" not in words(reader, "/feed.atom") + words(reader, "/read/")


def test_what_is_delisted_stands_on_the_board_as_plainly(city: City, reader: Client) -> None:
    matter = scene.listed(city)
    row = scene.approved(city, scene.submitted(city, scene.drafted(city, matter)))
    scene.delisted(city, matter)
    made = row.of.draft(matter.number).content
    text = actions.Written(scene.said(made, change="已摘牌。"))
    row = actions.revise(publication_id=row.pk, written=text, by=city.programme)
    scene.approved(city, scene.submitted(city, row))
    board = words(reader, "/board/")
    assert "在挂牌整治的地点：0处" in board
    assert "已整改并摘牌的地点：1处" in board
    assert "锦湖文化社区 文化小区：已摘牌（小区盗窃多发）" in board


def test_it_is_found_by_series_and_words_and_by_nothing_that_is_hidden(
    city: City, reader: Client
) -> None:
    row = scene.approved(
        city, scene.submitted(city, scene.drafted(city, body=("王先生13857712345",)))
    )
    for query, found in (
        ("q=盗窃+文化小区", True),
        ("q=盗窃&series=board", True),
        ("q=13857712345", False),
        ("q=王先生", False),
        ("q=没有的词", False),
        ("", True),
    ):
        assert (str(row.number) in words(reader, f"/read/?{query}")) is found, query
    words(reader, "/read/?series=none", 404)
    words(reader, "/read/?before=x", 400)
    words(reader, "/read/BG-2000-0001", 404)
    words(reader, "/feed/none.atom", 404)


def test_the_feed_names_what_stands_and_the_language_is_the_readers(
    city: City, reader: Client
) -> None:
    row = scene.approved(city)
    feed = ElementTree.fromstring(words(reader, "/feed/board.atom"))
    (entry,) = feed.findall(f"{ATOM}entry")
    assert (
        entry.findtext(f"{ATOM}title")
        == f"{row.number} 锦湖文化社区 文化小区：小区盗窃多发，挂牌整治"
    )
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.attrib["href"].endswith(f"/read/{row.number}")
    english = reader.get("/feed.atom", headers={"Accept-Language": "en"}).content.decode()
    assert "Exposure board" in english


@pytest.mark.parametrize(
    "path", ["/board/", "/read/", "/read/{}", "/feed.atom", "/goods/", "/read/{}/1.json"]
)
def test_a_cache_may_keep_it_and_asks_for_little(
    city: City, reader: Client, path: str, django_assert_max_num_queries: Any
) -> None:
    row = scene.approved(city)
    path = path.format(row.number)
    reader.get(path)
    with django_assert_max_num_queries(5):
        answer = reader.get(path)
    assert answer["Cache-Control"] == "public, max-age=60"
    assert {"Accept-Language", "Cookie"} >= set(answer["Vary"].split(", ")) or path.endswith("json")
    assert not answer.cookies
    with django_assert_max_num_queries(1):
        same = reader.get(path, headers={"If-None-Match": answer["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    since = reader.get(path, headers={"If-Modified-Since": answer["Last-Modified"]})
    assert since.status_code == 304
    assert reader.head(path)["ETag"] == answer["ETag"]
    english = reader.get(path, headers={"Accept-Language": "en"})
    assert english["ETag"] != answer["ETag"]
    actions.withdraw(publication_id=row.pk, why="mistake", by=city.leader)
    later = reader.get(path, headers={"If-None-Match": answer["ETag"]})
    assert later.status_code in (200, 404)


def test_a_list_takes_no_more_queries_for_more_lines(
    city: City, reader: Client, django_assert_max_num_queries: Any
) -> None:
    for _several in range(3):
        scene.approved(city)
    for path in ("/board/", "/read/", "/goods/", "/feed.atom"):
        with django_assert_max_num_queries(5):
            assert reader.get(path).status_code == 200


def test_what_a_page_does_not_look_at_stands_nowhere_in_it_and_draws_it_no_second_time(
    city: City,
    reader: Client,
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(public, "PAGE", 1)
    for _several in range(2):
        scene.approved(city)
    first = reader.get("/read/?series=board&planted=1")
    assert b"planted" not in first.content
    with django_assert_num_queries(1):
        again = reader.get("/read/?series=board&planted=2")
    assert again.content == first.content
    assert b"series=board&amp;before=" in first.content
    assert reader.get("/read/").content != first.content


def test_another_language_is_a_link_that_the_browser_remembers(city: City, reader: Client) -> None:
    scene.approved(city)
    assert 'href="/board/?language=en"' in words(reader, "/board/")
    answer = reader.get("/read/?q=x&language=en")
    assert (answer.status_code, answer["Location"]) == (302, "/read/?q=x")
    assert answer["Cache-Control"] == "no-store"
    assert "What was published" in words(reader, "/read/")


def test_what_is_planted_in_the_matter_reaches_no_public_address(
    city: City, reader: Client
) -> None:
    reply = f"联系人{MARKS['name']}，电话{MARKS['phone']}，住{MARKS['house']}，车{MARKS['plate']}。"
    matter = scene.listed(city, reply=reply)
    contact = ContactFacts(MARKS["name"], f"+86{MARKS['phone']}", MARKS["house"])
    keep_contact(matter.pk, contact, number=matter.number)
    add_note(matter_id=matter.pk, actor=Actor.of(city.programme), text=MARKS["note"])
    city.incident(contact=contact, summary=MARKS["note"], place=MARKS["house"])
    row = scene.drafted(
        city,
        matter,
        lead=f"{MARKS['name']}（{MARKS['identity']}，{MARKS['mail']}）反映，{MARKS['staff']}经办。",
    )
    body = (f"责任单位陈述意见：{reply}",)
    row = scene.submitted(city, scene.rewritten(city, row, body=body))
    row = scene.approved(city, row)
    paths = [
        "/",
        "/board/",
        "/read/",
        f"/read/{row.number}",
        f"/read/{row.number}/{row.newest}.json",
    ]
    paths += ["/feed.atom", "/feed/board.atom", "/services", "/records", "/draws", "/privacy"]
    paths += [f"/read/?q={mark}" for mark in MARKS.values()]
    for path in paths:
        for language in ("zh-hans", "en"):
            answer = reader.get(path, headers={"Accept-Language": language})
            text = answer.content.decode()
            asked = path.partition("q=")[2]
            found = [one for one in MARKS.values() if one in text and one != asked]
            assert (path, found) == (path, [])
    assert Publication.objects.get(pk=row.pk).standing == "live"

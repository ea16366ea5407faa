"""The public pages of signed roots and receipts: what everybody can see, and what nobody can."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from tests.hostile import values

from anmin.evidence import receipts, roots
from anmin.evidence.against import compare, read
from anmin.evidence.models import Record
from anmin.evidence.tests.test_receipts import area
from anmin.evidence.tests.test_roots import write
from anmin.kernel.merkle import consistent, root_of_inclusion
from anmin.places.models import Area

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _areas_give_receipts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Area, "EVIDENCE_RECEIPT", True, raising=False)
    with translation.override(None):
        yield


def text(answer: Any) -> str:
    content: str = answer.content.decode()
    return content


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def test_before_the_first_root_the_page_says_so(client: Client) -> None:
    answer = english(client).get("/records")
    assert answer.status_code == 200
    assert "the first one is signed tonight" in text(answer)


def test_the_page_holds_a_root_that_can_be_checked_as_it_was_saved(client: Client) -> None:
    write(300)
    first = roots.make()
    write(2, start=300)
    newest = roots.make()
    page = text(english(client).get("/records"))
    assert [verdict.found.value for verdict in compare(read(page))] == ["holds"]
    assert roots.short(newest) in page
    assert roots.verifier_key() in page
    assert "text/javascript" not in page
    note = client.get(f"/records/{first.size}.txt")
    assert (note["Content-Type"], text(note)) == ("text/plain; charset=utf-8", first.note)
    assert "immutable" in note["Cache-Control"]
    assert text(client.get("/records/key.txt")).strip() == roots.verifier_key()
    proof = text(client.get(f"/records/{first.size}/continued.txt"))
    old, new, *path = proof.split("\n\n")[0].splitlines()
    assert (old, new) == (f"old {first.size}", f"new {newest.size}")
    assert consistent(
        first.size,
        bytes(first.root),
        newest.size,
        bytes(newest.root),
        [bytes.fromhex(one) for one in path],
    )
    assert text(client.get(f"/records/{newest.size}/continued.txt")) == newest.note


def test_a_new_root_shows_at_once_and_others_read_no_table_again(
    client: Client, django_assert_num_queries: Any
) -> None:
    write(1)
    old = roots.make()
    assert old.note.splitlines()[2] in text(client.get("/records"))
    with django_assert_num_queries(1):
        client.get("/records")
    new = roots.make()
    assert new.note.splitlines()[2] in text(client.get("/records"))
    assert "最新签名根" in text(client.get("/records", headers={"accept-language": "zh-hans"}))
    assert "The newest root" in text(english(client).get("/records"))


def test_earlier_roots_are_leafed_through(client: Client) -> None:
    write(1)
    made = [roots.make().size for _ in range(roots.PAGE + 3)]
    page = text(english(client).get("/records"))
    (door,) = re.findall(r'href="(/records\?before=\d+)"', page)
    earlier = text(client.get(door))
    for size in made:
        shown = [f"/records/{size}.txt" in one for one in (page, earlier)]
        assert shown == [size > made[2] or size == made[-1], size <= made[2] or size == made[-1]]
    for odd in ("x", "-1", "9" * 40, "１", ""):
        assert client.get("/records", {"before": odd}).status_code == 200


@pytest.mark.parametrize(
    "address", ["/records/99.txt", f"/records/{9**30}.txt", "/records/99/continued.txt"]
)
def test_there_is_no_such_root(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_receipt_tells_that_it_is_there_and_how_to_see_it(client: Client) -> None:
    row = area("330381000000")
    code = receipts.code_of(row)
    english(client)
    page = client.get("/receipt", {"code": code.lower()})
    assert page.status_code == 200
    assert "will be in the root that is signed tonight" in text(page)
    assert client.get(f"/receipt/{code}.txt").status_code == 404
    root = roots.make()
    page = client.get("/receipt", {"code": code})
    assert "This is in the signed log" in text(page)
    assert page["Cache-Control"].startswith("max-age=0")
    proof = text(client.get(f"/receipt/{code}.txt"))
    index, leaf, *path = proof.split("\n\n")[0].splitlines()
    reached = root_of_inclusion(
        bytes.fromhex(leaf.split()[1]),
        int(index.split()[1]),
        root.size,
        [bytes.fromhex(one) for one in path],
    )
    assert reached == bytes(root.root)
    for told in (text(page), proof):
        assert "330381000000" not in told
        assert "镇" not in told
        assert "places" not in told


def test_a_changed_record_is_told(client: Client) -> None:
    code = receipts.code_of(area("1"))
    roots.make()
    Record.objects.filter(seq=1).update(body=b"\1")
    answer = english(client).get("/receipt", {"code": code})
    assert "The log no longer proves this" in text(answer)


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("", 422, "required"),
        ("abc", 422, "twelve characters"),
        ("AAAA-AAAA-AAAA", 422, "typing error"),
        ("2222-2222-222X", 404, "not known"),
        ("\0", 400, ""),
        ("9" * 5000, 422, ""),
    ],
)
def test_other_codes_are_refused_in_words(
    client: Client, code: str, status: int, words: str
) -> None:
    if code.startswith("2222"):
        code = receipts._code(bytes(32))
    answer = english(client).get("/receipt", {"code": code})
    assert answer.status_code == status
    assert words in text(answer)
    assert "<h1>" in text(answer)
    if code and "\0" not in code and len(code) < 60:
        assert client.get(f"/receipt/{code}.txt").status_code == 404


@pytest.mark.parametrize("address", ["/receipt?code={}", "/receipt/{}.txt"])
def test_guessing_is_slowed_and_a_right_code_still_opens(client: Client, address: str) -> None:
    code = receipts.code_of(area("1"))
    unknown = address.format(receipts._code(bytes(32)))
    answers = [client.get(unknown).status_code for _ in range(40)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert client.get("/receipt", {"code": code}).status_code == 200


def test_nothing_can_be_written_here(client: Client) -> None:
    for address in ("/records", "/receipt", "/records/key.txt"):
        assert client.post(address).status_code == 405


def test_no_hostile_text_breaks_a_page(client: Client) -> None:
    area("1")
    roots.make()
    for value in values.ALL:
        text = quote(value, safe="", errors="surrogatepass")
        for address in (
            f"/records?before={text}",
            f"/receipt?code={text}",
            f"/receipt/{text}.txt",
            f"/records/{text}.txt",
            f"/records/{text}/continued.txt",
        ):
            cache.clear()
            assert client.get(address).status_code < 500, address

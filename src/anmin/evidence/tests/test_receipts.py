"""Receipts: a code that tells that something is in the signed tree, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from anmin.evidence import receipts, roots
from anmin.evidence.log import atomic
from anmin.evidence.models import Receipt, Record
from anmin.evidence.receipts import BadCode
from anmin.kernel.errors import NotFound
from anmin.kernel.merkle import root_of_inclusion
from anmin.kernel.reference import ALPHABET
from anmin.places.models import Area

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _areas_give_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Area, "EVIDENCE_RECEIPT", True, raising=False)


def area(code: str) -> Area:
    with atomic():
        row: Area = Area.objects.create(code=code, name="镇", level="town")
        receipts.promise_receipt(row)
    return row


def test_a_code_is_short_and_always_the_same() -> None:
    row = area("1")
    code = receipts.code_of(row)
    groups = code.split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(ALPHABET)
    assert receipts.code_of(row) == code
    row.name = "县"
    row.save()
    assert receipts.code_of(row) == code
    assert receipts.code_of(area("2")) != code


def test_before_the_next_root_it_is_in_the_log_and_afterwards_in_the_root() -> None:
    row = area("1")
    code = receipts.code_of(row)
    found = receipts.find(code)
    assert (found.root, found.path, found.holds, found.text) == (None, (), True, "")
    for number in range(2, 300):
        area(str(number))
    root = roots.make()
    found = receipts.find(f" {code.lower().replace('-', ' ')} ")
    assert (found.code, found.root, found.holds) == (code, root, True)
    assert root_of_inclusion(found.leaf, found.seq - 1, root.size, found.path) == bytes(root.root)
    index, leaf, *path = found.text.split("\n\n")[0].splitlines()
    assert (index, leaf) == (f"index {found.seq - 1}", f"leaf {found.leaf.hex()}")
    assert path == [one.hex() for one in found.path]
    assert found.text.endswith(root.note)
    last = Record.objects.get(seq=root.size)
    assert receipts.standing(last).root == root
    late = area("301")
    assert receipts.find(receipts.code_of(late)).root is None


def test_the_code_is_bound_to_the_record() -> None:
    code = receipts.code_of(area("1"))
    area("2")
    roots.make()
    assert receipts.find(code).holds
    Record.objects.filter(seq=1).update(body=b"\x01")
    assert not receipts.find(code).holds
    Record.objects.filter(seq=1).update(body=b"nonsense")
    assert not receipts.find(code).holds


def test_a_changed_neighbour_shows_too() -> None:
    code = receipts.code_of(area("1"))
    area("2")
    roots.make()
    Record.objects.filter(seq=2).update(leaf=bytes(32))
    assert not receipts.find(code).holds


@pytest.mark.parametrize(
    "text", ["", "1234", "AAAA-AAAA-AAA0", "ÄAAA-AAAA-AAAA", "A" * 13, "\0" * 12]
)
def test_other_texts_are_no_codes(text: str) -> None:
    with pytest.raises(BadCode, match="twelve characters"):
        receipts.find(text)


def test_any_single_slip_is_a_typing_error() -> None:
    code = receipts.code_of(area("1")).replace("-", "")
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(BadCode, match="typing error"):
                receipts.find(code[:place] + wrong + code[place + 1 :])


def test_an_unknown_code_says_so_and_other_records_have_none(monkeypatch: Any) -> None:
    row = area("1")
    code = receipts.code_of(row)
    unknown = receipts._code(bytes(32))
    with pytest.raises(NotFound):
        receipts.find(unknown)
    monkeypatch.setattr(Area, "EVIDENCE_RECEIPT", False)
    with pytest.raises(NotFound):
        receipts.find(code)


def test_what_is_promised_in_an_inner_block_is_kept_with_the_outermost() -> None:
    with atomic(), atomic():
        first, second = area("1"), area("2")
    assert Record.objects.count() == 1
    code = receipts.code_of(first)
    assert code
    assert receipts.code_of(second) == code  # one record took both in
    assert receipts.find(code).seq == 1


def test_a_transaction_that_is_rolled_back_promised_nothing() -> None:
    def fail() -> None:
        with atomic():
            area("2")
            raise KeyError

    with atomic():
        Area.objects.create(code="1", name="镇", level="town")
        with pytest.raises(KeyError):
            fail()
    assert Record.objects.count() == 1
    assert not Receipt.objects.exists()
    assert receipts.code_of(Area.objects.get()) == ""

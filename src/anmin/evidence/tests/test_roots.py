"""Signed roots: made, kept, and what a rolled-back or rewritten log looks like beside them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from anmin.evidence import roots
from anmin.evidence.against import Found, compare, compare_kept, read
from anmin.evidence.check import check
from anmin.evidence.log import HEAD, Broken, atomic, leaf_data, seal_of_head, seal_of_record
from anmin.evidence.models import Head, Node, Record, Root
from anmin.evidence.tasks import sign_root
from anmin.kernel import checkpoint
from anmin.kernel.checkpoint import PURPOSE
from anmin.kernel.crypto import Keyring
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.merkle import Frontier, leaf_hash
from anmin.places.models import Area

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def write(count: int, start: int = 0) -> None:
    """So many records."""
    for number in range(start, start + count):
        Area.objects.create(code=f"{number:012d}", name="镇", level="town")


def rolled_back_to(size: int) -> None:
    """The log as a copy of it from then would have it: whole in itself."""
    last = Record.objects.filter(seq=size + 1).values_list("at", flat=True).get()
    assert last is not None
    frontier = Frontier()
    for leaf in Record.objects.filter(seq__lte=size).order_by("seq").values_list("leaf", flat=True):
        frontier.add(bytes(leaf))
    Record.objects.filter(seq__gt=size).delete()
    Node.objects.filter(tier=1, number__gte=size // 256).delete()
    put_head(frontier)


def put_head(frontier: Frontier) -> None:
    packed = frontier.to_bytes()
    Head.objects.filter(pk=HEAD).update(
        size=frontier.size, frontier=packed, seal=seal_of_head(frontier.size, packed)
    )


def rewritten(seq: int) -> None:
    """One record has other content, and somebody with the keys made the whole log fit it again."""
    record = Record.objects.get(seq=seq)
    told = leaf_data(seq, record.at - timedelta(days=1), bytes(record.body))
    Record.objects.filter(seq=seq).update(
        at=record.at - timedelta(days=1), leaf=leaf_hash(told), seal=seal_of_record(seq, told)
    )
    frontier = Frontier()
    Node.objects.all().delete()
    for leaf in Record.objects.order_by("seq").values_list("leaf", flat=True):
        for one in frontier.add(bytes(leaf)):
            Node.objects.create(tier=one.tier, number=one.number, hash=one.hash)
    put_head(frontier)


def only(text: str) -> Any:
    (verdict,) = compare(read(text))
    return verdict


def test_a_root_is_signed_kept_and_itself_recorded() -> None:
    write(3)
    root = roots.make()
    assert root.size == 3
    assert Head.objects.get().size == 4
    signed = roots.signed(root)
    signed.require_signed_by(roots.public_key())
    assert (signed.size, signed.root, signed.at) == (3, bytes(root.root), root.at)
    frontier = Frontier()
    for leaf in Record.objects.filter(seq__lte=3).order_by("seq").values_list("leaf", flat=True):
        frontier.add(bytes(leaf))
    assert signed.root == frontier.root()
    assert roots.latest() == root
    assert len(check().findings) == 0
    assert only(root.note).found is Found.HOLDS
    assert only(roots.short(root)).found is Found.HOLDS
    assert compare_kept() == []


def test_an_empty_log_is_not_signed_and_the_night_says_nothing_of_it() -> None:
    with pytest.raises(NotFound):
        roots.make()
    assert sign_root() == 0
    assert not Root.objects.exists()
    write(1)
    assert sign_root() == 0
    assert Root.objects.get().size == 1


def test_a_head_that_does_not_hold_is_not_signed() -> None:
    write(2)
    Head.objects.update(size=1)
    with pytest.raises(Broken):
        roots.make()
    assert not Root.objects.exists()


def test_a_root_is_written_once() -> None:
    write(1)
    root = roots.make()
    with pytest.raises(TypeError):
        root.save()
    with pytest.raises(TypeError):
        root.delete()
    Root.objects.filter(pk=root.pk)._raw_delete("default")
    (finding,) = check().findings
    assert (finding.what.value, finding.name) == ("missing", "1")


def test_a_database_that_was_rolled_back_is_found_by_a_root_kept_elsewhere() -> None:
    write(3)
    kept = roots.make()
    write(300, start=3)
    outside = roots.make()
    assert only(outside.note).sound
    last = Record.objects.get(seq=250).at
    Area.objects.filter(code__gte=f"{249:012d}")._raw_delete("default")
    Root.objects.filter(pk=outside.pk)._raw_delete("default")
    rolled_back_to(250)
    assert len(check().findings) == 0  # whole in itself: nothing here tells
    assert compare_kept() == []
    for text in (outside.note, roots.short(outside), f"> {outside.note}"):
        verdict = only(text)
        assert (verdict.found, verdict.size, verdict.records) == (
            Found.ROLLED_BACK,
            outside.size,
            250,
        )
        assert verdict.since == last
        assert "54 records that were signed are gone" in verdict.sentence
    assert only(kept.note).sound


def test_an_older_copy_that_went_on_being_written_is_another_log() -> None:
    write(3)
    kept = roots.make()
    write(20, start=3)
    outside = roots.make()
    Area.objects.filter(code__gte=f"{9:012d}")._raw_delete("default")
    Root.objects.filter(pk=outside.pk)._raw_delete("default")
    rolled_back_to(10)
    write(30, start=100)
    later = roots.make()
    assert len(check().findings) == 0
    for text in (outside.note, roots.short(outside)):
        verdict = only(text)
        assert (verdict.found, verdict.since) == (Found.REWRITTEN, kept.at)
    assert only(kept.note).sound
    assert only(later.note).sound


def test_a_log_that_was_rewritten_before_a_root_is_found_and_dated() -> None:
    write(300)
    first = roots.make()
    write(5, start=300)
    second = roots.make()
    rewritten(303)
    assert {one.what.value for one in check().findings} == set()
    assert only(first.note).sound
    verdict = only(second.note)
    assert (verdict.found, verdict.since) == (Found.REWRITTEN, first.at)
    assert only(roots.short(second)).found is Found.REWRITTEN
    (kept,) = compare_kept()
    assert (kept.found, kept.size, kept.since) == (Found.REWRITTEN, second.size, first.at)
    rewritten(2)
    assert [one.size for one in compare_kept()] == [first.size, second.size]
    assert only(first.note).since is None


def test_a_kept_root_that_was_altered_is_found() -> None:
    write(3)
    root = roots.make()
    for changes in (
        {"note": root.note.replace("\n3\n", "\n2\n")},
        {"note": "nothing"},
        {"note": root.note, "root": bytes(32)},
        {"root": bytes(root.root), "size": 2},
        {"size": 3, "at": "2026-01-02 03:04:05+00:00"},
    ):
        raw(root.pk, **changes)
        (verdict,) = compare_kept()
        assert verdict.found is Found.KEPT_ALTERED
        assert check().findings.counts


def test_an_altered_kept_root_dates_nothing() -> None:
    """What is said of the time of a rewriting rests on signed roots alone."""
    write(3)
    first = roots.make()
    write(3, start=3)
    second = roots.make()
    rewritten(5)
    assert only(second.note).since == first.at
    later = first.at + timedelta(days=30)
    key = Keyring.generate().signing_key(purpose=PURPOSE)
    forged = checkpoint.sign(key, size=first.size, root=bytes(first.root), at=later)
    for changes in ({"at": later.isoformat(" ")}, {"note": forged.text}):
        raw(first.pk, **changes)
        assert only(second.note).since is None


def test_a_log_that_ends_where_it_was_signed_holds() -> None:
    """As a backup comes back: with the root of the very moment, and nothing after it."""
    write(3)
    signed = roots.sign_now()
    assert signed is not None
    assert only(signed.text).found is Found.HOLDS
    write(1, start=3)
    Area.objects.filter(code=f"{3:012d}")._raw_delete("default")
    rolled_back_to(3)
    assert only(signed.text).found is Found.HOLDS


def raw(pk: int, **changes: Any) -> None:
    """Changes a root past the program."""
    from django.db import connection

    for name, value in changes.items():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE evidence_root SET {name} = %s WHERE id = %s", [value, pk])


def test_a_root_of_somebody_else_is_not_ours() -> None:
    write(3)
    root = roots.make()
    other = Keyring.generate()
    foreign = checkpoint.sign(
        other.signing_key(purpose=PURPOSE), size=3, root=bytes(root.root), at=datetime.now(UTC)
    )
    verdict = only(foreign.text)
    assert verdict.found is Found.NOT_OURS
    assert "another installation" in verdict.sentence
    altered = only(root.note.replace("\n3\n", "\n2\n"))
    assert altered.found is Found.NOT_OURS
    assert "altered or mistyped" in altered.sentence
    short = checkpoint.short_form(
        lambda told: other.mac(told, purpose=PURPOSE), size=3, root=bytes(root.root)
    )
    assert only(short).found is Found.NOT_OURS


def test_what_is_no_root_is_refused_in_the_users_language() -> None:
    write(3)
    short = roots.short(roots.make())
    with pytest.raises(Refusal, match="no signed root"):
        read("hello")
    group = short.split()[2]
    with pytest.raises(Refusal, match="in group 2"):
        read(short.replace(group, group[:-1] + ("A" if group[-1] == "B" else "B")))
    with translation.override("zh-hans"):
        with pytest.raises(Refusal, match="没有"):
            read("hello")
        assert "相符" in only(roots.signed(roots.latest() or Root()).text).sentence


def test_earlier_roots_come_in_pages() -> None:
    write(1)
    made = [roots.make().size for _ in range(roots.PAGE + 2)]
    first, more = roots.page()
    assert ([one.size for one in first], more) == (made[:1:-1], True)
    rest, more = roots.page(before=first[-1].size)
    assert ([one.size for one in rest], more) == (made[1::-1], False)


def test_a_root_signed_inside_a_longer_transaction_signs_what_was_before_it() -> None:
    write(2)
    with atomic():
        write(1, start=2)
        root = roots.make()
    assert root.size == 2
    assert only(root.note).sound

"""The log itself: what a transaction leaves, what a rolled-back one does not."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anmin.evidence import check as checking
from anmin.evidence import shapes
from anmin.evidence.body import MAC, Malformed, Note, decode, encode
from anmin.evidence.check import check
from anmin.evidence.findings import What
from anmin.evidence.log import Broken, Log, atomic
from anmin.evidence.models import Head, Node, Record
from anmin.kernel.merkle import Frontier, Tree
from anmin.places.models import Area, Unit

notes = st.dictionaries(
    st.integers(-(2**63), 2**63 - 1),
    st.builds(Note, st.binary(min_size=MAC, max_size=MAC), st.text(st.characters(codec="utf-8"))),
    min_size=1,
)
tables = st.dictionaries(st.from_regex(r"[a-z]{1,20}\.[a-z]{1,20}", fullmatch=True), notes)


@given(tables)
def test_a_body_is_read_back_as_it_was_written(given: dict[str, dict[int, Note]]) -> None:
    found = {
        section.label: {
            int(pk): (mac.tobytes(), name)
            for pk, mac, name in zip(section.pks, section.macs, section.named(), strict=True)
        }
        for section in decode(encode(given))
    }
    assert found.keys() == given.keys()
    for label, rows in given.items():
        for pk, note in rows.items():
            mac, name = found[label][pk]
            assert mac == note.mac
            assert note.name.startswith(name)
            assert name == note.name or len(name.encode()) > 56


def test_a_body_that_was_cut_is_refused_wherever() -> None:
    notes = {1: Note(mac=bytes(MAC), name="JQ1"), 2: Note(mac=bytes(MAC), name="JQ2")}
    body = encode({"a.b": notes, "c.d": notes})
    whole = [1, len(encode({"a.b": notes})), len(body)]  # after the version, and after a section
    for end in range(1, len(body) + 1):
        if end in whole:
            assert len(list(decode(body[:end]))) == whole.index(end)
            continue
        with pytest.raises(Malformed):
            list(decode(body[:end]))


@given(st.binary(max_size=300))
def test_any_other_bytes_are_refused_or_read_and_nothing_else(body: bytes) -> None:
    try:
        for section in decode(body):
            assert len(section.pks) == len(section.macs)
    except Malformed:
        pass


def test_what_records_tell_is_put_away_while_they_are_read(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rows there are, few are held at a time."""
    held, flush = [], checking._Told.flush

    def counted(told: Any) -> None:
        held.append(sum(len(part[3].pks) for part in told._parts))
        flush(told)

    for n in range(7):
        _area(f"3{n}")
    monkeypatch.setattr(checking, "TOGETHER", 3)
    monkeypatch.setattr(checking._Told, "flush", counted)
    assert not check().findings
    assert held[:2] == [3, 3]
    assert max(held) == 3


def _area(code: str, **fields: Any) -> Area:
    return Area.objects.create(code=code, name=f"地{code}", level="town", **fields)


@atomic
def _fail_after(code: str) -> None:
    _area(code)
    raise ZeroDivisionError


def _sizes() -> tuple[int, int]:
    return Record.objects.count(), Head.objects.get().size


@pytest.mark.django_db
def test_one_transaction_leaves_one_record() -> None:
    with atomic() as log:
        first = _area("A")
        _area("B")
        first.name = "改"
        first.save()
        assert log.seq is None
    assert log.seq == 1
    assert _sizes() == (1, 1)
    [section] = decode(bytes(Record.objects.get().body))
    assert section.label == "places.area"
    assert section.named() == ["A", "B"]
    assert bytes(Record.objects.get().leaf) == log.leaf


@pytest.mark.django_db
def test_what_wrote_nothing_or_was_rolled_back_leaves_nothing() -> None:
    with atomic() as log:
        Area.objects.count()
    assert log.seq is None
    with pytest.raises(ZeroDivisionError):
        _fail_after("A")
    assert not Record.objects.exists()
    with atomic():
        _area("A")
        with pytest.raises(ZeroDivisionError):
            _fail_after("B")
    [section] = decode(bytes(Record.objects.get().body))
    assert section.named() == ["A"]
    assert not len(check().findings)


@pytest.mark.django_db
def test_every_way_of_writing_is_noted() -> None:
    county = _area("A")
    towns = Area.objects.bulk_create(
        [
            Area(code=f"A{n}", name="镇", level="town", parent=county, path=f"/A/A{n}/")
            for n in "123"
        ]
    )
    Area.objects.filter(pk=towns[0].pk).update(households=3)
    Area.objects.filter(code__in=["A1", "A2"]).update(latitude=27.75, longitude=120.5)
    towns[2].households = 4
    towns[2].name = "not saved"
    towns[2].save(update_fields=["households"])
    for town in towns:
        town.name_en = f"town {town.code}"
    Area.objects.bulk_update(towns, ["name_en"])
    Area.objects.update_or_create(code="A3", defaults={"name": "新"})
    Unit.objects.create(code="U", name="所", kind="station", area=county)
    county.code = "Z"
    county.save()
    Area.objects.filter(code="A1").delete()
    towns[1].delete()
    outcome = check()
    assert outcome.findings.listed == []
    assert outcome.rows == 3
    assert outcome.records == Record.objects.count() > 9


@pytest.mark.django_db
def test_the_tree_over_many_records_is_whole_and_can_be_read_in_tiles() -> None:
    for number in range(300):
        with atomic():
            _area(f"A{number}")
    outcome = check()
    assert not len(outcome.findings)
    leaves = [bytes(leaf) for leaf in Record.objects.order_by("seq").values_list("leaf", flat=True)]
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    assert outcome.root == frontier.root()

    def read(tier: int, first: int, count: int) -> list[bytes]:
        if not tier:
            return leaves[first : first + count]
        rows = Node.objects.filter(tier=tier, number__gte=first).order_by("number")
        return [bytes(row.hash) for row in rows[:count]]

    assert Tree(300, read).root() == frontier.root()
    assert Node.objects.count() == 1


def _sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_a_changed_a_missing_and_an_invented_row_are_found_named_and_dated() -> None:
    kept, changed, gone = (_area(code) for code in "ABC")
    times = dict(Record.objects.values_list("seq", "at"))
    _sql("UPDATE places_area SET households = 9 WHERE id = %s", changed.pk)
    _sql("DELETE FROM places_area WHERE id = %s", gone.pk)
    _sql(
        "INSERT INTO places_area (id, code, name, name_en, path, level)"
        " SELECT id + 100, 'X', name, name_en, '/X/', level FROM places_area WHERE id = %s",
        kept.pk,
    )
    found = check().findings
    assert [(one.what, one.table, one.name, one.at) for one in found] == [
        (What.CHANGED, "places.area", "B", times[2]),
        (What.MISSING, "places.area", "C", times[3]),
        (What.INVENTED, "places.area", "X", times[3]),
    ]
    assert (found.rows, found.broken) == (3, 0)
    with translation.override("en"):
        assert found.listed[0].sentence.startswith(f"area B (#{changed.pk}): changed after 20")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "what", "name"),
    [
        ("DELETE FROM evidence_record WHERE seq = 2", What.RECORD_MISSING, "2"),
        ("DELETE FROM evidence_record WHERE seq > 2", What.RECORD_MISSING, "3–4"),
        ("UPDATE evidence_record SET body = seal WHERE seq = 2", What.RECORD_ALTERED, "2"),
        ("UPDATE evidence_record SET leaf = seal WHERE seq = 4", What.RECORD_ALTERED, "4"),
        ("UPDATE evidence_head SET size = 3", What.HEAD_ALTERED, "3 – seal"),
        ("DELETE FROM evidence_head", What.HEAD_ALTERED, "gone"),
        (
            "INSERT INTO evidence_node (tier, number, hash) SELECT 1, 0, seal FROM evidence_head",
            What.TREE_ALTERED,
            "1/0",
        ),
    ],
)
def test_damage_to_the_log_is_found(statement: str, what: What, name: str) -> None:
    for code in "ABCD":
        _area(code)
    _sql(statement)
    found = check().findings
    assert (what, name) in [(one.what, one.name) for one in found]
    assert found.broken >= 1


@pytest.mark.django_db
def test_an_older_head_does_not_hide_a_cut_tail_and_nothing_more_is_written() -> None:
    _area("A")
    old = Head.objects.get()
    _area("B")
    Head.objects.filter(pk=1).update(size=old.size, frontier=old.frontier, seal=old.seal)
    found = check().findings
    assert [one.what for one in found] == [What.HEAD_ALTERED]
    with pytest.raises(Broken), atomic():
        _area("C")
    assert not Area.objects.filter(code="C").exists()
    _sql("DELETE FROM evidence_record WHERE seq = 2")
    [one] = check().findings
    assert (one.what, one.name) == (What.INVENTED, "B")


@pytest.mark.django_db
def test_rows_without_any_log_are_said_to_be_unproven() -> None:
    assert not len(check().findings)
    _area("A")
    _sql("DELETE FROM evidence_record")
    _sql("DELETE FROM evidence_head")
    assert [one.what for one in check().findings] == [What.NO_LOG]


def test_a_log_tells_nothing_before_it_is_written() -> None:
    assert Log().seq is None


def test_a_moment_has_one_form_however_it_is_given() -> None:
    told = "2026-11-29T09:02:03.450000+00:00"
    moment = datetime(2026, 11, 29, 9, 2, 3, 450_000, tzinfo=UTC)
    there = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    given = [moment, there, moment.replace(tzinfo=None), told, there.isoformat()]
    given += ["2026-11-29 09:02:03.45", "2026-11-29 09:02:03.450000"]
    assert {shapes._moment(one) for one in given} == {told}
    assert shapes._moment("2026-11-29 09:02:03") == "2026-11-29T09:02:03.000000+00:00"
    assert shapes._moment(None) is None

"""A programme from one file: the same from TOML and a workbook, every fault told with its place."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.personas import City

from anmin.campaign import actions
from anmin.campaign.changes import changes
from anmin.campaign.description import Aim, Proof
from anmin.campaign.models import Programme, State, Version
from anmin.campaign.queries import programmes, versions, waiting_count
from anmin.campaign.sheets import Faulty
from anmin.campaign.tests.scene import SMALL, as_workbook, changed, decided, in_force
from anmin.kernel.errors import Conflict, NotAllowed

pytestmark = pytest.mark.django_db


def test_a_file_gives_the_programme_that_it_describes(city: City) -> None:
    found = actions.check("p.toml", SMALL.encode())
    assert (found.code, found.planned, len(found.items)) == ("p1", 5, 4)
    first, second, third, fourth = found.items
    assert dict(first.where) == {"category": ("theft", "robbery"), "unit": ("RA-JH",)}
    assert (first.proof, first.target, first.aim) == (Proof.EVIDENCE, 40, Aim.AT_LEAST)
    assert first.partners == ("RA-YH",)
    assert (second.target, second.proof) == (0.9, Proof.INDICATOR)
    assert (first.start, first.end) == (found.start, found.end)
    assert str(third.end) == "2026-12-31"
    assert fourth.proof is Proof.OPEN


def test_a_workbook_gives_the_same(city: City) -> None:
    said = actions.check("p.toml", SMALL.encode())
    assert actions.check("p.xlsx", as_workbook(chinese=True)) == said
    assert actions.check("p.xlsx", as_workbook(chinese=False)) == said


FAULTS = [
    (("[programme]", "[programmes]"), "programmes"),
    (('code = "B2"', 'code = "B1"'), "line 30: B1 stands in the file already: line 18"),
    (('activity = "order"\ntitle = "警情"', 'activity = "x"\ntitle = "警情"'), "no activity x"),
    (('lead = "RA-JH"\npartners', 'lead = "RA-XX"\npartners'), "line 22: There is no unit RA-XX"),
    (("RA-YH", "RA-JH"), "no partner of itself"),
    (('"matter_incident"', '"matter_ghost"'), "line 25: There is no countable evidence"),
    (('"answered_in_time"', '"answered"'), "no indicator answered"),
    (("category=theft", "categry=theft"), "line 26: matter_incident has no dimension categry"),
    (("theft,robbery", "theft,robery"), "line 26: There is no “robery” among"),
    (("unit=RA-JH", "unit=RA-QQ"), "There is no “RA-QQ” among"),
    (("; unit=RA-JH", "; unit"), "“unit” is not like"),
    (("target = 40", "target = 40.5"), "line 27: The target of a count is a whole number"),
    (("target = 40\n", ""), "line 17: “target” is missing"),
    (('target = "90%"', "target = 90"), "between 0 and 1"),
    (('target = "90%"', 'target = "viel"'), "is no number from 0"),
    (('target = "90%"', 'target = 0.9\naim = "at_most"'), "the other direction is the better one"),
    (('proof = "milestone"', 'proof = "milestone"\ntarget = 3'), "has no “target”"),
    (('proof = "milestone"', 'proof = "typed in"'), "is not one of: indicator"),
    (("end = 2026-12-31", "end = 2026-10-31"), "ends before it begins"),
    (("end = 2026-12-31", "end = 2027-12-31"), "not lie within the time of the programme"),
    (("end = 2026-12-31", 'end = "31.12.2026"'), "write it like 2026-11-01"),
    (('title = "警情"', "title = true"), "“title” must be text"),
    (('title = "警情"\n', ""), "“title” is missing"),
    (('title = "警情"', 'titel = "警情"'), "line 20: “titel” is not known here"),
    (("planned = 5", "planned = -5"), "whole number from 0"),
    (("planned = 5", "planned = "), "This is not TOML"),
    (('code = "p1"', 'code = "p 1"'), "is no code"),
    (('title = "警情"', f'title = "{"长" * 121}"'), "more than 120 characters"),
]


def test_a_fault_is_told_with_its_line_and_true_cause(city: City) -> None:
    for part, told in FAULTS:
        with pytest.raises(Faulty) as refused:
            actions.load(name="p.toml", content=changed(part), by=city.programme)
        assert told in str(refused.value)
    assert not Programme.objects.exists()


def test_every_fault_is_told_at_once_and_progress_is_no_column(city: City) -> None:
    with pytest.raises(Faulty) as refused:
        actions.check(
            "p.toml",
            changed(
                ("target = 40", "target = 40\nprogress = 0.95"),
                ('title = "待定"', 'title = "待定"\nstatus = "done"'),
            ),
        )
    assert [one.reason.split("”")[0] for one in refused.value.faults] == ["“progress", "“status"]


def _with_cells(sheet: str, cells: dict[str, object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook()))
    for cell, value in cells.items():
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


IN_CELLS = [
    ("F2", "RA-XX", "item!F2: There is no unit RA-XX"),
    ("M3", 90, "item!M3: The target of a share"),
    ("I4", "soon", "item!I4: “soon” is no day"),
    ("R1", "进度", "item!R2"),
    ("B1", "编号", "item!B1: The heading “编号” stands here twice"),
    ("A5", None, "item!A5: “code” is missing"),
]


def test_a_fault_in_a_workbook_is_told_with_its_cell(city: City) -> None:
    for cell, value, told in IN_CELLS:
        given = {cell: value}
        if cell == "R1":  # a column that there is not, as soon as something stands in it
            given["R2"] = "95%"
        with pytest.raises(Faulty) as refused:
            actions.check("p.xlsx", _with_cells("item", given))
        assert told in str(refused.value)


def test_what_is_no_workbook_says_so(city: City) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (65 * 2**20))
    for name, content, told in (
        ("p.xlsx", b"PK no", "not a workbook"),
        ("p.xlsx", bomb.getvalue(), "too large"),
        ("p.toml", b'title = "\xff"', "line 1: This is not text"),
        ("p.csv", b"", ".toml or .xlsx"),
        ("p.toml", b"x" * (4 * 2**20 + 1), "larger than 4 MB"),
    ):
        with pytest.raises(Faulty, match=told):
            actions.check(name, content)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_the_bytes_the_answer_is_a_refusal(content: bytes) -> None:
    for name in ("p.toml", "p.xlsx"):
        with pytest.raises(Faulty):
            actions.read(name, content)


# --- versions -----------------------------------------------------------------------------------


def test_a_second_person_approves_and_only_then_is_it_the_programme(city: City) -> None:
    version = actions.load(name="p.toml", content=SMALL.encode(), by=city.programme)
    assert (version.number, version.state) == (1, State.PROPOSED)
    assert programmes(city.leader) == []
    assert (waiting_count(city.leader), waiting_count(city.programme)) == (1, 0)
    with pytest.raises(NotAllowed):
        decided(version, city.programme)
    with pytest.raises(NotAllowed):
        decided(version, city.officer)
    assert Version.objects.get().state == State.PROPOSED
    decided(version, city.leader)
    assert [one.number for one in programmes(city.officer)] == [1]
    assert waiting_count(city.leader) == 0
    decided(version, city.leader)  # safe to repeat
    with pytest.raises(Conflict):
        decided(version, city.inspector, keep=False)


def test_only_the_programme_office_loads(city: City) -> None:
    for role in ("operator", "duty_leader", "officer", "inspector", "leader", "analyst", "admin"):
        with pytest.raises(NotAllowed):
            actions.load(name="p.toml", content=SMALL.encode(), by=getattr(city, role))
    assert not Version.objects.exists()


def test_the_same_file_again_changes_nothing_and_a_changed_one_is_a_new_version(
    city: City,
) -> None:
    first = in_force(city)
    again = actions.load(name="p.toml", content=SMALL.encode(), by=city.programme)
    assert again.pk == first.pk
    more = changed(("target = 40", "target = 60"), ("planned = 5", "planned = 6"))
    second = actions.load(name="p.toml", content=more, by=city.programme)
    third = actions.load(
        name="p.toml",
        content=changed(("target = 40", "target = 50")),
        by=city.programme,
    )
    second.refresh_from_db()
    assert (second.state, third.number, third.state) == (State.REPLACED, 3, State.PROPOSED)
    newest = versions(city.leader, "p1")[0]
    assert [(one.code, one.sort, one.before, one.after) for one in newest.changes] == [
        ("B1", "changed", "40.0", "50.0")
    ]
    assert programmes(city.leader)[0].said.item("B1").target == 40  # type: ignore[union-attr]


def test_an_item_never_disappears_in_silence(city: City) -> None:
    in_force(city)
    without = SMALL[: SMALL.rindex("[[item]]")].encode()
    with pytest.raises(Faulty, match=r"Item B4 .*dropped"):
        actions.load(name="p.toml", content=without, by=city.programme)
    dropped = changed(('title = "待定"', 'title = "待定"\ndropped = "并入B1"'))
    second = decided(actions.load(name="p.toml", content=dropped, by=city.programme), city.leader)
    told = versions(city.leader, "p1")[0].changes
    assert [(one.code, one.sort, one.after) for one in told] == [("B4", "dropped", "并入B1")]
    with pytest.raises(Faulty, match="Item B4"):
        actions.load(name="p.toml", content=without, by=city.programme)
    assert [one.sort for one in changes(second.said, actions.check("p.toml", SMALL.encode()))] == [
        "taken_up"
    ]

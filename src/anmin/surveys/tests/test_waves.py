"""何苗 opens a wave, brings in the frame, freezes it, draws, assigns, ends; others cannot."""

import hashlib
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation
from tests.personas import City

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import AccessLog, Account
from anmin.surveys import frames, queries, waves
from anmin.surveys.models import Case, FrameRow, Wave
from anmin.surveys.tests.scene import HEADER, framed, in_field, opened, table, world
from anmin.surveys.waves import Opening

pytestmark = pytest.mark.usefixtures("clock")


def test_the_hash_is_published_before_the_frame_and_the_seed_only_at_the_end(city: City) -> None:
    wave = opened(city)
    assert (wave.status, wave.seed, wave.frame_digest) == ("draft", "", "")
    (shown,) = queries.published()
    assert shown.seed_hash == wave.seed_hash
    wave = in_field(city, code="another")
    assert (wave.status, wave.seed, wave.selected) == ("field", "", 16)
    wave = waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
    assert hashlib.sha256(wave.seed.encode()).hexdigest() == wave.seed_hash
    # anybody can draw again from what is published
    lines = [f"{n},{stratum},{cluster}" for n, stratum, cluster in queries.public_frame("another")]
    assert hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest() == wave.frame_digest
    jinhu = [int(line.split(",")[0]) for line in lines if city.town.code in line.split(",")[1]]
    lots = sorted((hashlib.sha256(f"{wave.seed}:{n}".encode()).digest(), n) for n in jinhu)
    drawn = Case.objects.filter(row__stratum=city.town.code).values_list("row__number", flat=True)
    assert set(drawn) == {n for _lot, n in lots[:10]}


def test_the_wave_keeps_the_questionnaire_it_was_opened_with(city: City) -> None:
    wave = opened(city)
    assert (wave.questionnaire, wave.version) == ("safety", 3)
    assert 'code = "safety"' in wave.text
    with pytest.raises(NotFound):
        opened(city, code="x", questionnaire="nothing")


def test_good_rows_come_in_bad_ones_go_back_with_line_and_reason(city: City) -> None:
    wave = opened(city)
    rows = table()
    bad = [
        (80, ["", "锦湖街道", "", "", "", "", "", "", ""]),
        (81, ["R900", "", "", "", "", "", "", "", ""]),
        (82, ["R901", "锦湖街道", "", "many", "", "", "", "", ""]),
        (83, ["R902", "锦湖街道", "", "", "王", "12", "", "", ""]),
        (84, ["R002", "锦湖街道", "", "", "", "", "", "", ""]),
        (85, ["R903", "锦湖,街道", "", "", "", "", "", "", ""]),
    ]
    with translation.override("zh-hans"):
        taken = frames.take_in(wave_id=wave.pk, header=HEADER, rows=[*rows, *bad], by=city.analyst)
    assert (taken.read, taken.created, taken.updated, taken.unchanged) == (76, 70, 0, 0)
    assert [line for line, _reason, _cells in taken.rejected] == [80, 81, 82, 83, 84, 85]
    reasons = [reason for _line, reason, _cells in taken.rejected]
    assert all(any("\u4e00" <= c <= "\u9fff" for c in reason) for reason in reasons)
    row = FrameRow.objects.get(reference="R002")
    assert (row.stratum, row.cluster, row.unit) == (city.town.code, city.wenhua.code, city.jinhu)
    assert row.groups == {"sex": "男", "age": "18-39"}
    assert "王秀英".encode() not in bytes(row.contact)
    assert b"1385770" not in bytes(row.contact)
    assert FrameRow.objects.filter(stratum=city.yuhai_town.code).first().unit == city.yuhai  # type: ignore[union-attr]


def test_the_same_table_again_changes_nothing_and_new_facts_do(city: City) -> None:
    wave, rows = opened(city), table()
    frames.take_in(wave_id=wave.pk, header=HEADER, rows=rows, by=city.analyst)
    before = list(FrameRow.objects.order_by("pk").values_list())
    again = frames.take_in(wave_id=wave.pk, header=HEADER, rows=rows, by=city.analyst)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 70)
    assert list(FrameRow.objects.order_by("pk").values_list()) == before
    rows[0][1][3] = "9"
    again = frames.take_in(wave_id=wave.pk, header=HEADER, rows=rows, by=city.analyst)
    assert (again.created, again.updated, again.unchanged) == (0, 1, 69)
    assert FrameRow.objects.get(reference="R002").size == 9


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://x")', "+1", "@a", "王秀英13857712345"])
def test_what_is_published_holds_no_formula_and_nothing_of_a_person(city: City, cell: str) -> None:
    wave = opened(city)
    rows = [
        (2, ["R1", cell, "", "1", "", "", "", "", ""]),
        (3, ["R2", "锦湖街道", cell, "1", "", "", "", "", ""]),
        (4, ["R3", "锦湖街道", "王秀英家", "1", "", "", "", "", ""]),
        (5, ["R4", "锦湖街道", "王秀英家", "1", "", "", "", "", ""]),
        (6, ["R5", city.town.code, city.wenhua.code, "1", "", "", "", "", ""]),
    ]
    taken = frames.take_in(wave_id=wave.pk, header=HEADER, rows=rows, by=city.analyst)
    assert (taken.created, [line for line, _reason, _cells in taken.rejected]) == (4, [2])
    kept = list(FrameRow.objects.order_by("reference").values_list("cluster", flat=True))
    assert all(len(mark) == 16 and mark.isalnum() for mark in kept[:3])
    assert kept[0] != kept[1] == kept[2]  # told apart, and nothing else
    assert kept[3] == city.wenhua.code


@pytest.mark.parametrize("header", [["编号"], ["乡镇"], ["编号", "id", "乡镇"]])
def test_a_table_without_its_columns_is_refused_whole(city: City, header: list[str]) -> None:
    wave = opened(city)
    before = world()
    with pytest.raises(Refusal) as refused:
        frames.take_in(wave_id=wave.pk, header=header, rows=[(2, ["a", "b", "c"])], by=city.analyst)
    assert refused.value.field == "file"
    assert world() == before


def test_nobody_comes_into_a_frozen_frame(city: City) -> None:
    wave = framed(city)
    assert wave.frame_count == 70
    numbers = list(FrameRow.objects.order_by("reference").values_list("number", flat=True))
    assert numbers == list(range(1, 71))
    before = world()
    extra = [(99, ["R999", "锦湖街道", "", "", "", "", "", "", ""])]
    with pytest.raises(Conflict):
        frames.take_in(wave_id=wave.pk, header=HEADER, rows=extra, by=city.analyst)
    with pytest.raises(Conflict):
        waves.freeze(wave_id=wave.pk, by=city.analyst)
    assert world() == before


def test_an_empty_frame_is_not_frozen_and_nothing_is_drawn_twice(city: City) -> None:
    wave = opened(city)
    with pytest.raises(Refusal):
        waves.freeze(wave_id=wave.pk, by=city.analyst)
    with pytest.raises(Conflict):
        waves.draw(wave_id=wave.pk, sizes={city.town.code: 5}, by=city.analyst)
    field = in_field(city, code="b")
    before = world()
    with pytest.raises(Conflict):
        waves.draw(wave_id=field.pk, sizes={city.town.code: 12}, by=city.analyst)
    assert world() == before


@pytest.mark.parametrize("sizes", [{}, {"330381003": 0}, {"330381003": 41}, {"nowhere": 5}])
def test_an_impossible_sample_draws_nobody(city: City, sizes: dict[str, int]) -> None:
    wave = framed(city)
    before = world()
    with pytest.raises(Refusal) as refused:
        waves.draw(wave_id=wave.pk, sizes=sizes, by=city.analyst)
    assert refused.value.field == "sizes"
    assert world() == before


def test_sizes_are_proposed_in_proportion_to_the_towns(city: City) -> None:
    wave = framed(city)
    jinhu, yuhai = city.town.code, city.yuhai_town.code
    assert waves.propose(wave, total=14) == {jinhu: 8, yuhai: 6}
    assert waves.propose(wave, total=70) == {jinhu: 40, yuhai: 30}
    # ± 10 points among 70: 41 replies (96.04 / (1 + 96.04 / 70)), at 80 % response 52 to draw
    assert sum(waves.propose(wave, margin=0.1).values()) == 41
    assert sum(waves.propose(wave, margin=0.1, response=0.8).values()) == 52
    for asked in ({}, {"total": 71}, {"margin": 0.1, "response": 0.5}, {"margin": 2.0}):
        with pytest.raises(Refusal):
            waves.propose(wave, **asked)  # type: ignore[arg-type]


def test_who_has_a_mobile_phone_is_invited_and_the_rest_is_interviewed(city: City) -> None:
    in_field(city, phones=True)
    assert set(Case.objects.values_list("status", flat=True)) == {"waiting"}
    in_field(city, phones=False, code="b")
    assert set(Case.objects.filter(wave__code="b").values_list("status", flat=True)) == {"calling"}


def test_cases_are_dealt_out_and_never_to_the_respondents_own_unit(
    city: City, insider: Account, other_operator: Account
) -> None:
    wave = in_field(city)
    dealt = waves.assign(
        wave_id=wave.pk, interviewers=[insider, city.operator, other_operator], by=city.analyst
    )
    assert sum(dealt.values()) == 16
    own = Case.objects.filter(interviewer=insider)
    assert set(own.values_list("unit__code", flat=True)) == {"RA-YH"}
    assert max(dealt.values()) - min(dealt.values()) <= 2
    before = world()
    with pytest.raises(Refusal):
        waves.assign(wave_id=wave.pk, interviewers=[insider], by=city.analyst)
    with pytest.raises(NotAllowed):
        waves.assign(wave_id=wave.pk, interviewers=[city.officer], by=city.analyst)
    assert world() == before


def test_the_end_gives_everybody_a_disposition(city: City) -> None:
    wave = in_field(city)
    waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
    assert Counter(Case.objects.values_list("status", "disposition")) == {("closed", "3.11"): 16}
    rate = queries.response_rate(wave.cases.all())
    assert (rate.drawn, rate.open, rate.usable, rate.eligible, rate.rate) == (16, 0, 0, 16, 0)


def test_who_was_asked_is_forgotten_in_time_and_who_was_not_drawn_at_once(
    city: City, clock: time_machine.Traveller
) -> None:
    wave = in_field(city)
    known = FrameRow.objects.exclude(contact=b"")
    assert known.count() == 70
    waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
    assert not known.filter(case=None).exists()
    assert known.count() == 16
    assert FrameRow.objects.filter(reference__startswith="R").count() == 16
    clock.shift(timedelta(days=59))
    assert waves.forget_people(timezone.now()) == 0
    assert known.count() == 16
    clock.shift(timedelta(days=2))
    assert waves.forget_people(timezone.now()) == 16
    assert waves.forget_people(timezone.now()) == 0
    assert not known.exists()
    assert not FrameRow.objects.filter(reference__startswith="R").exists()
    assert not FrameRow.objects.exclude(phone_index=None).exists()
    # what figures are made of stays
    assert FrameRow.objects.exclude(groups={}).count() == 70
    assert len(queries.public_frame(wave.code)) == 70


def test_people_who_are_still_asked_are_not_forgotten(
    city: City, clock: time_machine.Traveller
) -> None:
    in_field(city)
    clock.shift(timedelta(days=400))
    assert waves.forget_people(timezone.now()) == 0
    assert FrameRow.objects.exclude(contact=b"").count() == 70


@pytest.mark.parametrize(
    "who", ["operator", "duty_leader", "officer", "inspector", "programme", "leader", "admin"]
)
def test_only_the_analyst_plans(city: City, who: str) -> None:
    person: Any = getattr(city, who)
    wave, field = framed(city), in_field(city, code="b")
    before = world()
    for act in (
        lambda: waves.open_wave(Opening("c", "甲", "A", "safety"), by=person),
        lambda: frames.take_in(wave_id=wave.pk, header=HEADER, rows=table(), by=person),
        lambda: waves.freeze(wave_id=wave.pk, by=person),
        lambda: waves.draw(wave_id=wave.pk, sizes={city.town.code: 5}, by=person),
        lambda: waves.assign(wave_id=field.pk, interviewers=[city.operator], by=person),
        lambda: waves.end_fieldwork(wave_id=field.pk, by=person),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert world() == before


def test_what_was_done_is_in_the_access_log(city: City) -> None:
    in_field(city)
    done = list(AccessLog.objects.order_by("number").values_list("action", "subject"))
    actions = ["open_survey", "import_frame", "freeze_frame", "draw_sample"]
    assert done == [(action, "2026-h2") for action in actions]


def test_the_public_sees_hashes_and_numbers_and_nobody(city: City) -> None:
    wave = opened(city)
    with pytest.raises(NotFound):
        queries.public_frame(wave.code)
    framed(city, code="b")
    assert "王" not in repr(queries.public_frame("b"))
    assert "R0" not in repr(queries.public_frame("b"))
    (latest, _first) = queries.published()
    assert {"seed_sealed", "text"} <= latest.get_deferred_fields()
    assert Wave.objects.count() == 2

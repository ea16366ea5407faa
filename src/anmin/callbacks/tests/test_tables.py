"""The tables an official can read: exclusions, dispositions, concerns and scripts, row by row."""

import hashlib
import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.utils import translation

from anmin.callbacks import acknowledging, closings, replies, scripts
from anmin.callbacks.claims import judged
from anmin.callbacks.concerns import concerns
from anmin.callbacks.dispositions import (
    DispositionClass,
    answered,
    dispositions,
    exhausted,
    operator_outcomes,
    outcomes,
)
from anmin.callbacks.exclusions import Facts, exclusions
from anmin.callbacks.models import Callback, Satisfaction, Solved
from anmin.matters.categories import categories
from anmin.matters.kind import Details
from anmin.matters.news import places
from anmin.matters.registry import all_kinds, kind_of

ORDER = [
    ("sensitive", "sensitive"),
    ("minor_involved", "minor"),
    ("in_progress", "in_progress"),
    ("no_contact", "no_contact"),
    ("opted_out", "opted_out"),
    ("too_old", "too_old"),
    ("not_drawn", "not_drawn"),
]


def all_facts() -> Iterator[dict[str, bool]]:
    for values in itertools.product((False, True), repeat=len(ORDER)):
        yield dict(zip((fact for fact, _code in ORDER), values, strict=True))


def test_every_permutation_of_facts_is_decided_by_the_first_row_that_applies() -> None:
    decided = 0
    for facts in all_facts():
        expected = next((code for fact, code in ORDER if facts[fact]), "")
        assert judged(Facts(**facts), None) == (expected, ""), facts
        decided += 1
    assert decided == 2 ** len(ORDER)


def test_every_exclusion_fits_its_column_and_says_where_it_comes_from() -> None:
    width = Callback._meta.get_field("exclusion").max_length
    for code, row in exclusions().items():
        assert width is not None
        assert len(code) <= width
        assert row.source.strip()
        assert row.zh != row.en


@pytest.mark.parametrize(
    ("satisfaction", "solved", "disposition"),
    [
        ("satisfied", "yes", "1.1"),
        ("dont_know", "dont_know", "1.1"),
        ("dissatisfied", "", "1.2"),
        ("", "no", "1.2"),
        ("refuse", "partly", "1.2"),
        ("refuse", "", "2.11"),
    ],
)
def test_what_an_answer_counts_as(satisfaction: str, solved: str, disposition: str) -> None:
    assert answered(satisfaction=satisfaction, solved=solved) == disposition


def test_every_possible_answer_has_a_disposition() -> None:
    for satisfaction in ("", *Satisfaction.values):
        for solved in ("", *Solved.values):
            assert answered(satisfaction=satisfaction, solved=solved) in dispositions()


def test_every_row_of_the_outcomes() -> None:
    ends = {
        "refused": "2.11",
        "broke_off": "2.12",
        "opted_out": "2.11",
        "wrong_number": "3.30",
        "out_of_service": "3.30",
        "not_reporter": "4.70",
        "unable": "2.32",
        "deceased": "2.31",
        "language": "2.33",
        "reopened": "4.80",
        "renamed": "4.80",
    }
    tries_again = {
        "no_answer": "2.20",
        "busy": "2.20",
        "switched_off": "2.20",
        "appointment": "2.20",
        "message_sent": "2.20",
        "message_failed": "3.11",
        "wrote": "2.20",
        "taken_back": "3.11",
        "amended": "3.11",
    }
    for code, row in outcomes().items():
        assert row.ends == ends.get(code, "")
        assert row.exhausted == tries_again.get(code, "")
    assert set(outcomes()) == {*ends, *tries_again, "reached"}
    by_hand = {row.code for row in operator_outcomes()}
    assert by_hand == {
        *ends.keys() - {"reopened", "renamed"},
        "no_answer",
        "busy",
        "switched_off",
        "appointment",
    }


def test_the_classes_of_dispositions_are_those_of_the_response_rate() -> None:
    classes = {code: row.kind for code, row in dispositions().items()}
    assert {code for code, kind in classes.items() if kind.usable} == {"1.1", "1.2"}
    assert set(classes.values()) == set(DispositionClass)


def test_a_callback_that_was_never_attempted_is_of_unknown_eligibility() -> None:
    assert exhausted([]) == "3.11"
    assert exhausted(["message_failed"]) == "3.11"
    assert exhausted(["message_failed", "no_answer"]) == "2.20"
    assert exhausted(["message_sent", "busy", "no_answer"]) == "2.20"


def test_concerns_are_told_in_the_language_of_the_moment() -> None:
    with translation.override("zh-hans"):
        assert concerns()["attitude"].label == "态度、用语不文明"
    with translation.override("en"):
        assert concerns()["attitude"].label == "Manner or language"


def test_a_published_version_is_never_edited() -> None:
    """After an honest change: add a file with the next version, and its digest to the list."""
    assert len(scripts.folders()) > 1
    for folder in scripts.folders():
        listed = tomllib.loads((folder / "published.toml").read_text("utf-8"))
        found = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in scripts.versions_in(folder)
        }
        assert found == listed["sha256"]


def test_a_kind_that_is_silent_about_what_spares_its_citizens_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    incident = kind_of("incident")
    assert incident.follow_up is not None
    closings.require_flags()
    doubled = replace(incident.follow_up, lacks=frozenset({"in_progress"}))
    bare = type("BareDetails", (Details,), {"__annotations__": {}})
    for odd in (
        replace(incident, follow_up=doubled),
        SimpleNamespace(code="bare", follow_up=incident.follow_up, details=bare),
    ):
        monkeypatch.setattr(closings, "all_kinds", lambda odd=odd: [odd])
        with pytest.raises(ValueError, match=r"in_progress|minor_involved"):
            closings.require_flags()


def test_every_kind_is_followed_up_with_a_script_that_exists() -> None:
    for code in asked_with():
        assert scripts.script(code).code == code


def asked_with() -> list[str]:
    return [one for kind in all_kinds() if kind.follow_up for one in kind.follow_up.scripts]


MATTER = ("{date}", "{category}", "报警", "信访", "建议", "窗口", "整改", "办理", "反映")
MATTER_EN = ("{date}", "{category}", "report", "petition", "suggestion", "window", "called us")


def test_nothing_of_the_matter_is_said_before_it_is_known_who_answers() -> None:
    """Whoever takes up the telephone hears who calls and for whom, and is asked whether it suits."""
    assert {"incident", "petition", "dispute", "second_call"} <= set(asked_with())
    for code in asked_with():
        who, matter = scripts.script(code).opening
        assert "请问是{name}吗？现在方便说话吗？" in who.zh
        assert "{name}" in who.en
        assert not [words for words in MATTER if words in who.zh]
        assert not [words for words in MATTER_EN if words in who.en]
        assert "{date}" in matter.zh
        assert "{date}" in matter.en


def test_no_script_promises_what_nobody_can_keep() -> None:
    """Nobody can promise what a unit will find out, nor a case again at any time."""
    sheets = [scripts.script(code) for code in (*asked_with(), "link")]
    for sheet in sheets:
        said = [*sheet.opening, *sheet.closing, *sheet.question]
        text = "".join(words.zh + words.en for words in said)
        for promise in ("不会知道", "does not learn", "任何人都不能", "nobody can", "随时要求重新"):
            assert promise not in text, (sheet.code, promise)


@pytest.mark.parametrize("code", ["incident", "second_call", "second_call_explained"])
def test_scripts_offer_every_answer_that_can_be_recorded(code: str) -> None:
    sheet = scripts.script(code)
    satisfaction, solved = sheet.asks("satisfaction"), sheet.asks("solved")
    assert satisfaction is not None
    assert solved is not None
    assert [option.code for option in satisfaction.options] == Satisfaction.values
    assert [option.code for option in solved.options] == Solved.values


@pytest.mark.parametrize("code", ["theft", "burglary", "robbery", "fraud"])
def test_victims_get_advice(code: str) -> None:
    sheet = scripts.advice(categories()[code].advice)
    assert sheet is not None
    assert len(sheet.item) >= 8
    assert len({item.code for item in sheet.item}) == len(sheet.item)


def test_the_civil_wording_covers_call_taking_scene_and_callback() -> None:
    stages = [situation.stage for situation in scripts.wording().situation]
    assert {stage: stages.count(stage) for stage in set(stages)} == {
        "taking": 4,
        "attending": 4,
        "callback": 10,
    }


def test_only_an_incident_speaks_of_those_who_came() -> None:
    """A window, a petition and a suggestion have a unit that handled them, and so have the sheets
    that serve every kind."""
    sheets = [scripts.script(code) for code in (*asked_with(), "link") if code != "incident"]
    told = [words.zh for one in sheets for words in (*one.opening, *one.question, *one.closing)]
    told += [item.zh for item in scripts.checklist().item]
    calls = [one for one in scripts.wording().situation if one.stage == "callback"]
    told += [words.zh for one in calls for words in one.say]
    assert [text for text in told if "处警" in text] == []


def test_the_checklist_has_weights() -> None:
    assert sum(item.weight for item in scripts.checklist().item) == 15


def test_every_place_of_a_reader_is_one_in_a_table_that_there_is() -> None:
    kept = {acknowledging.CURSOR: "evidence.Receipt", replies.REPLIES: "channels.Reply"}
    for name, table in kept.items():
        assert name.startswith("callbacks.")
        assert places()[name] == apps.get_model(table)._meta.label

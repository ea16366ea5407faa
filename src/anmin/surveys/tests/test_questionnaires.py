"""A questionnaire never changes once used, offers a way out of every question, leads nobody."""

import hashlib
import tomllib
from typing import Any

import pytest

from anmin.kernel.errors import NotFound, Refusal
from anmin.surveys.dispositions import (
    DispositionClass,
    dispositions,
    exhausted,
    graded,
    interviewer_outcomes,
    outcomes,
)
from anmin.surveys.questionnaires import FOLDER, Questionnaire, questionnaire, versions

SAFETY = questionnaire("safety", 1)


def test_no_published_version_was_edited() -> None:
    kept = tomllib.loads((FOLDER / "published.toml").read_text("utf-8"))["sha256"]
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.glob("*.v*.toml")
    }
    assert found == kept
    assert ("safety", 1) in versions()
    with pytest.raises(NotFound):
        questionnaire("safety", 99)


def test_every_closed_question_offers_dont_know_and_rather_not_say_last() -> None:
    for question in SAFETY.question:
        if question.closed:
            codes = [code for code, _label in question.choices()]
            assert codes[-2:] == ["dont_know", "refuse"], question.code
    assert [code for code, _label in SAFETY.asks("score").choices()][:3] == ["0", "1", "2"]


def test_every_phrase_is_written_in_both_languages() -> None:
    for question in SAFETY.question:
        for words in (question, *question.options):
            assert words.zh != words.en
            assert words.zh
            assert words.en


@pytest.mark.parametrize(
    ("code", "given", "kept"),
    [
        ("safe_overall", ["safe"], "safe"),
        ("safe_overall", ["dont_know"], "dont_know"),
        ("safe_overall", [""], None),
        ("worries", ["noise", "theft"], ["theft", "noise"]),
        ("worries", ["refuse"], ["refuse"]),
        ("score", ["10"], 10),
        ("score", ["refuse"], "refuse"),
        ("adults", [" 3 "], 3),
        ("words", ["  多 装\n路灯 "], "多 装\n路灯"),
    ],
)
def test_answers_are_kept_by_their_codes(code: str, given: list[str], kept: Any) -> None:
    assert SAFETY.asks(code).clean(given) == kept


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("safe_overall", ["delighted"]),
        ("safe_overall", ["safe", "unsafe"]),
        ("worries", ["none", "theft"]),
        ("worries", ["theft", "dont_know"]),
        ("score", ["11"]),
        ("score", ["-1"]),
        ("score", ["7.5"]),
        ("score", ["7", "8"]),
        ("adults", ["0"]),
        ("adults", ["٣"]),
    ],
)
def test_what_is_no_answer_is_refused_at_its_question(code: str, given: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        SAFETY.clean({code: given})
    assert refused.value.field == code


def test_a_measure_looks_at_answers_of_substance_only() -> None:
    measures = {one.code: one for one in SAFETY.measure}
    assert measures["safety"].value({"safe_overall": "safe"}) == 1
    assert measures["safety"].value({"safe_overall": "unsafe"}) == 0
    for silent in ({}, {"safe_overall": "dont_know"}, {"safe_overall": "refuse"}):
        assert measures["safety"].value(silent) is None
    assert measures["score"].value({"score": 7}) == 7
    assert measures["score"].value({"score": "refuse"}) is None


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ({"kind": "single"}, {}),
        ({"kind": "text", "options": [{"code": "a", "zh": "甲", "en": "A"}]}, {}),
        ({"kind": "scale"}, {}),
        ({"kind": "single", "options": [{"code": "refuse", "zh": "甲", "en": "A"}]}, {}),
        ({"kind": "scale", "low": 0, "high": 5}, {"counts": ["yes"]}),
        ({"kind": "text"}, {}),
    ],
)
def test_a_broken_questionnaire_is_not_read(
    question: dict[str, Any], measure: dict[str, Any]
) -> None:
    words = {"zh": "甲", "en": "A"}
    with pytest.raises(ValueError, match=r"q|x"):
        Questionnaire.model_validate(
            {
                "code": "x",
                "version": 1,
                "title": words,
                "consent": words,
                "closing": [],
                "question": [{"code": "q", **words, **question}],
                "measure": [{"code": "m", "question": "q", **words, **measure}],
            }
        )


def test_dispositions_are_those_of_aapor() -> None:
    classes = {
        "1.1": "complete", "1.2": "partial", "2.11": "refusal", "2.12": "refusal",
        "2.20": "non_contact", "2.31": "other", "2.32": "other", "2.33": "other",
        "3.11": "unknown_eligibility", "3.30": "unknown_eligibility",
        "4.10": "not_eligible", "4.70": "not_eligible",
    }  # fmt: skip
    assert {code: str(row.kind) for code, row in dispositions().items()} == classes
    assert set(classes.values()) == set(DispositionClass)
    assert "reached" not in {row.code for row in interviewer_outcomes()}
    assert exhausted([]) == "3.11"
    assert exhausted(["message_failed"]) == "3.11"
    assert exhausted(["message_failed", "no_answer"]) == "2.20"
    assert {row.ends for row in outcomes().values()} >= {"2.11", "3.30", "4.10", "4.70"}


@pytest.mark.parametrize(
    ("answered", "code"),
    [(10, "1.1"), (9, "1.1"), (8, "1.2"), (5, "1.2"), (4, "2.12"), (0, "2.12")],
)
def test_a_return_is_graded_by_the_share_of_questions_answered(answered: int, code: str) -> None:
    assert graded(answered, 10, complete=0.8, partial=0.5) == code

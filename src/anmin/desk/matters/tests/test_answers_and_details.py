"""Ready texts, form fields from typed facts, lookup boxes."""

from datetime import date, datetime

import pytest
from django import forms
from django.utils import translation
from pydantic import Field
from tests.personas import City

from anmin.callbacks.concerns import concerns
from anmin.desk.matters.forms import opening_form
from anmin.desk.shell.lookup import meant
from anmin.desk.shell.templatetags.anmin_phones import phone
from anmin.faces.answers import all_answers, answers_for, require_complete
from anmin.faces.details import (
    LinesField,
    asked_at_opening,
    fact_in_words,
    form_field,
    in_words,
)
from anmin.faces.forms import step_form
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.categories import categories
from anmin.matters.kind import Details
from anmin.matters.registry import all_kinds, rectifying_kind
from anmin.places.models import Unit


@pytest.mark.parametrize("answer", all_answers(), ids=lambda answer: answer.key)
def test_every_ready_text_fits_a_kind_and_its_categories(answer) -> None:
    told = {name for kind in all_kinds() for name in kind.details.told_fields()}
    assert answer.field in told
    assert answer.categories <= set(categories())
    for language in ("zh-hans", "en"):
        with translation.override(language):
            text = answer.written(number="JQ-1", unit="锦湖派出所")
            assert "{" not in text
            assert str(answer.title)
    limits = {
        limit
        for kind in all_kinds()
        for name, info in kind.details.model_fields.items()
        if name == answer.field
        for limit in (getattr(m, "max_length", None) for m in info.metadata)
        if limit
    }
    assert all(len(answer.text.zh) < limit and len(answer.text.en) < limit for limit in limits)


def test_texts_made_for_a_category_come_first() -> None:
    keys = [one.key for one in answers_for("incident", "reply", "theft")]
    assert keys[0] == "case_filed"
    assert "mediated" not in keys
    assert {"attended", "nothing_found", "not_police"} < set(keys)


def test_the_numbers_of_the_law_in_texts_are_those_of_the_rules() -> None:
    with translation.override("zh-hans"):
        texts = {one.key: one.written(number="", unit="") for one in all_answers()}
    assert "自收到书面答复之日起30日内请求复查" in texts["not_supported"]
    assert "自收到书面答复之日起30日内请求复核" in texts["review_upheld"]
    assert "60日内向〔复议机关〕申请行政复议，或者6个月内" in texts["service_refused"]
    assert not any("三十日" in one for one in texts.values())


def test_what_two_agreed_is_written_to_one_of_them_alone() -> None:
    texts = {one.key: one for one in all_answers()}
    assert "约定内容" in str(texts["mediated"].text.zh)
    assert not any(word in texts["mediated_seen"].text.zh for word in ("约定", "调解", "〔"))


def test_a_gap_is_refused_and_a_document_number_is_not() -> None:
    require_complete("依据瑞公通〔2026〕12号，已受理。")
    with pytest.raises(Refusal, match="〔处置情况〕"):
        require_complete("已到场：〔处置情况〕。")


class Facts(Details):
    short: str = Field("", title="short", max_length=20)
    long: str = Field("", title="long", max_length=2000)
    sure: bool | None = Field(None, title="sure")
    at: datetime | None = Field(None, title="at")
    day: date | None = Field(None, title="day")
    count: int | None = Field(None, title="count")
    share: float | None = Field(None, title="share")
    lines: list[str] = Field(default_factory=list, title="lines")
    odd: dict[str, str] = Field(default_factory=dict, title="odd")


def test_a_field_for_every_type_of_fact() -> None:
    made = {
        name: form_field(info, required=False)
        for name, info in Facts.model_fields.items()
        if name != "odd"
    }
    assert isinstance(made["short"].widget, forms.TextInput)
    assert made["short"].max_length == 20
    assert isinstance(made["long"].widget, forms.Textarea)
    assert [made["sure"].clean(text) for text in ("yes", "no", "")] == [True, False, None]
    assert isinstance(made["at"], forms.DateTimeField)
    assert isinstance(made["day"], forms.DateField)
    assert made["count"].clean("7") == 7
    assert made["share"].clean("0.5") == 0.5
    assert isinstance(made["lines"], LinesField)
    assert made["lines"].clean(" 态度\n\n 速度 ") == ["态度", "速度"]
    with pytest.raises(TypeError):
        form_field(Facts.model_fields["odd"], required=False)


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
def test_every_kind_has_its_forms(kind) -> None:
    assert opening_form(kind.code)().as_div()
    for move in kind.flow.moves:
        form = step_form(kind.code, move.code)()
        wanted = {*move.needs, *move.takes}
        wanted |= {"outcome"} if len(move.outcomes) > 1 else set()
        wanted |= {"note"} if move.approval else set()
        assert set(form.fields) - {"key", "version"} == wanted
        assert form.as_div()
    asked = {name for name, _info in asked_at_opening(kind)}
    assert not asked & {name for move in kind.flow.moves for name in move.needs}


def test_facts_in_words() -> None:
    with translation.override("zh-hans"):
        assert in_words(["态度", "速度"]) == "态度、速度"
        assert in_words(True) == "是"
        assert in_words(None) == ""
        assert in_words(1234) == "1234"


def test_codes_are_shown_as_the_words_they_stand_for() -> None:
    kind = rectifying_kind()
    with translation.override("zh-hans"):
        assert fact_in_words(kind, "concerns", ["attitude", "no_such_code"]) == (
            f"{concerns()['attitude'].zh}、no_such_code"
        )
        assert fact_in_words(kind, "measure", "已补办回执") == "已补办回执"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_name_in_either_language_is_enough(city: City, language: str) -> None:
    Unit.objects.create(
        code="RA-JH-2",
        name="锦湖派出所二队",
        name_en="Jinhu Station, second team",
        kind="station",
        parent=city.jinhu,
    )
    with translation.override(language):
        for text in ("锦湖派出所", "Jinhu Station", "jinhu station", "ra-jh"):
            assert meant(text, "unit").row == city.jinhu
        with pytest.raises(Refusal):  # of two, neither
            meant("锦湖派出", "unit")


def test_a_lookup_understands_names_codes_and_both(city: City) -> None:
    for text in ("锦湖派出所", "RA-JH", "ra-jh", "锦湖派出所 (RA-JH)", "Jinhu Station"):
        assert meant(text, "unit").row == city.jinhu
    assert meant("锦湖街道", "area").row == city.town
    assert meant("文化", "area").row == city.wenhua
    assert meant("330381003", "area").row == city.town
    with pytest.raises(NotFound):
        meant("天涯", "unit")
    with pytest.raises(Refusal, match="RA-YH"):
        meant("派出所", "unit")
    assert meant("chenli", "taker", city.duty_leader).row == city.officer
    with pytest.raises(NotFound):
        meant("hejun", "taker", city.duty_leader)


def test_a_phone_number_is_read_out_in_groups() -> None:
    assert phone("+8613857712345") == "138 5771 2345"
    assert phone("+8657765812345") == "0577 6581 2345"
    assert phone("+861065812345") == "010 6581 2345"
    assert phone("+866916581234;ext=801") == "0691 658 1234-801"
    assert phone("+86216581234") == "+86216581234"  # seven digits: no number of Shanghai
    assert phone("+12065551234") == "+12065551234"

"""What figures are broken down by is said in words, in both languages: never a code."""

import pytest
from django.utils import translation

from anmin.desk.figures.indicators import cell_labels, dimension_label
from anmin.measures.registry import registry


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_dimension_of_every_indicator_has_a_name(language: str) -> None:
    codes = {
        name
        for one in registry.indicators.values()
        for name in one.dimensions
        if "_" in name or language == "zh-hans"
    }
    assert {"minor_involved", "review_result"} <= codes
    with translation.override(language):
        for one in registry.indicators.values():
            for name in one.dimensions:
                assert dimension_label(one, name) not in codes, (one.key, name)


@pytest.mark.parametrize(
    ("key", "name", "values", "english", "chinese"),
    [
        ("window_service_in_time", "way", ["at_home", None], "At home|unknown", "上门|"),
        ("window_service_opened", "minor_involved", [True, False], "Yes|No", "是|否"),
        ("window_service_opened", "on_the_spot", ["True"], "Yes", "是"),
        ("petition_in_time", "review_result", ["upheld"], "", ""),
    ],
)
def test_the_values_of_a_fact_are_the_words_of_its_list(
    key: str, name: str, values: list[object], english: str, chinese: str
) -> None:
    for language, told in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            found = "|".join(cell_labels(registry.indicators[key], name, values).values())
        assert found.startswith(told)
        assert "upheld" not in found


def test_two_kinds_call_facts_of_one_name_each_in_its_own_words() -> None:
    with translation.override("en"):
        words = {
            dimension_label(registry.indicators[f"{kind}_opened"], "decision")
            for kind in ("suggestion", "petition")
            if "decision" in registry.indicators[f"{kind}_opened"].dimensions
        }
    assert words
    assert "decision" not in words

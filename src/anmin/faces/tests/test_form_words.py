"""A form is made once; its words are each reader's own."""

from django.utils import translation

from anmin.faces.details import asked_at_opening, form_field
from anmin.matters.registry import kind_of


def test_the_words_of_a_list_are_in_the_language_of_the_reader() -> None:
    info = dict(asked_at_opening(kind_of("window_service")))["way"]
    with translation.override("zh-hans"):
        field = form_field(info, required=False)
        assert "窗口" in [str(word) for _code, word in field.choices]
    with translation.override("en"):
        assert "At the window" in [str(word) for _code, word in field.choices]

"""The portal's components: one question, neutral answers, errors that say where."""

import re

from django import forms
from django.template import Context, Template
from django.utils import translation


class Answer(forms.Form):
    satisfied = forms.ChoiceField(
        label="Were you satisfied?",
        widget=forms.RadioSelect,
        choices=[
            ("satisfied", "Satisfied"),
            ("dissatisfied", "Dissatisfied"),
            ("refuse", "No answer"),
        ],
    )
    words = forms.CharField(label="Anything else?", required=False, max_length=5)


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        shown = Template("{% load portal_ui %}" + source).render(Context(context))
    return " ".join(shown.split())  # as a reader sees it


def test_answers_are_big_labels_and_none_is_preselected() -> None:
    shown = render("{% question form.satisfied heading=True %}", form=Answer())
    assert "<h1>Were you satisfied?</h1>" in shown
    assert len(re.findall(r'<label class="choice" for="id_satisfied_\d">', shown)) == 3
    assert "checked" not in shown
    # The order is that of the script, and every answer looks the same.
    assert re.findall(r'value="(\w+)"', shown) == [
        "satisfied",
        "dissatisfied",
        "refuse",
    ]


def test_an_error_says_which_question_and_leads_there() -> None:
    form = Answer({"words": "far too long"})
    summary = render("{% error_summary form %}", form=form)
    # A page that comes back opens at what is to be checked, without script.
    assert 'tabindex="-1" autofocus' in summary
    assert '<a href="#id_satisfied_0">Were you satisfied: This field is required.</a>' in summary
    kept = render("{% question form.words %}", form=form)
    assert 'value="far too long"' in kept
    assert 'id="id_words_error"' in kept


def test_an_optional_question_says_that_it_may_stay_empty() -> None:
    assert "(optional)" in render("{% question form.words %}", form=Answer())


def test_where_one_is() -> None:
    assert "Step 1 of 3 · 2 more after this" in render("{% step 1 3 %}")


def test_done_says_the_code_and_what_comes_next() -> None:
    shown = render(
        '{% confirmation "Thank you" code="K7M4" code_label="Your code" %}<p>next</p>{% endconfirmation %}'
    )
    assert "<h1>Thank you</h1>" in shown
    assert "K7M4" in shown
    assert shown.rstrip().endswith("<p>next</p>")

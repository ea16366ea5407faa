"""Components say in words what they show, escape what people typed, and withhold what they must."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from anmin.desk.shell.figure import Figure, Point, Series
from anmin.desk.shell.sheets import boxes, empty_boxes
from anmin.desk.shell.templatetags.anmin_ui import STATES, TONES
from anmin.faces.timeline import Change, Event

HERE = Path(__file__).parent


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load anmin_ui %}" + source).render(Context(context))


class Report(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    answer = forms.ChoiceField(
        label="Answer", widget=forms.RadioSelect, choices=[("y", "Yes"), ("n", "No")]
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)


def test_a_failed_form_keeps_what_was_typed_and_links_each_error() -> None:
    shown = render("{% form_fields form %}", form=Report({"note": "a bike <b>"}))
    assert "a bike &lt;b&gt;" in shown
    shown = " ".join(shown.split())
    assert '<a href="#id_name">Name: This field is required.</a>' in shown
    # A group of radios is reached by its first one.
    assert '<a href="#id_answer_0">Answer: This field is required.</a>' in shown
    assert 'id="id_answer_0"' in shown
    assert re.search(r'<input[^>]*name="name"[^>]*aria-invalid="true"', shown)
    assert re.search(r'aria-describedby="id_name_helptext id_name_error"', shown)
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown


def test_a_sound_form_has_no_summary() -> None:
    assert "error-summary" not in render("{% form_fields form %}", form=Report())


def test_a_hint_replaces_or_drops_the_help_text() -> None:
    assert "As on the card" in render("{% field form.name %}", form=Report())
    assert "As on the card" not in render('{% field form.name hint="" %}', form=Report())
    assert "In full" in render('{% field form.name hint="In full" %}', form=Report())


@pytest.mark.parametrize("tone", TONES)
def test_every_tone_has_a_word_and_a_shape(tone: str) -> None:
    shown = render("{% badge label tone %}", label="<Handling>", tone=tone)
    assert "&lt;Handling&gt;" in shown
    assert '<svg class="icon"' in shown


def test_shapes_of_the_six_stages_differ() -> None:
    stages = ("open", "working", "waiting", "done", "declined", "withdrawn")
    assert len({TONES[stage] for stage in stages}) == len(stages)


def test_red_is_for_what_is_late_and_for_no_other_tone() -> None:
    sheets = [HERE.parent / "static" / "desk" / name for name in ("parts.css", "story.css")]
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", "".join(one.read_text() for one in sheets))
    red = {
        tone
        for selectors, styles in rules
        if "--late" in styles
        for tone in re.findall(r"\.tone-(\w+)", selectors)
    }
    assert red == {"late"}


@pytest.mark.parametrize("kind", STATES)
def test_every_state_shows_title_and_way_on(kind: str) -> None:
    shown = render(
        '{% state kind title %}<a href="/desk/">Go on</a>{% endstate %}',
        kind=kind,
        title="Nothing <here>",
    )
    assert "Nothing &lt;here&gt;" in shown
    assert '<a href="/desk/">Go on</a>' in shown


def test_an_unknown_icon_fails_loudly() -> None:
    with pytest.raises(LookupError, match="no-such-icon"):
        render('{% icon "no-such-icon" %}')
    with pytest.raises(LookupError):
        render('{% icon "../filled/phone" %}')


def test_an_icon_is_silent_unless_it_means_something() -> None:
    assert 'aria-hidden="true"' in render('{% icon "phone" %}')
    assert 'role="img" aria-label="Phone"' in render('{% icon "phone" "Phone" %}')


def test_the_story_tells_role_change_and_what_the_citizen_was_told() -> None:
    event = Event(
        at=datetime(2026, 6, 3, 6, 5, tzinfo=UTC),
        actor="duty leader",
        action="Assigned",
        changes=(Change(label="Unit", before="none", after="Anyang <station>"),),
        told=(("Answer", "You will hear from us in three days."),),
        public=True,
    )
    shown = render("{% timeline events %}", events=[event])
    for words in ("duty leader", "Assigned", "Anyang &lt;station&gt;", "<del>none</del>"):
        assert words in shown
    assert "To the citizen" in shown
    assert "Answer:" in shown
    assert "You will hear from us in three days." in shown


def test_a_masked_contact_is_revealed_by_a_logged_post_only() -> None:
    shown = render('{% masked "138****5678" "/desk/reveal/1" %}')
    assert 'hx-post="/desk/reveal/1"' in shown
    assert "Show (this is logged)" in shown
    assert "<button" not in render('{% masked "138****5678" %}')


def test_a_suppressed_tile_shows_no_value_and_no_interval() -> None:
    shown = render('{% stat "Satisfied" "93.6%" interval="80–99%" suppressed=True %}')
    assert "93.6" not in shown
    assert "80–99" not in shown
    assert "too few to show" in shown


def figure(**changes: object) -> Figure:
    points = (
        Point(at="June", value=0.9363, low=0.9307, high=0.9415, n=7781, url="/desk/june"),
        Point(at="July", value=0.875, low=0.5, high=0.98, n=8, suppressed=True),
    )
    series = (Series(name="satisfied", points=points),)
    return Figure(
        **{
            "id": "f",
            "kind": "line-band",
            "title": "T",
            "dimension": "Month",
            "series": series,
            **changes,
        }  # type: ignore[arg-type]
    )


def test_a_figure_has_its_table_with_interval_and_n() -> None:
    shown = render("{% figure f %}", f=figure())
    assert '<a href="/desk/june">June</a>' in shown
    for cell in ("93.6%", "93.1–94.2%", "7,781"):
        assert f'<td class="num">{cell}</td>' in shown


def test_a_suppressed_point_never_reaches_the_browser() -> None:
    shown = render("{% figure f %}", f=figure())
    assert "87.5" not in shown
    assert "0.875" not in shown
    spec = json.loads(re.search(r'type="application/json">(.*?)</script>', shown).group(1))  # type: ignore[union-attr]
    assert spec["series"][0]["points"][1] == {
        "at": "July",
        "suppressed": True,
        "label": "too few to show",
    }
    assert spec["series"][0]["points"][0]["label"] == "93.6% (95% interval 93.1–94.2%), n = 7,781"


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("percent", 0.5, "50.0%"),
        ("count", 12045, "12,045"),
        ("ratio", 1.333, "1.3"),
        ("hours", 1204.5, "1,204.5"),
        ("count", None, "—"),
    ],
)
def test_figures_are_written_by_unit(unit: str, value: float | None, words: str) -> None:
    assert figure(unit=unit).shown(value) == words


def test_what_all_see_alike_knows_nothing_of_the_page_and_is_kept_for_each_language() -> None:
    page = Template(
        "{% load anmin_alike anmin_ui i18n %}{% same_for_all %}[{{ secret }}{% translate 'Close' %}]"
        "{% endsame_for_all %}{{ secret }}"
    )
    with translation.override("en"):
        assert page.render(Context({"secret": "138"})) == "[Close]138"
    with translation.override("zh-hans"):
        assert page.render(Context({"secret": "139"})) == "[关闭]139"
    with translation.override("en"):
        assert page.render(Context({"secret": "140"})) == "[Close]140"


def test_options_are_escaped_and_one_is_chosen() -> None:
    shown = render("{% options pairs chosen %}", pairs=[("a", "<A>"), ('"b', "B")], chosen="a")
    assert shown == (
        '<option value="a" selected>&lt;A&gt;</option><option value="&quot;b">B</option>'
    )


def test_an_empty_form_is_drawn_alike_and_one_that_was_sent_as_it_was_sent() -> None:
    with translation.override("en"):
        empty = empty_boxes(Report, "step")
        assert empty == empty_boxes(Report, "step")
        sent = boxes(Report({"note": "a bike <b>"}, auto_id="step-%s"))
    assert 'id="step-name"' in empty
    assert "(optional)" in empty
    assert "a bike &lt;b&gt;" in sent
    assert "This field is required." in sent
    assert "a bike" not in empty

"""A citizen sees the figures of a month on the map: just what the approved text says."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override
from tests.personas import City

from anmin.places.models import Area
from anmin.publishing.content import Said
from anmin.publishing.sources import source_of
from anmin.publishing.tests import scene

FACTS: list[dict[str, Any]] = [
    {"label": "安阳街道", "value": "120", "n": 120, "interval": "100–143"},
    {"label": "玉海街道", "value": "不公布：数量过少", "n": None},
    {"label": "锦湖街道", "value": "45", "n": 45},
]


def page(facts: list[dict[str, Any]]) -> str:
    """The face of a month's figure with these facts."""
    face = f"portal/faces/{source_of('monthly').face}.html"
    said = Said.model_validate({"title": "警情", "facts": facts})
    with override("zh-hans"):
        return render_to_string(face, {"said": said})


@pytest.mark.django_db
def test_figures_of_towns_have_a_map_and_others_none() -> None:
    for at, name in enumerate(("安阳街道", "玉海街道", "锦湖街道", "东山街道")):
        Area.objects.create(
            code=f"33038100{at}", name=name, level="town", longitude=120.6 + at / 20, latitude=27.7
        )
    shown = page(FACTS)
    assert shown.count('<svg class="map-picture"') == 1
    assert "<title>安阳街道: 120 (100–143)</title>" in shown
    assert "<title>玉海街道: 不公布：数量过少</title>" in shown  # hatched, without a class
    assert "<title>东山街道</title>" in shown  # of which the text says nothing
    assert "图中不是行政界线" in shown
    assert "faces/map.css" in shown
    for fact in FACTS:  # the words stay, for whoever sees no picture
        assert f"<dt>{fact['label']}</dt><dd>{fact['value']}" in shown
    assert "<svg" not in page(FACTS[:1])
    assert "map.css" not in page(FACTS[:1])


def test_no_other_page_carries_the_map(city: City) -> None:
    row = scene.approved(city)
    for path in ("/", "/read/", "/board/", f"/read/{row.number}"):
        assert "map.css" not in Client().get(path).content.decode(), path

"""What the stories of this room share: a small frame, a wave in the field, a look at everything."""

from collections.abc import Mapping
from typing import Any

from tests.personas import City

from anmin.people.models import AccessLog
from anmin.surveys import frames, waves
from anmin.surveys.models import Case, CaseAttempt, FrameRow, Return, SurveyLink, Wave
from anmin.surveys.waves import Opening

HEADER = ["编号", "乡镇", "村社区", "成年人数", "姓名", "电话", "住址", "性别", "年龄段"]
TOWNS = (("锦湖街道", "锦湖文化社区", 40), ("玉海街道", "玉海一村", 30))
FULL: Mapping[str, list[str]] = {
    "safe_overall": ["safe"],
    "safe_night": ["unsafe"],
    "satisfied": ["satisfied"],
    "score": ["8"],
    "worries": ["theft", "noise"],
    "victim": ["no"],
    "took_part": ["no"],
    "adults": ["3"],
    "words": ["路灯再亮一些就好了"],
}


def table(phones: bool = True) -> list[tuple[int, list[str]]]:
    """70 people of two towns, as lines of a file whose first line is the header."""
    rows = []
    for town, community, count in TOWNS:
        for n in range(count):
            line = len(rows) + 2
            phone = f"1385770{line:04d}" if phones else ""
            sex, age = "男女"[n % 2], ("18-39", "40-59", "60+")[n % 3]
            rows.append(
                (line, [f"R{line:03d}", town, community, str(1 + n % 3), "王秀英", phone,
                        f"{town}文化路{n}号502室", sex, age])
            )  # fmt: skip
    return rows


def opened(city: City, code: str = "2026-h2", **changes: Any) -> Wave:
    """A wave whose hash is published."""
    facts: dict[str, Any] = {
        "code": code,
        "title_zh": "2026年下半年安全感调查",
        "title_en": "Safety survey, second half of 2026",
        "questionnaire": "safety",
    }
    return waves.open_wave(Opening(**{**facts, **changes}), by=city.analyst)


def framed(city: City, *, phones: bool = True, **changes: Any) -> Wave:
    """A wave with its frame frozen."""
    wave = opened(city, **changes)
    taken = frames.take_in(wave_id=wave.pk, header=HEADER, rows=table(phones), by=city.analyst)
    assert (taken.created, taken.rejected) == (70, [])
    return waves.freeze(wave_id=wave.pk, by=city.analyst)


def in_field(city: City, *, phones: bool = False, **changes: Any) -> Wave:
    """A wave in the field: ten people of Jinhu and six of Yuhai; without phones all are called."""
    wave = framed(city, phones=phones, **changes)
    sizes = {city.town.code: 10, city.yuhai_town.code: 6}
    return waves.draw(wave_id=wave.pk, sizes=sizes, by=city.analyst)


def world() -> tuple[object, ...]:
    """Everything a refused action must leave alone."""
    rows = (Wave, FrameRow, Case, CaseAttempt, Return, SurveyLink, AccessLog)
    return tuple(list(model.objects.order_by("pk").values_list()) for model in rows)

"""Whatever statistics refuses of a user's file or wave, the user reads in Chinese."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anmin import stats
from anmin.kernel.errors import Refusal
from anmin.stats.calibration import rake
from anmin.stats.design import Design
from anmin.stats.margins import Margin
from anmin.stats.planning import allocate, size_for_proportion
from anmin.surveys.analysis import Asked, analyse
from anmin.surveys.wording import WORDS, said

HAN = re.compile("[\u4e00-\u9fff]")


def told(work: Callable[[], object], language: str = "zh-hans") -> Refusal:
    with translation.override(language), pytest.raises(Refusal) as refused:
        work()
    assert refused.value.message == str(refused.value)  # said already, in this language
    return refused.value


def table(**columns: str) -> dict[str, list[str]]:
    return {name: cells.split() for name, cells in columns.items()}


def reason(work: Callable[[], object]) -> str:
    """Why it is refused; empty if it is not."""
    try:
        work()
    except Refusal as refusal:
        return str(refusal)
    return ""


FILE = table(
    收入="1 2 3 4", 权="2 2 -1 2", 零="0 0 0 0", 镇="甲 甲 甲 乙", 村="a a a a", 户="1 2 3 3",
    少="8 8 8 0.5", 负="8 8 8 -8", 乱="8 9 8 8", 三="3 3 3 3",
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (Asked("收入", weight="权"), "weights", "“权”：权数不能为负。"),
        (Asked("收入", weight="零"), "weights", "“零”：权数全部为0，代表不了任何总体。"),
        (
            Asked("收入", strata="镇"),
            "strata",
            "“镇”：层“乙”只有一个单位，无法估计方差，请与其他部分合并。",
        ),
        (
            Asked("收入", clusters=("村",)),
            "strata",
            "“村”：样本只有一个单位，无法估计方差，请与其他部分合并。",
        ),
        (Asked("收入", fpc=("三",)), "fpc", "“三”：样本的总体规模为3，小于样本中的4个单位。"),
        (
            Asked("收入", strata="镇", fpc=("少",)),
            "fpc",
            "“少”：层“乙”的总体规模为0.5，小于样本中的1个单位。",
        ),
        (
            Asked("收入", clusters=("户", "收入"), fpc=("三", "零")),
            "fpc",
            "“零”：总体规模必须大于0。",
        ),
        (Asked("收入", fpc=("负",)), "fpc", "“负”：总体规模必须大于0。"),
        (Asked("收入", fpc=("乱",)), "fpc", "“乱”：样本内的总体规模前后不一。"),
        (Asked("收入", fpc=("三", "三")), "fpc", "总体规模的列多于群的列。"),
        (Asked("镇"), "y", "第2行“镇”列的“甲”不是数字。"),
    ],
)
def test_a_refused_file_is_told_in_chinese_by_its_column(
    asked: Asked, field: str, words: str
) -> None:
    refusal = told(lambda: analyse(FILE, asked))
    assert (refusal.field, str(refusal)) == (field, words)


def test_in_english_it_is_told_by_its_column_too() -> None:
    refusal = told(lambda: analyse(FILE, Asked("收入", weight="权")), "en")
    assert str(refusal) == "“权”: weights must not be negative."


def test_the_second_stage_is_told_by_its_own_column() -> None:
    columns = table(y="1 2 3 4", c="a a b b", d="1 2 3 4", N="9 9 9 9", M="1 1 5 5")
    refusal = told(lambda: analyse(columns, Asked("y", clusters=("c", "d"), fpc=("N", "M"))))
    assert str(refusal) == "“M”：群“a”的总体规模为1，小于样本中的2个单位。"


def raked(*margins: Margin) -> Design:
    return rake(Design.of(weights=[1, 1, 1]), list(margins))


SEX = Margin("性别", ["男", "男", "女"], {"男": 5, "女": 5})


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (
            lambda: raked(SEX, Margin("年龄", ["老", "少", "少"], {"老": 4, "少": 4})),
            "年龄的总体数合计为8，与性别的合计10不符。",
        ),
        (lambda: raked(Margin("性别", SEX.values, {"男": 5})), "性别：缺“女”的总体数。"),
        (
            lambda: raked(Margin("性别", SEX.values, {"男": 5, "女": 0})),
            "性别：“女”的总体数必须大于0。",
        ),
        (
            lambda: raked(Margin("class", ["a", "a", "a"], {"a": 5, "joined": 1})),
            "无回答调整层：样本中没有“合并的小组”的人。",
        ),
        (lambda: allocate(9, [3, 4], minimum=1), "需要抽取9人，但总共只有7人。"),
        (lambda: allocate(3, [3, 4], minimum=2), "每层至少2人，共需4人，多于3人。"),
        (
            lambda: size_for_proportion(0.05, population=10, response=0.5),
            "需要抽取20人，但总共只有10人。",
        ),
    ],
)
def test_margins_and_sizes_that_cannot_be_met_are_told_in_chinese(
    work: Callable[[], object], words: str
) -> None:
    assert str(told(said()(work))) == words


def test_a_refusal_without_a_sentence_passes_as_it_is() -> None:
    refusal = told(said()(lambda: Design.of(weights=[1.0], single="other")))  # type: ignore[arg-type]
    assert str(refusal) == "single must be refuse, certainty or centred"


CELLS = st.sampled_from(["1", "2", "3", "-1", "0", "0.5", "a", "", "NA", "NAN", "inf", "1e999"])
NAMES = st.sampled_from(["", "p", "q", "r", "s"])


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, st.just("2"), st.just("40")), min_size=1, max_size=6),
    asked=st.builds(
        Asked,
        y=NAMES,
        statistic=st.sampled_from(["mean", "total", "proportion"]),
        value=st.sampled_from(["", "1"]),
        weight=NAMES,
        strata=NAMES,
        clusters=st.lists(NAMES.filter(bool), max_size=2).map(tuple),
        fpc=st.lists(NAMES.filter(bool), max_size=2).map(tuple),
        by=NAMES,
        drop_missing=st.booleans(),
    ),
)
def test_no_file_is_refused_in_english(rows: list[tuple[str, ...]], asked: Asked) -> None:
    columns = dict(zip("pqrs", ([*cells] for cells in zip(*rows, strict=True)), strict=True))
    with translation.override("zh-hans"):
        words = reason(lambda: analyse(columns, asked))
    assert not words or HAN.search(words), words


def coded() -> dict[str, set[str]]:
    """Every code that a refusal of statistics is given → names of its values, as written."""
    found: dict[str, set[str]] = {}
    for path in Path(stats.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                given = {one.arg: one.value for one in node.keywords}
                if isinstance(code := given.get("code"), ast.Constant):
                    found.setdefault(str(code.value), set()).update(
                        re.findall(r"'(\w+)'", ast.unparse(given.get("values", code)))
                    )
    return found


def test_every_code_of_statistics_has_its_sentence() -> None:
    codes = coded()
    assert set(codes) == set(WORDS)
    for code, sentence in WORDS.items():
        wanted = set(re.findall(r"%\((\w+)\)s", str(sentence))) - {"column", "place"}
        assert wanted <= codes[code], code

"""Articles of laws: numbers, citations, splitting, digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.articles import (
    Article,
    BadLawText,
    Citation,
    chinese,
    citations,
    digest_of,
    law_key,
    number_of,
    split,
)

LAW = """\
中华人民共和国治安管理处罚法

（2005年8月28日通过　2025年6月27日修订）

目　录
第一章　总　　则
第四章　处罚程序

第一章　总　　则

第一条　为了维护社会治安秩序，根据宪法，制定本法。

第二条　扰乱公共秩序，尚不够刑事处罚的，由公安机关依照
第一条规定给予治安管理处罚。
第三条的规定，另有规定的除外。

第四章　处罚程序

第三条　公安机关办理治安案件的期限，自立案之日起不得超过三十日；
案情重大、复杂的，经上一级公安机关批准，可以延长三十日。

为了查明案情进行鉴定的期间、听证的期间，不计入办理治安案件的期限。
第三条之一　期限延长以二次为限。

第四条　本法自2026年1月1日起施行。

附件　文书式样
第五条 一份样张
"""


def texts(law: str) -> dict[Article, str]:
    return {article: said.text for article, said in split(law, "law.txt").items()}


def test_a_law_is_split_at_its_articles() -> None:
    found = split(LAW, "law.txt")
    assert [*found] == [Article(1), Article(2), Article(3), Article(3, 1), Article(4)]
    assert found[Article(2)].line == 13
    assert found[Article(2)].text.endswith(
        "第一条规定给予治安管理处罚。\n第三条的规定，另有规定的除外。"
    )
    assert found[Article(3)].text.startswith("公安机关办理治安案件的期限，自立案之日起")
    assert found[Article(3)].text.endswith("不计入办理治安案件的期限。")
    assert found[Article(3, 1)].text == "期限延长以二次为限。"
    assert found[Article(4)].text == "本法自2026年1月1日起施行。"  # neither chapter nor appendix


def test_markdown_and_digits_say_the_same() -> None:
    plain = "第一条 甲。\n第二条 乙；\n（一）丙。\n"
    marked = "# 某条例\n\n**第１条**　甲。\n\n## 第二章 罚则\n\n**第 2 条** 乙；\n\n- （一）丙。\n"
    for article, said in split(plain, "a").items():
        assert split(marked.replace("- ", ""), "b")[article].digest == said.digest


def test_headings_without_a_space() -> None:
    law = "第一条为了治安，制定本法。\n第二条违反第一条的，\n第一条、第二条规定的除外。\n第三条本法施行。\n"
    assert texts(law) == {
        Article(1): "为了治安，制定本法。",
        Article(2): "违反第一条的，\n第一条、第二条规定的除外。",
        Article(3): "本法施行。",
    }


def test_one_heading_that_lost_its_space_is_still_one() -> None:
    assert [*texts("第一条 甲。\n第二条 乙。\n第三条丙。\n第四条 丁。\n")] == [
        Article(n) for n in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("law", "reason"),
    [
        ("第一条 甲\n\n第三条 丙\n", r"law\.txt, line 3: 第二条 is missing before 第三条"),
        ("第一条 甲\n第二条 乙\n第二条 丙\n", r"line 3: 第二条 stands here a second time.*line 2"),
        (
            "第一条 甲\n第二条 乙\n第三条 丙\n第二条之一 丁\n",
            "line 4: 第二条之一 comes after 第三条",
        ),
        ("第五条 甲\n", "line 1: 第一条 is missing before 第五条"),
        ("第一条甲。\n第三条丙。\n", "line 2: 第二条 is missing"),
        ("第一条 甲\n第9999条 乙\n", "第二条 is missing before 第九千九百九十九条"),
    ],
)
def test_a_text_that_is_torn_is_refused_with_its_line(law: str, reason: str) -> None:
    with pytest.raises(BadLawText, match=reason):
        split(law, "law.txt")


def test_an_excerpt_says_what_it_leaves_out() -> None:
    assert texts("（略）\n第九十八条 甲。\n……\n第一百一十八条 乙。\n") == {
        Article(98): "甲。",
        Article(118): "乙。",
    }
    assert texts("GB/T 33358-2016\n4.1 接通率不低于95%\n") == {}


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("治安管理处罚法 第一百一十八条", ["治安管理处罚法 第一百一十八条"]),
        ("《网络安全法》第23条", ["网络安全法 第二十三条"]),
        ("信访工作条例 第二十二、二十三条", ["信访工作条例 第二十二条", "信访工作条例 第二十三条"]),
        (
            "某规定 第一百八十八至一百九十条",
            ["某规定 第一百八十八条", "某规定 第一百八十九条", "某规定 第一百九十条"],
        ),
        (
            "刑法 第二百五十三条之一第二款、第二百五十四条",
            ["刑法 第二百五十三条之一", "刑法 第二百五十四条"],
        ),
        ("甲法 第一条；乙规定（公通字〔2023〕9号）", ["甲法 第一条", "乙规定"]),
        ("Proposed (shortest retention, 个人信息保护法 第十九条)", ["个人信息保护法 第十九条"]),
        ("GB/T 33358-2016 (recommended)", ["GB/T 33358-2016"]),
    ],
)
def test_what_a_source_names(source: str, named: list[str]) -> None:
    law = not source.startswith("Proposed")
    assert [str(one) for one in citations(source, law=law)] == named


def test_a_proposal_names_no_text_as_a_whole() -> None:
    assert citations("Practice of Hefei (press report); Xiapu: 48 hours", law=False) == ()
    assert citations("Proposed", law=True) == (Citation("Proposed"),)


def test_a_law_is_found_by_its_name_however_it_is_written() -> None:
    names = (
        "治安管理处罚法",
        "中华人民共和国治安管理处罚法",
        "《治安管理处罚法》",
        "治安管理处罚法（2025年修订）",
    )
    assert {law_key(name) for name in names} == {"治安管理处罚法"}
    assert law_key("GB/T 33358-2016") == law_key("ＧＢ_T 33358－2016")


@given(st.integers(0, 9999))
def test_every_number_is_read_as_it_is_written(number: int) -> None:
    assert number_of(chinese(number)) == number == number_of(str(number))


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("一十八", 18), ("二〇二六", 2026), ("两百零五", 205), ("２３", 23)],
)
def test_numbers_as_people_write_them(text: str, number: int) -> None:
    assert number_of(text) == number


def test_no_number() -> None:
    for text in ("", "甲", "2十"):
        with pytest.raises(ValueError, match="no number"):
            number_of(text)


WORD = st.text(
    alphabet="公安机关办理案件应当自立案之日起，。；：“”（）三十日abc23 　", min_size=1
).filter(str.strip)
SENTENCE = WORD.map(lambda words: f"公{words}")
BODY = st.lists(SENTENCE, min_size=1, max_size=4)


@st.composite
def laws(draw: st.DrawFn) -> tuple[list[Article], list[list[str]]]:
    articles = [Article(1)]
    for inserted in draw(st.lists(st.booleans(), max_size=12)):
        number, place = articles[-1]
        articles.append(Article(number, place + 1) if inserted else Article(number + 1))
    return articles, [draw(BODY) for _ in articles]


@given(laws(), st.sampled_from(["　", " ", "  ", "\t"]), st.sampled_from(["", "**", "## ", "　　"]))
def test_whatever_is_written_as_articles_comes_back(
    law: tuple[list[Article], list[list[str]]], space: str, mark: str
) -> None:
    articles, bodies = law
    end = mark.strip().strip("#")
    text = "".join(
        f"第{chinese(n)}章{space}章名\n{mark}{article}{end}{space}" + "\n".join(body) + "\r\n\r\n"
        for n, (article, body) in enumerate(zip(articles, bodies, strict=True), 1)
    )
    found = split(text, "law.md")
    assert [*found] == articles
    assert [said.digest for said in found.values()] == [digest_of("".join(body)) for body in bodies]
    lines = text.replace("\r\n", "\n").split("\n")
    assert all(str(article) in lines[said.line - 1] for article, said in found.items())


@given(st.text(alphabet="第一二三十百0９条之章附件 　\n规定*#（略）…甲", max_size=60))
def test_no_text_breaks_the_splitter(text: str) -> None:
    found: dict[Article, object] = {}
    reason = ""
    try:
        found = dict(split(text, "law.txt"))
    except BadLawText as refused:
        reason = str(refused)
    assert [*found] == sorted(found)
    assert not reason or reason.startswith("law.txt, line ")


@given(WORD)
def test_a_digest_does_not_see_space_or_width(text: str) -> None:
    wide = text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})
    apart = "　".join(text)
    assert (
        digest_of(wide) == digest_of(apart) == digest_of(f"\ufeff**{text}**\n") == digest_of(text)
    )


@given(WORD, st.sampled_from("二五不"))
def test_a_digest_sees_every_character(text: str, other: str) -> None:
    assert digest_of(text + other) != digest_of(text)

"""What the public does not read: found wherever it stands, however it is written."""

import pytest

from anmin.kernel.errors import Refusal
from anmin.publishing.content import Content, content_of
from anmin.publishing.redaction import Known, applied, propose, rules, segments


def told(zh: str = "", *, en: str = "", known: tuple[Known, ...] = ()) -> str:
    """What the public reads of one paragraph."""
    language, text = ("en", en) if en else ("zh", zh)
    content = content_of({language: {"title": "x", "body": [text]}})
    shown = applied(content, propose(content, known))
    said = shown.en or shown.zh
    assert said is not None
    return said.body[0]


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("电话13857712345联系", "电话〔电话已隐去〕联系"),
        ("电话１３８５７７１２３４５联系", "电话〔电话已隐去〕联系"),
        ("电话138 5771-2345。", "电话〔电话已隐去〕。"),
        ("电话138\u200b57712345联系", "电话〔电话已隐去〕联系"),
        ("电话138–5771–2345。", "电话〔电话已隐去〕。"),
        ("电话138 - 5771 * 2345。", "电话〔电话已隐去〕。"),
        ("电话١٣٨٥٧٧١٢٣٤٥", "电话〔电话已隐去〕"),
        ("壹叁捌伍柒柒壹贰叁肆伍", "〔号码已隐去〕"),
        ("写信到zhang.san(at)example.com", "写信到〔邮箱已隐去〕"),
        ("加vx anmin_2026", "加〔账号已隐去〕"),
        ("薇信：anmin_2026", "〔账号已隐去〕"),
        ("拨打0577-65812345", "拨打〔电话已隐去〕"),
        ("一三八五七七一二三四五", "〔号码已隐去〕"),
        ("身份证330381199003074512。", "身份证〔证件号已隐去〕。"),
        ("身份证33038119900307451X", "身份证〔证件号已隐去〕"),
        ("汇入6222 0213 0801 1234 567", "汇入〔账号已隐去〕"),
        ("浙C·A12B3号车", "〔车牌已隐去〕号车"),
        ("浙CD12345", "〔车牌已隐去〕"),
        ("写信到zhang.san@example.com", "写信到〔邮箱已隐去〕"),
        ("微信号：anmin_2026", "〔账号已隐去〕"),
        ("住文化小区3幢2单元401室", "住文化小区〔门牌已隐去〕"),
        ("瑞湖路12号门口", "瑞湖路〔门牌已隐去〕门口"),
        ("瑞湖路 12 号门口", "瑞湖路 〔门牌已隐去〕门口"),
        ("瑞 湖 路 1 2 号 3 幢 5 0 2 室", "瑞 湖 路 〔门牌已隐去〕"),
        ("瑞湖路十二号", "瑞湖路〔门牌已隐去〕"),
        ("王先生反映", "某人反映"),
        ("欧阳女士来电", "某人来电"),
        ("住户陈某某", "住户某人"),
        ("一名15岁的小学生", "一名〔已隐去〕的〔已隐去〕"),
        ("十六岁", "〔已隐去〕"),
        ("患有抑郁症", "患有〔已隐去〕"),
        ("她曾被丈夫家暴", "她曾〔已隐去〕"),
        ("看望性侵案的被害人", "看望〔已隐去〕"),
        ("见JQ-2026-0000123-3", "见〔编号已隐去〕"),
        ("在120.654321,27.778899处", "在〔位置已隐去〕处"),
    ],
)
def test_what_is_hidden(text: str, public: str) -> None:
    assert told(text) == public


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-16至2026-12-25",
        "2026年11月16日",
        "比值1.33（0.52–3.58），p=0.66",
        "共1234起（1165–1305），发于2026-11-16–2026-12-25",
        "比值12.345–13.678",
        "追回1234567元",
        "曝光台BG-2026-0007",
        "16岁以上的3号线乘客",
        "六处监控、四盏灯",
        "二十六岁",
        "遭受家庭暴力，可以报警吗？",
        "性骚扰警情3起",
        "共12起，此前同期9起",
        "锦湖街道文化社区",
    ],
)
def test_what_is_not(text: str) -> None:
    assert told(text) == text


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Call +86 138 5771 2345 now", "Call [telephone hidden] now"),
        ("Mr Wang of Room 401", "somebody of [house hidden]"),
        ("a 15-year-old boy", "a [hidden] boy"),
        ("she was pregnant", "she was [hidden]"),
        ("a rape victim", "a [hidden]"),
    ],
)
def test_what_is_hidden_in_english(text: str, public: str) -> None:
    assert told(en=text) == public


def test_names_that_the_house_knows_are_hidden_however_they_are_written() -> None:
    known = (Known("王秀英", "person"), Known("John Smith", "person"), Known("陈立", "staff"))
    assert (
        told("王秀英、王 秀 英、王·秀英和民警陈立", known=known) == "某人、某人、某人和民警经办人"
    )
    assert told("王_秀_英、王-秀英、王\n秀英", known=known) == "某人、某人、某人"
    assert told(en="john  smith and Smithson", known=known) == "somebody and Smithson"
    assert told("王秀", known=known) == "王秀"


@pytest.mark.parametrize(("name", "cut"), [("王秀英", "王秀"), ("John Smith", "john sm")])
def test_of_a_name_that_a_cut_went_through_no_part_is_left(name: str, cut: str) -> None:
    title = f"{'。' * (119 - len(cut))} {cut}"
    content = content_of({"zh": {"title": title}})
    shown = applied(content, propose(content, [Known(name, "person")])).said.title
    assert (shown[-2:], cut in shown) == ("某人", False)


def test_what_stands_instead_may_be_longer_than_the_room_there_is() -> None:
    content = content_of({"zh": {"title": f"{'。' * 100}瑞湖路1号、2号楼、3号楼"}})
    shown = applied(content, propose(content)).said.title
    assert (len(shown), shown[-1], "1号" in shown) == (120, "…", False)
    with pytest.raises(Refusal, match="120"):
        content_of({"zh": {"title": "。" * 121}})


def test_two_that_overlap_leave_nothing_between_them() -> None:
    known = (Known("文化小区3幢401室", "home"),)
    assert told("住文化小区3幢401室内", known=known) == "住〔地址已隐去〕内"
    assert "王" not in told("王先生13857712345")


def test_a_hiding_says_where_and_why_and_lifting_shows_it_again() -> None:
    content = content_of({"zh": {"title": "门牌", "body": ["瑞湖路12号"]}})
    (hiding,) = propose(content)
    assert (hiding.path, hiding.start, hiding.end, hiding.rule) == ("zh.body.0", 3, 6, "address")
    pieces = list(segments("zh.body.0", "瑞湖路12号", [hiding], {hiding.key: "公开的派出所地址"}))
    assert [(one.text, one.shown, one.lifted) for one in pieces] == [
        ("瑞湖路", "", ""),
        ("12号", "〔门牌已隐去〕", "公开的派出所地址"),
    ]
    assert applied(content, [hiding], {hiding.key}) == content


def test_every_rule_says_in_both_languages_what_is_read_and_why() -> None:
    assert [one.code for one in rules().values() if one.law] == [
        "identity", "card", "minor", "health", "person", "home",
    ]  # fmt: skip
    for rule in rules().values():
        assert all((rule.shown.zh, rule.shown.en, rule.why.zh, rule.why.en, rule.source))


def test_the_digest_is_that_of_the_bytes_whatever_the_order_of_keys() -> None:
    data = {"zh": {"title": "一", "facts": [{"label": "数", "value": "12", "n": 12}]}}
    one = content_of(data)
    turned = content_of({"marks": {}, "en": None, "zh": dict(reversed(data["zh"].items()))})
    assert one.digest == turned.digest == Content.model_validate_json(one.bytes).digest
    assert len(one.digest) == 64

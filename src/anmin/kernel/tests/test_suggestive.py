"""Texts that coach are refused by rule, fair ones pass; a question must ask what it counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.suggestive import Asked, Suggestive, coaching, require_fair, require_same


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("zh", "如果没有问题，请按1。", "one_key"),
        ("zh", "请您回复“５”结束回访。", "one_key"),
        ("zh", "请给我们打满分。", "asks_for_good"),
        ("zh", "麻烦您在评价时选五星。", "asks_for_good"),
        ("zh", "希望您能给个好评。", "asks_for_good"),
        ("zh", "您对我们的工作应该是满意的吧？", "presumes"),
        ("zh", "您是不是非常满意？", "presumes"),
        ("zh", "处理得还可以，对吧？", "presumes"),
        ("zh", "您的回答关系到民警的年终考核。", "presses"),
        ("zh", "不满意的话会扣民警的分。", "presses"),
        ("zh", "请您帮个忙，支持一下我们。", "presses"),
        ("zh", "答完可以参加抽奖。", "pays"),
        ("zh", "民警同志很辛苦，您对处理满意吗？", "praises"),
        ("zh", "感谢您体验我们热情周到的服务，您满意吗？", "praises"),
        ("en", "If all is well, please press 1.", "one_key"),
        ("en", "Reply  with number FIVE to finish.", "one_key"),
        ("en", "Please give us five stars.", "asks_for_good"),
        ("en", "We hope that you are satisfied.", "asks_for_good"),
        ("en", "You were satisfied, weren't you?", "presumes"),
        ("en", "Surely you are happy with how it was handled?", "presumes"),
        ("en", "Your answer affects the officer's bonus.", "presses"),
        ("en", "Would you do us a favour?", "presses"),
        ("en", "Everybody who answers gets a voucher.", "pays"),
        ("en", "Were you satisfied with our hard-working officers?", "praises"),
    ],
)  # fmt: skip
def test_a_text_that_coaches_is_refused(language: str, text: str, code: str) -> None:
    assert code in coaching(text, language)
    fair = {"zh": "您对这次处理是满意、基本满意，还是不满意？", "en": "How was it?"}
    with pytest.raises(Suggestive, match=code):
        require_fair("incident.v9", [fair, {**fair, language: text}])


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "请回复：1满意，2基本满意，3不满意。"),
        ("zh", "满意请按1，基本满意请按2，不满意请按3。"),
        ("zh", "总的来说，您对这次处理满意吗？"),
        ("zh", "请您用五分钟谈谈真实感受，哪一题都可以不答。"),
        ("zh", "可以选一项，也可以选几项。"),
        ("zh", "怎么回答都没有好处，也没有坏处。"),
        ("zh", "您对处理不满意的，我们要求处警单位整改。"),
        ("en", "Please reply 1 if satisfied, 2 if fairly satisfied, 3 if dissatisfied."),
        ("en", "All in all, were you satisfied, fairly satisfied or dissatisfied?"),
        ("en", "Please take five minutes; you may leave out any question."),
        ("en", "Is the matter solved by now, partly solved, or not solved?"),
    ],
)
def test_a_fair_text_passes(language: str, text: str) -> None:
    assert coaching(text, language) == []


@given(
    before=st.text("您好事情办完了，", max_size=12),
    coached=st.sampled_from(["请给个好评", "请您打五星", "可以参加抽奖"]),
    after=st.sampled_from(["", "。", "。谢谢您。"]),
)
def test_what_stands_around_it_saves_no_text(before: str, coached: str, after: str) -> None:
    assert coaching(f"{before}。{coached}{after}", "zh")


ANSWERS = {
    "satisfied": {"zh": "满意", "en": "Satisfied"},
    "fairly": {"zh": "基本满意", "en": "Fairly satisfied"},
    "dissatisfied": {"zh": "不满意", "en": "Dissatisfied"},
}
WORDS = {"zh": "您对这次处理满意吗？", "en": "Were you satisfied with how it was handled?"}


def test_a_question_and_its_answers_are_called_what_they_count() -> None:
    require_same("incident.v9", [Asked("satisfaction", WORDS, ANSWERS), Asked("text", {}, {})])


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ({**WORDS, "zh": "您收到本短信了吗？"}, ANSWERS),
        ({**WORDS, "en": "Did you get this message?"}, ANSWERS),
        (WORDS, {**ANSWERS, "satisfied": {"zh": "不满意", "en": "Satisfied"}}),
        (WORDS, {**ANSWERS, "dissatisfied": {"zh": "不满意", "en": "Go on"}}),
        (WORDS, {**ANSWERS, "satisfied": ANSWERS["fairly"], "fairly": ANSWERS["satisfied"]}),
        (WORDS, {code: ANSWERS[code] for code in ("satisfied", "fairly")}),
    ],
)
def test_a_question_that_looks_like_something_else_is_refused(
    words: dict[str, str], answers: dict[str, dict[str, str]]
) -> None:
    with pytest.raises(Suggestive, match="satisfaction"):
        require_same("incident.v9", [Asked("satisfaction", words, answers)])

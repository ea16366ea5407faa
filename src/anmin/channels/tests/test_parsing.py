"""Replies from phones, as people write them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.channels.parsing import _ANSWERS, _START, _STOP, OTHER, Reading, read_reply, suggested

WORDS = [
    *((word, Reading("answer", choice)) for choice, words in _ANSWERS.items() for word in words),
    *((word, Reading("stop")) for word in _STOP),
    *((word, Reading("start")) for word in _START),
]


@pytest.mark.parametrize(
    ("text", "kind", "choice"),
    [
        ("1", "answer", 1),
        ("１", "answer", 1),
        ("①", "answer", 1),
        (" 2。", "answer", 2),
        ("三", "answer", 3),
        ("叁！", "answer", 3),
        ("满意", "answer", 1),
        ("非常满意，谢谢！", "answer", 1),
        ("我不满意", "answer", 3),
        ("不 满意", "answer", 3),
        ("1满意", "answer", 1),
        ("3、不满意", "answer", 3),
        ("回复2", "answer", 2),
        ("基本满意", "answer", 2),
        ("Fairly  Satisfied", "answer", 2),
        ("DISSATISFIED", "answer", 3),
        ("T", "stop", None),
        ("ＴＤ", "stop", None),
        ("退订", "stop", None),
        ("回复TD退订", "stop", None),
        ("stop!", "stop", None),
        ("别发了；退出", "stop", None),
        ("不滿意", "answer", 3),
        ("❶", "answer", 1),
        ("⓷。", "answer", 3),
        ("2️⃣ 多謝", "answer", 2),
        ("٣", "answer", 3),
        ("➊➌", "other", None),
        ("1\u200b", "answer", 1),
        ("回覆：3", "answer", 3),
        ("請選1", "answer", 1),
        ("你們辛苦了，很滿意", "answer", 1),
        ("叄", "answer", 3),
        ("退訂", "stop", None),
        ("退\u200b订", "stop", None),
        ("回覆TD退訂", "stop", None),
        ("取消訂閱", "stop", None),
        ("不要再發了", "stop", None),
        ("別發了", "stop", None),
        ("恢復訂閱", "start", None),
        ("沒有退訂", "other", None),
        ("三 不满意", "answer", 3),
        ("不满意不满意", "answer", 3),
        ("满意，你们辛苦了！", "answer", 1),
        ("1 👍", "answer", 1),
        ("3😡", "answer", 3),
        ("1👎", "other", None),
        ("满意😡", "other", None),
        ("3👍", "other", None),
        ("满意？", "other", None),
        ("1?", "other", None),
        ("三满意", "other", None),
        ("不满意满意", "other", None),
        ("START", "start", None),
        ("", "other", None),
        ("谢谢", "other", None),
        ("0", "other", None),
        ("4", "other", None),
        ("12", "other", None),
        ("1 2", "other", None),
        ("1不满意", "other", None),
        ("不，满意", "other", None),
        ("一般", "other", None),
        ("你们3天才来", "other", None),
        ("not satisfied", "other", None),
        ("满意？你们来过吗", "other", None),
        ("不要停 stop", "other", None),
    ],
)
def test_as_people_write_them(text: str, kind: str, choice: int | None) -> None:
    assert read_reply(text) == Reading(kind, choice)


around = st.text(alphabet=" \t\n.,。，！!~～、…—-_\u3000", max_size=4)


@given(st.sampled_from(WORDS), around, around, st.booleans(), st.booleans())
def test_dress_does_not_change_an_answer(
    word: tuple[str, Reading], before: str, after: str, upper: bool, wide: bool
) -> None:
    text, reading = word
    text = text.upper() if upper else text
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
        assert unicodedata.normalize("NFKC", text).casefold() == word[0].casefold()
    assert read_reply(before + text + after) == reading


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=4))
def test_several_words_count_only_if_they_agree(words: list[tuple[str, Reading]]) -> None:
    # Joined by a mark: blanks alone may join the words to a longer one (不 满意).
    reading = read_reply("；".join(word.replace(" ", "") for word, _reading in words))
    meant = {meaning for _word, meaning in words}
    if len(meant) == 1:
        assert reading == meant.pop()
    elif reading.kind == "stop":  # who wants no messages gets none; a person reads the rest
        assert reading.words
        assert Reading("stop") in meant
    else:
        assert reading == OTHER


@given(st.text(max_size=200))
def test_anything_can_be_read(text: str) -> None:
    reading = read_reply(text)
    assert (reading.choice in {1, 2, 3}) == (reading.kind == "answer")
    assert reading.kind in {"answer", "stop", "start", "other"}


@given(st.text(max_size=40), st.sampled_from(WORDS), st.booleans())
def test_free_text_around_an_answer_goes_to_a_person(
    text: str, word: tuple[str, Reading], first: bool
) -> None:
    told = f"报警那晚没人来 {text}"
    reading = read_reply(f"{word[0]}，{told}" if first else f"{told}，{word[0]}")
    assert reading in (OTHER, Reading("stop", words=True))
    assert reading == OTHER or word[1].kind == "stop" or "退订" in text or "订阅" in text


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("退订，上次的事还没解决", Reading("stop", words=True)),
        ("TD 别再打了", Reading("stop", words=True)),
        ("td，楼上还在吵", Reading("stop", words=True)),
        ("请退订！谢谢", Reading("stop")),
        ("回TD", Reading("stop")),
        ("【ＴＤ】", Reading("stop")),
        ("退 订", Reading("stop")),
        ("我要退订", Reading("stop")),
        ("STOP all messages", Reading("stop")),
        ("Stop please", Reading("stop")),
        ("please unsubscribe me", Reading("stop", words=True)),
        ("Unsubscribe. The noise is back.", Reading("stop", words=True)),
        ("不要退订", OTHER),
        ("我没有退订啊", OTHER),
        ("Stop them please, they are back", OTHER),
        ("T恤被偷了", OTHER),
        ("T 恤被偷了", OTHER),
    ],
)
def test_no_more_messages_with_words_beside(text: str, reading: Reading) -> None:
    assert read_reply(text) == reading


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("3，来得太晚", 3),
        ("3。态度很差，非常不满意", 3),
        ("满意！但是来得慢", 1),
        ("２：还行", 2),
        ("满意？", 1),
        ("1👎", 1),
        ("1，很不满意", None),
        ("3 楼太吵", None),
        ("3个人打架", None),
        ("3.5小时才来", None),
        ("1、来得慢 2、态度差", None),
        ("你们来得太晚了", None),
    ],
)
def test_what_a_longer_text_begins_with_is_suggested_and_never_counted(
    text: str, choice: int | None
) -> None:
    assert read_reply(text) == OTHER
    assert suggested(text) == choice

"""Refusals carry their message, place and code."""

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal, Unavailable


class Lazy:
    """A translation that is only made when shown."""

    language = "zh"

    def __str__(self) -> str:
        return {"zh": "已被他人认领", "en": "taken by somebody else"}[self.language]


def test_a_refusal_says_why_and_where() -> None:
    refusal = Refusal("no such date", field="received", line=7, code="bad_date")
    assert (str(refusal), refusal.field, refusal.line, refusal.code) == (
        "no such date",
        "received",
        7,
        "bad_date",
    )
    assert (Refusal("x").field, Refusal("x").line, Refusal("x").code) == (None, None, "refused")


def test_the_message_is_translated_when_it_is_shown() -> None:
    message = Lazy()
    refusal = Conflict(message)
    assert str(refusal) == "已被他人认领"
    message.language = "en"
    assert str(refusal) == "taken by somebody else"


def test_each_refusal_has_its_code() -> None:
    codes = {kind("x").code for kind in (NotAllowed, Conflict, NotFound, Unavailable)}
    assert codes == {"not_allowed", "conflict", "not_found", "unavailable"}
    assert Conflict("x", code="taken").code == "taken"

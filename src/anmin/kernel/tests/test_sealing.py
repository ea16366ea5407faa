"""A key that named people hold: what opens it, and what does not."""

import json

import pytest

from anmin.kernel import sealing
from anmin.kernel.errors import Refusal
from anmin.kernel.sealing import BACKUP, SealKeyMade, Unopened, holder, private_key, seal, unseal

WORDS = {"wu": "a long passphrase", "qian": "another long one", "sun": "the third of them"}


@pytest.fixture(scope="module")
def two() -> SealKeyMade:
    """A key that two of three, or one and the backup, open together."""
    return sealing.make(WORDS, need=2)


@pytest.mark.parametrize("names", [("wu", "qian"), ("sun", "wu"), ("qian", BACKUP)])
def test_any_two_open_what_is_sealed(two: SealKeyMade, names: tuple[str, str]) -> None:
    token = seal(b"told", two.public, context=b"entry 1")
    held = [holder(two.holder_files[one], WORDS.get(one, "")) for one in names]
    private = private_key(two.key_file, held)
    assert unseal(token, private, context=b"entry 1") == b"told"
    for wrong, context in ((token, b"entry 2"), (token[:-1] + b"?", b"entry 1"), (b"", b"")):
        with pytest.raises(Unopened):
            unseal(wrong, private, context=context)


def test_what_is_missing_wrong_or_anothers_opens_nothing(two: SealKeyMade) -> None:
    other = sealing.make(WORDS, need=2)
    wu, qian = (holder(two.holder_files[one], WORDS[one]) for one in ("wu", "qian"))
    stranger = holder(other.holder_files["qian"], WORDS["qian"])
    for key_file, held in (
        (two.key_file, [wu]),
        (two.key_file, [wu, wu]),
        (two.key_file, [wu, stranger]),
        (other.key_file, [wu, qian]),
        (two.holder_files["wu"], [wu, qian]),
        ("{}", [wu, qian]),
        ("not JSON", [wu, qian]),
    ):
        with pytest.raises(Unopened):
            private_key(key_file, held)
    with pytest.raises(Unopened, match="passphrase of wu"):
        holder(two.holder_files["wu"], WORDS["qian"])
    altered = json.loads(two.key_file)
    altered["wrapped"]["qian+wu"] = altered["wrapped"]["sun+wu"]
    with pytest.raises(Unopened):
        private_key(json.dumps(altered), [wu, qian])


def test_no_secret_is_in_the_key_file_or_under_a_passphrase_in_the_clear(two: SealKeyMade) -> None:
    wu = holder(two.holder_files["wu"], WORDS["wu"])
    clear = json.loads(two.holder_files[BACKUP])["secret"]
    for text in (two.key_file, two.holder_files["wu"], two.holder_files["sun"]):
        assert clear not in text
        assert wu.secret.hex() not in text
    assert sealing.asks_passphrase(two.holder_files["wu"])
    assert not sealing.asks_passphrase(two.holder_files[BACKUP])


@pytest.mark.parametrize(
    ("words", "need", "field"),
    [
        ({}, 1, "need"),
        (WORDS, 3, "need"),
        ({"wu": "too short"}, 1, "passphrase"),
        ({BACKUP: WORDS["wu"]}, 1, "holder"),
    ],
)
def test_a_key_that_nobody_could_hold_is_not_made(
    words: dict[str, str], need: int, field: str
) -> None:
    with pytest.raises(Refusal) as told:
        sealing.make(words, need=need)
    assert told.value.field == field

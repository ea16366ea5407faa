"""Signed roots: the exact form, and getting them back out of what people keep them in."""

import base64
import textwrap
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel import checkpoint
from anmin.kernel.checkpoint import (
    PURPOSE,
    Mistyped,
    NoRoot,
    NotOurs,
    ShortRoot,
    SignedRoot,
    find,
    log_name,
    short_form,
    sign,
    verifier_key,
)
from anmin.kernel.crypto import Keyring
from anmin.kernel.reference import ALPHABET

KEYRING = Keyring(root=bytes(range(32)), keys=(bytes(32),))
KEY = KEYRING.signing_key(purpose=PURPOSE)
PUBLIC = KEY.public_key()
MAC = partial(KEYRING.mac, purpose=PURPOSE)
ROOT = bytes.fromhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
AT = datetime(2026, 11, 29, 16, 5, 0, 123456, tzinfo=UTC)
SIGNED = sign(KEY, size=412345, root=ROOT, at=AT)


def test_the_form_is_a_checkpoint_in_a_signed_note() -> None:
    name, size, root, at, empty, signature, end = SIGNED.text.split("\n")
    assert name == log_name(PUBLIC)
    assert (size, at, empty, end) == ("412345", "time 2026-11-29T16:05:00Z", "", "")
    assert base64.b64decode(root) == ROOT
    dash, signer, coded = signature.split(" ")
    raw = base64.b64decode(coded)
    assert (dash, signer, len(raw)) == ("—", name, 68)
    PUBLIC.verify(raw[4:], SIGNED.text.split("\n\n")[0].encode() + b"\n")
    known, hashed, key = verifier_key(PUBLIC).split("+", 2)
    assert (known, bytes.fromhex(hashed)) == (name, raw[:4])
    assert base64.b64decode(key) == b"\x01" + PUBLIC.public_bytes_raw()


def test_the_key_hash_is_that_of_other_programs_for_signed_notes() -> None:
    # The example of the documentation of Go's package for signed notes.
    coded = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(coded)[1:])
    assert checkpoint._key_hash("PeterNeumann", key).hex() == "c74f20a3"


def test_the_key_hangs_on_the_root_of_the_keyring_only() -> None:
    later = KEYRING.with_new_key().signing_key(purpose=PURPOSE).public_key()
    assert later.public_bytes_raw() == PUBLIC.public_bytes_raw()
    other = KEYRING.signing_key(purpose="something else").public_key()
    assert log_name(other) != log_name(PUBLIC)
    assert KEYRING.mac(b"x", purpose="a") != KEYRING.mac(b"x", purpose="b")


def quoted(text: str) -> str:
    lines = (f"> > {line}" for line in text.splitlines())
    return "\n".join(["Dear colleague,", *lines, "", "> earlier"])


def mailed(encoding: str, subtype: str = "plain") -> str:
    mail = EmailMessage()
    mail["Subject"] = "安民 2026-11-29"
    mail["From"] = "anmin@example.cn"
    body = f"值班室：\n\n{SIGNED.text}\n谢谢"
    if subtype == "html":
        body = f"<p>值班室</p><pre>{SIGNED.text.replace('—', '&mdash;')}</pre>"
    mail.set_content(body, subtype=subtype, cte=encoding)
    return mail.as_string()


@pytest.mark.parametrize(
    "kept",
    [
        SIGNED.text,
        SIGNED.text.replace("\n", "\r\n"),
        " ".join(SIGNED.text.split()),
        "\n\n".join(SIGNED.text.split()),
        textwrap.fill(SIGNED.text, 40),
        textwrap.indent(SIGNED.text.replace(" ", "\u00a0"), "\t"),
        SIGNED.text.replace("—", "-"),
        SIGNED.text.replace("—", "--"),
        SIGNED.text.replace("—", "–"),
        quoted(SIGNED.text),
        quoted(textwrap.fill(SIGNED.text, 60, break_on_hyphens=False)),
        f"<html><body><code>{SIGNED.text.replace(' ', '</b> <i>')}</code>",
        mailed("quoted-printable"),
        mailed("base64"),
        mailed("8bit"),
        mailed("quoted-printable", "html"),
        mailed("base64", "html"),
    ],
)
def test_it_is_found_however_it_was_kept(kept: str) -> None:
    (found,) = find(kept)
    assert isinstance(found, SignedRoot)
    assert found == SIGNED
    assert found.text == SIGNED.text
    found.require_signed_by(PUBLIC)


def test_every_root_of_a_text_is_found_once() -> None:
    later = sign(KEY, size=412346, root=ROOT[::-1], at=AT)
    assert find(f"{SIGNED.text}\n{later.text}\n{SIGNED.text}") == [SIGNED, later]


@pytest.mark.parametrize("text", ["", "412345", SIGNED.body, SIGNED.text[:-20], "\x00" * 9])
def test_other_text_has_no_root(text: str) -> None:
    with pytest.raises(NoRoot):
        find(text)


_HEAD, _CODED = SIGNED.text.rsplit(" ", 1)


@pytest.mark.parametrize(
    "altered",
    [
        SIGNED.text.replace("412345", "412344"),
        SIGNED.text.replace("16:05", "16:06"),
        SIGNED.text.replace("Xcna", "Ycna"),
        SIGNED.text[:-10] + "AAAA" + SIGNED.text[-6:],
        f"{_HEAD} {'B' if _CODED[0] == 'A' else 'A'}{_CODED[1:]}",  # the hash of the key
    ],
)
def test_an_altered_root_is_not_ours(altered: str) -> None:
    assert altered != SIGNED.text
    (found,) = find(altered)
    assert isinstance(found, SignedRoot)
    with pytest.raises(NotOurs, match="does not fit"):
        found.require_signed_by(PUBLIC)


def test_a_root_of_another_installation_says_of_which() -> None:
    other = Keyring.generate().signing_key(purpose=PURPOSE)
    foreign = sign(other, size=412345, root=ROOT, at=AT)
    with pytest.raises(NotOurs, match=log_name(other.public_key())):
        foreign.require_signed_by(PUBLIC)
    theirs, ours = log_name(other.public_key()), log_name(PUBLIC)
    (found,) = find(SIGNED.text.replace(f"— {ours}", f"— {theirs}"))
    assert isinstance(found, SignedRoot)
    with pytest.raises(NotOurs):
        found.require_signed_by(PUBLIC)
    renamed = foreign.text.replace(theirs, ours)
    (found,) = find(renamed)
    assert isinstance(found, SignedRoot)
    with pytest.raises(NotOurs, match="does not fit"):
        found.require_signed_by(PUBLIC)


def test_a_time_that_there_is_not_is_refused_in_words() -> None:
    with pytest.raises(NotOurs, match="2026-13-29"):
        find(SIGNED.text.replace("2026-11", "2026-13"))


@pytest.mark.parametrize(
    "typed",
    [
        short_form(MAC, size=412345, root=ROOT),
        short_form(MAC, size=412345, root=ROOT).lower(),
        short_form(MAC, size=412345, root=ROOT).replace(" ", "-"),
        f"root: {short_form(MAC, size=412345, root=ROOT)}\n".replace(" ", "\n   "),
        "".join(
            chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one
            for one in short_form(MAC, size=412345, root=ROOT)
        ),
    ],
)
def test_the_short_form_is_read_as_typed(typed: str) -> None:
    (found,) = find(typed)
    assert isinstance(found, ShortRoot)
    assert found.size == 412345
    found.require_tagged_by(MAC)
    assert found.fits(ROOT)
    assert not found.fits(ROOT[::-1])


def test_the_short_form_says_which_group_is_mistyped() -> None:
    text = short_form(MAC, size=412345, root=ROOT)
    head, *groups = text.split(" ")
    assert (len(groups), {len(group) for group in groups}) == (7, {5})
    for place, group in enumerate(groups, start=1):
        for at, right in enumerate(group):
            for wrong in {*ALPHABET, "0", "O"} - {right}:
                typed = [*groups]
                typed[place - 1] = group[:at] + wrong + group[at + 1 :]
                with pytest.raises(Mistyped) as refused:
                    find(" ".join([head, *typed]))
                assert refused.value.values == {"group": place}
    exchanged = " ".join([head, groups[1], groups[0], *groups[2:]])
    with pytest.raises(Mistyped, match="group 1"):
        find(exchanged)
    with pytest.raises(Mistyped, match="number of records"):
        find(text.replace("412345", "412354"))


def test_a_short_form_of_another_size_or_installation_is_not_ours() -> None:
    (foreign,) = find(
        short_form(partial(Keyring.generate().mac, purpose=PURPOSE), size=9, root=ROOT)
    )
    assert isinstance(foreign, ShortRoot)
    with pytest.raises(NotOurs):
        foreign.require_tagged_by(MAC)
    ours = short_form(MAC, size=412345, root=ROOT).split(" ", 1)[1]
    other = short_form(MAC, size=7, root=ROOT).split(" ", 1)[0]
    (moved,) = find(f"{other} {ours}")
    assert isinstance(moved, ShortRoot)
    with pytest.raises(NotOurs):
        moved.require_tagged_by(MAC)


@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read(size: int, root: bytes) -> None:
    signed = sign(KEY, size=size, root=root, at=AT)
    short = short_form(MAC, size=size, root=root)
    assert find(f"…{signed.text} {short}") == [signed]
    (typed,) = find(short)
    assert isinstance(typed, ShortRoot)
    assert (typed.size, typed.fits(root)) == (size, True)


@given(st.text())
def test_no_text_breaks_the_finder(text: str) -> None:
    for one in (text, f"Subject: a\nFrom: b\n\n{text}", f"{text}{SIGNED.text[:150]}"):
        with pytest.raises((NoRoot, Mistyped)):
            find(one)

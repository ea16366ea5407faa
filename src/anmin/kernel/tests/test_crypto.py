"""Field encryption: what is sealed opens only here, only in its place, and after a key change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.crypto import BadKeyring, Keyring, Unreadable

RING = Keyring.generate()
FIXED = (
    "# the keyring of the tests\n"
    "root:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    "5dd15ed3:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n"
)


@given(st.binary(max_size=300), st.binary(max_size=30))
def test_what_is_sealed_can_be_opened(plain: bytes, context: bytes) -> None:
    token = RING.encrypt(plain, context=context)
    assert RING.decrypt(token, context=context) == plain
    assert RING.decrypt(memoryview(token), context=context) == plain
    assert len(token) == len(plain) + 33


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    token = bytearray(RING.encrypt(b"13812345678", context=b"contact:1"))
    token[data.draw(st.integers(0, len(token) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        RING.decrypt(bytes(token), context=b"contact:1")


@given(st.integers(0, 43))
def test_half_a_token_is_noticed(length: int) -> None:
    token = RING.encrypt(b"13812345678", context=b"contact:1")
    with pytest.raises(Unreadable):
        RING.decrypt(token[:length], context=b"contact:1")


def test_a_token_does_not_open_in_another_place() -> None:
    token = RING.encrypt(b"13812345678", context=b"contact:1")
    with pytest.raises(Unreadable) as caught:
        RING.decrypt(token, context=b"contact:2")
    assert caught.value.code == "value_altered"


def test_equal_values_do_not_look_equal() -> None:
    assert RING.encrypt(b"same", context=b"") != RING.encrypt(b"same", context=b"")


def test_rotation_keeps_old_values_readable_until_the_old_key_goes() -> None:
    old = Keyring.generate()
    token = old.encrypt(b"secret", context=b"c")
    new = old.with_new_key()
    assert new.decrypt(token, context=b"c") == b"secret"
    assert (old.needs_rotation(token), new.needs_rotation(token)) == (False, True)

    rotated = new.rotate(token, context=b"c")
    assert not new.needs_rotation(rotated)
    assert new.rotate(rotated, context=b"c") == rotated
    with pytest.raises(Unreadable) as caught:
        old.decrypt(rotated, context=b"c")
    assert caught.value.code == "key_missing"

    bare = new.without_old_keys()
    assert bare.decrypt(rotated, context=b"c") == b"secret"
    with pytest.raises(Unreadable) as caught:
        bare.decrypt(token, context=b"c")
    assert caught.value.code == "key_missing"


def test_rotation_refuses_a_token_of_another_place() -> None:
    token = RING.encrypt(b"secret", context=b"c")
    with pytest.raises(Unreadable):
        RING.with_new_key().rotate(token, context=b"d")


def test_look_up_and_chain_survive_rotation() -> None:
    ring = RING.with_new_key().without_old_keys()
    phone = "+8613812345678"
    assert ring.blind_index(phone, purpose="phone") == RING.blind_index(phone, purpose="phone")
    assert ring.chain_key == RING.chain_key


def test_an_index_tells_nothing_across_purposes_and_installations() -> None:
    phone = "+8613812345678"
    indexes = {
        RING.blind_index(phone, purpose="phone"),
        RING.blind_index(phone, purpose="name"),
        RING.blind_index(phone + "0", purpose="phone"),
        Keyring.generate().blind_index(phone, purpose="phone"),
    }
    assert len(indexes) == 4
    assert {len(index) for index in indexes} == {16}


def test_stored_values_stay_readable_in_later_versions() -> None:
    """The format on disk is a promise: these bytes were written by the first version."""
    ring = Keyring.load(FIXED)
    token = bytes.fromhex(
        "015dd15ed3000000000000000000000000cdb306fe02be068ef00787c7b5664c9236cb0837f53c812885"
    )
    assert ring.decrypt(token, context=b"matter:JQ").decode() == "王女士"
    assert ring.blind_index("+8613812345678", purpose="phone").hex() == (
        "2154983aebb4a68e9c7a73c49026be48"
    )
    assert ring.chain_key.hex() == (
        "99da22d1b48f6fff944fc62ff9c3ba0030e6f536306c7bcab77cfc25a1dc0c10"
    )


def test_a_keyring_survives_file_and_environment() -> None:
    ring = RING.with_new_key().with_new_key()
    token = ring.encrypt(b"x", context=b"")
    for text in (ring.dump(), ring.dump().replace("\n", ","), ring.dump().replace("\n", " ")):
        again = Keyring.load(text)
        assert again.dump() == ring.dump()
        assert again.decrypt(token, context=b"") == b"x"
        assert not again.needs_rotation(token)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "one root, not 0"),
        (FIXED.replace("root:", "5dd15ed3:", 1), "entry 1 of the keyring does not fit"),
        (FIXED.replace("5dd15ed3:ICEi", "5dd15ed3:ICEj"), "entry 2 of the keyring does not fit"),
        (FIXED.replace("ICEi", "IC!i"), "entry 2 of the keyring is not base64"),
        (FIXED.splitlines()[1], "at least one key"),
        (FIXED + FIXED.splitlines()[1], "one root, not 2"),
        (FIXED + FIXED.splitlines()[2], "twice"),
        (FIXED[:-3], "entry 2 of the keyring is not base64"),
        ("root:AAEC\n", "32 bytes"),
    ],
)
def test_a_bad_keyring_is_refused_without_repeating_it(text: str, reason: str) -> None:
    with pytest.raises(BadKeyring, match=reason) as caught:
        Keyring.load(text)
    assert "ICE" not in str(caught.value)
    assert "AAEC" not in str(caught.value)


def test_a_keyring_does_not_show_its_secrets() -> None:
    secrets = [line.partition(":")[2] for line in RING.dump().splitlines()]
    assert not any(secret in f"{RING!r} {RING}" for secret in secrets)

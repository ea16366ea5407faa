"""Sealing to a public key: what comes in can be kept by a house that cannot read it.

A *seal key* is a key pair. The public half seals (HPKE, RFC 9180: X25519, HKDF-SHA256,
AES-256-GCM). The private half never lies anywhere in the clear: its *key file* holds it encrypted
once for each holder, or once for each pair of holders where two must open together; a pair's key is
derived from the secrets of both. A *holder file* holds one holder's secret under a passphrase
(Argon2id); the one called ``backup`` holds it in the clear, for an envelope in a safe. It counts as
one holder: where two are needed it opens nothing alone.
"""

import base64
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anmin.kernel.errors import Refusal

BACKUP: Final = "backup"
LEAST: Final = 12
"""A passphrase has at least so many characters."""
ABOUT: Final = 16
"""Bytes at the beginning of an enclosed token: what it is bound to."""
ADDED: Final = 48
"""Bytes by which sealing makes longer: an ephemeral key and a tag."""
STEP: Final = 1024
"""Texts are padded to so many bytes."""
_COST: Final[dict[str, int]] = {"time_cost": 3, "memory_cost": 65536, "parallelism": 4}
_ENCLOSED: Final = b"anmin sealed 1:"
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_SECRET: Final = 32
_NONCE: Final = 12
_KEY_FILE: Final = "anmin seal key 1"
_HOLDER_FILE: Final = "anmin seal holder 1"


class Unopened(Refusal):
    """The files or passphrases at hand do not open what is sealed."""

    default_code = "unopened"


@dataclass(frozen=True, slots=True)
class SealKeyMade:
    """A new key: what the house keeps, and the files for those who hold it."""

    id: str
    public: bytes
    need: int
    holders: tuple[str, ...]
    key_file: str
    holder_files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder's secret, taken out of the holder file."""

    name: str
    key: str
    secret: bytes


def make(passphrases: Mapping[str, str], *, need: int) -> SealKeyMade:
    """A new key for these holders, with a ``backup`` beside them.

    ``need`` is how many open together, one or two. Raises ``Refusal`` for too few holders or a
    passphrase that is too short.
    """
    if need not in (1, 2) or not passphrases:
        raise Refusal("one holder or two open a seal, and somebody holds it", field="need")
    if BACKUP in passphrases or any(not name.isprintable() for name in passphrases):
        raise Refusal("nobody who holds a key can be called that", field="holder")
    if short := [name for name, one in passphrases.items() if len(one) < LEAST]:
        raise Refusal(
            f"the passphrase of {short[0]} has fewer than {LEAST} characters", field="passphrase"
        )
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = fingerprint(public)
    secrets = {name: os.urandom(_SECRET) for name in (*passphrases, BACKUP)}
    wrapped = {
        _together(names): _coded(_encrypted(private.private_bytes_raw(), secrets, names, key))
        for names in combinations(sorted(secrets), need)
    }
    holders = tuple(sorted(passphrases))
    told = {"file": _KEY_FILE, "id": key, "public": _coded(public), "need": need}
    files = {
        name: _holder_file(name, key, secrets[name], passphrases.get(name)) for name in secrets
    }
    return SealKeyMade(
        key, public, need, holders, _text({**told, "holders": holders, "wrapped": wrapped}), files
    )


def fingerprint(public: bytes) -> str:
    """What tells a key from others, read out and compared by people: 16 characters."""
    digest = Hash(SHA256())
    digest.update(public)
    return digest.finalize().hex()[:16]


def seal(plain: bytes, public: bytes, *, context: bytes) -> bytes:
    """Seal for use in ``context`` only (48 bytes longer). Nothing here can open it again."""
    return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=context)


def unseal(token: bytes, private: X25519PrivateKey, *, context: bytes) -> bytes:
    """Open what was sealed. Raises ``Unopened`` if it was altered or belongs elsewhere."""
    try:
        return _SUITE.decrypt(token, private, info=context)
    except InvalidTag:
        raise Unopened("what is sealed was altered, or belongs to another key") from None


def enclose(plain: bytes, public: bytes) -> bytes:
    """Seal so that the token says by itself what it is bound to: 16 bytes of chance, then the rest.

    A browser makes the same (``seal.js`` of the portal); nothing tells where one was made.
    """
    about = os.urandom(ABOUT)
    return about + seal(plain, public, context=_ENCLOSED + about)


def disclose(token: bytes, private: X25519PrivateKey) -> bytes:
    """Open what ``enclose`` made. Raises ``Unopened``."""
    about, rest = token[:ABOUT], token[ABOUT:]
    return unseal(rest, private, context=_ENCLOSED + about)


def padded(text: bytes, step: int = STEP) -> bytes:
    """A JSON text with blanks behind it, to the next full step: its length tells less of it."""
    return text + b" " * (-len(text) % step)


def whole(token: bytes, step: int = STEP) -> bool:
    """Whether a token has the length of something that was padded."""
    inside = len(token) - ABOUT - ADDED
    return inside > 0 and inside % step == 0


def holder(text: str, passphrase: str) -> Holder:
    """The secret in a holder file. Raises ``Unopened`` for a wrong passphrase."""
    told = _read(text, _HOLDER_FILE)
    name, key, kept = str(told["holder"]), str(told["id"]), _plain(told["secret"])
    if "salt" in told:
        cipher = AESGCM(_stretched(passphrase, _plain(told["salt"])))
        try:
            kept = cipher.decrypt(kept[:_NONCE], kept[_NONCE:], f"{name}:{key}".encode())
        except InvalidTag:
            raise Unopened(f"the passphrase of {name} is wrong") from None
    return Holder(name, key, kept)


def asks_passphrase(text: str) -> bool:
    """Whether a holder file is under a passphrase; the backup's is not."""
    return "salt" in _read(text, _HOLDER_FILE)


def private_key(key_file: str, held: Sequence[Holder]) -> X25519PrivateKey:
    """The private half, opened by as many holders as it needs. Raises ``Unopened``."""
    told = _read(key_file, _KEY_FILE)
    key, need = str(told["id"]), int(told["need"])
    secrets = {one.name: one.secret for one in held if one.key == key}
    if len(secrets) < need:
        raise Unopened(f"{need} holders of the key {key} open it, not {len(secrets)}")
    names = tuple(sorted(secrets)[:need])
    wrapped = told["wrapped"].get(_together(names))
    if wrapped is None:
        raise Unopened(f"the key {key} is not held by {' and '.join(names)}")
    raw = _plain(wrapped)
    try:
        opened = _cipher(secrets, names, key).decrypt(
            raw[:_NONCE], raw[_NONCE:], _about(names, key)
        )
    except InvalidTag:
        raise Unopened("the key file was altered, or its holders' files are of another") from None
    found = X25519PrivateKey.from_private_bytes(opened)
    if fingerprint(found.public_key().public_bytes_raw()) != key:
        raise Unopened("the key file was altered")
    return found


def key_of(key_file: str) -> str:
    """Which key a key file holds."""
    return str(_read(key_file, _KEY_FILE)["id"])


def _holder_file(name: str, key: str, secret: bytes, passphrase: str | None) -> str:
    told: dict[str, Any] = {"file": _HOLDER_FILE, "holder": name, "id": key}
    if passphrase is None:
        return _text({**told, "secret": _coded(secret)})
    salt, nonce = os.urandom(16), os.urandom(_NONCE)
    cipher = AESGCM(_stretched(passphrase, salt))
    kept = nonce + cipher.encrypt(nonce, secret, f"{name}:{key}".encode())
    return _text({**told, "salt": _coded(salt), "secret": _coded(kept)})


def _stretched(passphrase: str, salt: bytes) -> bytes:
    """RFC 9106, second recommended option."""
    return hash_secret_raw(
        passphrase.encode(),
        salt,
        **_COST,
        hash_len=32,
        type=Type.ID,
    )


def _encrypted(plain: bytes, secrets: Mapping[str, bytes], names: Sequence[str], key: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(secrets, names, key).encrypt(nonce, plain, _about(names, key))


def _cipher(secrets: Mapping[str, bytes], names: Sequence[str], key: str) -> AESGCM:
    joined = b"".join(secrets[name] for name in names)
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_about(names, key))
    return AESGCM(kdf.derive(joined))


def _about(names: Sequence[str], key: str) -> bytes:
    return f"anmin seal key {key} {_together(names)}".encode()


def _together(names: Iterable[str]) -> str:
    return "+".join(names)


def _text(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _read(text: str, kind: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
        if told["file"] != kind:
            raise KeyError("file")
    except (ValueError, KeyError, TypeError):
        raise Unopened(f"this is no file of the kind “{kind}”") from None
    found: dict[str, Any] = told
    return found


def _coded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _plain(text: str) -> bytes:
    return base64.b64decode(text)

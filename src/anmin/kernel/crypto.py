"""Encryption of single fields, with keys that can be changed, and an index to look values up by.

A keyring holds one *root*, from which the keys of the blind index, the hash chain, the keyed
hashes and the signatures are derived and which never changes, and any number of *encryption keys*, newest first: the newest
encrypts, all decrypt. A token is ``version (1) | key id (4) | nonce (12) | AES-256-GCM``; what
the field belongs to is bound to it as associated data, so a token moved to another record does
not open. With random nonces one key is good for about four billion values (NIST SP 800-38D);
change it long before.
"""

import base64
import binascii
import hashlib
import os
import re
from functools import cached_property
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anmin.kernel.errors import Refusal, Unavailable

_KEY: Final = 32
_NONCE: Final = 12
_TAG: Final = 16
_VERSION: Final = b"\x01"
_HEADER: Final = len(_VERSION) + 4
_INDEX: Final = 16


class BadKeyring(Refusal):
    """The text is not a keyring. The message never repeats any of it."""

    default_code = "bad_keyring"


class Unreadable(Unavailable):
    """A token was altered, moved, or belongs to a key that this keyring does not hold."""

    default_code = "unreadable"


def _derive(secret: bytes, purpose: str, length: int = _KEY) -> bytes:
    info = f"anmin {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)


class Keyring:
    """The installation's secrets. Keep its text apart from the backups of the database.

    The text (``dump``, ``load``) has one entry for each secret, separated by white space or
    commas: ``root:<base64>`` and ``<key id>:<base64>``, newest key first. It fits in a file as
    well as in an environment variable. Losing the root loses look-up by phone and the proof of
    the chain; losing a key loses everything encrypted under it.
    """

    def __init__(self, *, root: bytes, keys: tuple[bytes, ...]) -> None:
        if not keys or any(len(secret) != _KEY for secret in (root, *keys)):
            raise BadKeyring(f"a keyring needs a root and at least one key of {_KEY} bytes each")
        self._root = root
        self._keys = {_derive(key, "key id", 4): key for key in keys}
        if len(self._keys) != len(keys):
            raise BadKeyring("a key stands in the keyring twice")
        # Making an AESGCM sets up the key schedule; once for each key, not for each value.
        self._ciphers = {
            _VERSION + key_id: AESGCM(_derive(key, "field encryption"))
            for key_id, key in self._keys.items()
        }
        self._newest, self._newest_cipher = next(iter(self._ciphers.items()))
        self._index_keys: dict[str, bytes] = {}
        self._mac_keys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._keys)}, newest {next(iter(self._keys)).hex()}>"

    @classmethod
    def generate(cls) -> Self:
        """A new keyring with one key, from the system's random source."""
        return cls(root=os.urandom(_KEY), keys=(os.urandom(_KEY),))

    def with_new_key(self) -> Self:
        """The same keyring with a new newest key. Tokens under old keys can still be read."""
        return type(self)(root=self._root, keys=(os.urandom(_KEY), *self._keys.values()))

    def without_old_keys(self) -> Self:
        """The same keyring with its newest key only, for when every token has been rotated."""
        return type(self)(root=self._root, keys=(next(iter(self._keys.values())),))

    @classmethod
    def load(cls, text: str) -> Self:
        """Read a keyring as ``dump`` wrote it; lines that begin with # are comments.

        Raises ``BadKeyring`` when something is missing, doubled or mistyped (each key id is
        a fingerprint of its key).
        """
        lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
        entries = [entry for entry in re.split(r"[\s,]+", " ".join(lines)) if entry]
        roots: list[bytes] = []
        keys: list[bytes] = []
        for place, entry in enumerate(entries, start=1):
            name, _, coded = entry.partition(":")
            try:
                secret = base64.b64decode(coded, validate=True)
            except binascii.Error:
                raise BadKeyring(f"entry {place} of the keyring is not base64") from None
            if name == "root":
                roots.append(secret)
            elif name == _derive(secret, "key id", 4).hex():
                keys.append(secret)
            else:
                raise BadKeyring(f"entry {place} of the keyring does not fit its key id")
        if len(roots) != 1:
            raise BadKeyring(f"a keyring has one root, not {len(roots)}")
        return cls(root=roots[0], keys=tuple(keys))

    def dump(self) -> str:
        """The keyring as text, secrets included."""
        named = [("root", self._root), *((i.hex(), key) for i, key in self._keys.items())]
        return "".join(f"{name}:{base64.b64encode(secret).decode()}\n" for name, secret in named)

    def encrypt(self, plain: bytes, *, context: bytes) -> bytes:
        """Seal ``plain`` under the newest key for use in ``context`` only (33 bytes longer)."""
        nonce = os.urandom(_NONCE)
        return self._newest + nonce + self._newest_cipher.encrypt(nonce, plain, context)

    def decrypt(self, token: bytes | memoryview, *, context: bytes) -> bytes:
        """Open a token. Raises ``Unreadable`` if it was altered or belongs to another context."""
        raw = bytes(token)
        cipher = self._ciphers.get(raw[:_HEADER])
        if cipher is None or len(raw) < _HEADER + _NONCE + _TAG:
            raise Unreadable(
                "the value was encrypted with a key that is not in the keyring", code="key_missing"
            )
        nonce = raw[_HEADER : _HEADER + _NONCE]
        try:
            return cipher.decrypt(nonce, raw[_HEADER + _NONCE :], context)
        except InvalidTag:
            raise Unreadable(
                "the encrypted value was altered or belongs elsewhere", code="value_altered"
            ) from None

    def needs_rotation(self, token: bytes | memoryview) -> bool:
        """Whether a token is under another key than the newest."""
        return bytes(token[:_HEADER]) != self._newest

    def rotate(self, token: bytes | memoryview, *, context: bytes) -> bytes:
        """The same value under the newest key; a token already under it comes back unchanged."""
        if not self.needs_rotation(token):
            return bytes(token)
        return self.encrypt(self.decrypt(token, context=context), context=context)

    def blind_index(self, value: str, *, purpose: str) -> bytes:
        """What to store and search instead of ``value``: a keyed hash of 16 bytes.

        Equal values have equal indexes, so normalise first. It does not change when encryption
        keys do; indexes of different purposes cannot be compared.
        """
        key = self._index_keys.get(purpose)
        if key is None:
            key = self._index_keys[purpose] = _derive(self._root, f"blind index {purpose}")
        return hashlib.blake2b(value.encode(), key=key, digest_size=_INDEX).digest()

    @cached_property
    def chain_key(self) -> bytes:
        """The key of the hash chain (``chain.link``)."""
        return _derive(self._root, "hash chain")

    def mac(self, message: bytes, *, purpose: str, size: int = 32) -> bytes:
        """A keyed BLAKE2b hash that only a holder of the root can make or check.

        It does not change when encryption keys do; those of different purposes cannot be
        exchanged. Compare with ``hmac.compare_digest``.
        """
        return hashlib.blake2b(message, key=self.mac_key(purpose), digest_size=size).digest()

    def mac_key(self, purpose: str) -> bytes:
        """The key of ``mac``, for who makes so many that one call each is too slow."""
        key = self._mac_keys.get(purpose)
        if key is None:
            key = self._mac_keys[purpose] = _derive(self._root, f"mac {purpose}")
        return key

    def signing_key(self, *, purpose: str) -> Ed25519PrivateKey:
        """The Ed25519 key for ``purpose``: what it signs, anybody can check who has its public half.

        Derived from the root, so it is the same for as long as the installation lives.
        """
        return Ed25519PrivateKey.from_private_bytes(_derive(self._root, f"signature {purpose}"))

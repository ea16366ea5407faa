"""Sealing to a code that is sent to somebody and kept nowhere: who has database and keyring lacks it.

The key follows from the code by Argon2id (RFC 9106), bound to what it opens; the content is AES-256-GCM.
Eight signs of thirty are 39 bits: some years of a large machine for one file, which is gone after days.
"""

import os
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anmin.kernel.errors import Refusal

_NONCE: Final = 12
_SALT: Final = 16


class WrongCode(Refusal):
    """The code does not open it."""

    default_code = "wrong_code"


def seal_under(code: str, plain: bytes, *, context: bytes) -> bytes:
    """``plain`` as only the code opens it, in that context."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return salt + nonce + AESGCM(_key(code, salt)).encrypt(nonce, plain, context)


def open_under(code: str, sealed: bytes, *, context: bytes) -> bytes:
    """What was sealed. Raises ``WrongCode``."""
    salt, nonce = sealed[:_SALT], sealed[_SALT : _SALT + _NONCE]
    try:
        return AESGCM(_key(code, salt)).decrypt(nonce, sealed[_SALT + _NONCE :], context)
    except InvalidTag:
        raise WrongCode("the code does not open it") from None


def _key(code: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        code.encode(),
        salt,
        time_cost=3,
        memory_cost=65_536,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )

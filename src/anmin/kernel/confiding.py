"""What whoever confides something keeps in hand: six characters and four groups of digits.

Both together give, slowly (PBKDF2), two things: the private half of a key that answers are sealed to,
and a proof for the house that it is the same person again. The house keeps the public half and a keyed
digest of the proof, neither of which leads back. A browser reckons the same (``seal.js`` of the portal):
then the house never sees what they follow from.

Six characters of 30 and sixteen digits are 82 bits. The salt is the same for all, so that nothing has to
be asked of the house before; 82 bits bear that.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""30 signs that nobody takes for one another."""
CODE, GROUPS, DIGITS = 6, 4, 4
ROUNDS: Final = 600_000
_SALT: Final = b"anmin confided 1"


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody keeps in hand, in the form that it is written down."""

    code: str
    passphrase: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What follows from it: the private key that opens answers, and the proof for the house."""

    private: X25519PrivateKey
    proof: bytes

    @property
    def public(self) -> bytes:
        """The half of the key that the house has."""
        return self.private.public_key().public_bytes_raw()


def kept_from(chance: bytes) -> Kept:
    """Code and digits that follow from 32 bytes of chance or of a keyed digest."""
    number = int.from_bytes(chance)
    number, digits = divmod(number, 10 ** (GROUPS * DIGITS))
    code = "".join(ALPHABET[number // len(ALPHABET) ** at % len(ALPHABET)] for at in range(CODE))
    text = str(digits).zfill(GROUPS * DIGITS)
    groups = [text[at : at + DIGITS] for at in range(0, len(text), DIGITS)]
    return Kept(code, "-".join(groups))


def proof_of(code: str, passphrase: str) -> Proof:
    """What follows from a code and digits, however they are typed. Takes a third of a second."""
    plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", code).upper())
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", passphrase))
    said = f"{plain}:{digits}".encode()
    root = hashlib.pbkdf2_hmac("sha256", said, _SALT, ROUNDS)
    private = HKDFExpand(SHA256(), 32, b"read").derive(root)
    return Proof(
        X25519PrivateKey.from_private_bytes(private),
        HKDFExpand(SHA256(), 32, b"prove").derive(root),
    )

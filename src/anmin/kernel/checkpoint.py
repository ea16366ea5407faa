"""The signed root: what a log of records was at one moment, as text that anybody can keep.

It is a *checkpoint* in a *signed note*, the forms that transparency logs share (C2SP
tlog-checkpoint and signed-note): name of the log, number of records, root in base64, here also the
time; an empty line; ``— name base64(key hash ‖ Ed25519 signature)``. The name carries a fingerprint
of the public key, so an installation needs none chosen for it. ``find`` gets signed roots back
out of a mail, a saved page or a scanned sheet whose lines and spaces have changed.

The *short form* is for paper and telephones: the number of records and 35 characters that a person can type.
It has no signature; a keyed tag lets the installation itself recognise it.
"""

import base64
import html
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anmin.kernel.errors import Refusal
from anmin.kernel.merkle import HASH
from anmin.kernel.reference import ALPHABET, check_character

PURPOSE: Final = "signed root"  # of the keys (``Keyring.signing_key``, ``Keyring.mac``)
_ED25519: Final = b"\x01"
_KEY_HASH: Final = 4
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"

# Any blank may have become another or several; names and base64 may have been broken within.
_SPACES: Final = r"\s+"
_ROOT: Final = r"((?:[A-Za-z0-9+/]\s*){43}=)"
_SIGNATURE: Final = r"((?:[A-Za-z0-9+/]\s*){91}=)"
_NAME: Final = r"(anmin-\s*records/\s*(?:[0-9a-f]\s*){15}[0-9a-f])"
_NOTE: Final = re.compile(
    _SPACES.join(
        (_NAME, r"([0-9]{1,18})", _ROOT, r"time", r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z)")
    )
    + rf"\s+[-\u2010-\u2015\u2212]+\s*{_NAME}\s+{_SIGNATURE}"
)
_QUOTED: Final = re.compile(r"^[ \t]*(?:[>|][>| \t]*)", re.MULTILINE)
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_TAGS: Final = re.compile(r"<[^<>]*>")
_MAIL: Final = re.compile(r"\A(?:From |[A-Za-z-]+:[^\n]*\n)(?:[A-Za-z-]+:|[ \t])")

_GROUPS, _GROUP = 7, 4  # the short form: groups of characters, each followed by its check character
_SHORT_ROOT, _TAG = 13, 4  # bytes of the root and of the keyed tag in it
_SHORT: Final = re.compile(
    rf"(?<![0-9A-Z-])([0-9]{{1,18}})\s*-\s*([0-9A-Z])((?:[\s-]+[0-9A-Z]{{{_GROUP + 1}}}){{{_GROUPS}}})(?![0-9A-Z])"
)
_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212\u30fc\ufe58\ufe63_]")

type Mac = Callable[[bytes], bytes]
"""A keyed hash of at least four bytes, for the tag of the short form."""


class NoRoot(Refusal):
    """The text has no signed root in it."""

    default_code = "no_root"


class NotOurs(Refusal):
    """The signature is not this installation's, or not over this text."""

    default_code = "not_our_root"


class Mistyped(Refusal):
    """A check character of a short form does not fit; the message says which group."""

    default_code = "mistyped_root"


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """A root as read or written. Trust it only after ``require_signed_by``."""

    name: str
    size: int
    root: bytes
    at: datetime
    signature: bytes  # key hash and Ed25519 signature
    signer: str

    @property
    def body(self) -> str:
        """What is signed."""
        return _body(self.name, self.size, self.root, self.at)

    @property
    def text(self) -> str:
        """The signed note in its exact form."""
        return f"{self.body}\n— {self.signer} {_base64(self.signature)}\n"

    def require_signed_by(self, key: Ed25519PublicKey) -> None:
        """Refuse a root that ``key`` did not sign (``NotOurs``), saying how far it is off."""
        name = log_name(key)
        if self.name != name or self.signer != name:
            raise NotOurs(
                f"this root is of {self.name}, this installation is {name}", code="foreign_root"
            )
        try:
            if self.signature[:_KEY_HASH] != _key_hash(name, key):
                raise InvalidSignature
            key.verify(self.signature[_KEY_HASH:], self.body.encode())
        except InvalidSignature:
            raise NotOurs(
                "the signature does not fit: the root, its size or its time was altered or mistyped"
            ) from None


@dataclass(frozen=True, slots=True)
class ShortRoot:
    """A root as typed from paper: enough of it to recognise, with the installation's tag."""

    size: int
    start: bytes  # of the root
    tag: bytes

    def require_tagged_by(self, mac: Mac) -> None:
        """Refuse a short form whose tag this installation did not make (``NotOurs``)."""
        if not compare_digest(self.tag, _tag(mac, self.size, self.start)):
            raise NotOurs(
                "this short root was not made by this installation, or its size is mistyped"
            )

    def fits(self, root: bytes) -> bool:
        """Whether this is the short form of ``root``."""
        return root.startswith(self.start)


def log_name(key: Ed25519PublicKey) -> str:
    """The name of the log that ``key`` signs for."""
    return f"anmin-records/{sha256(key.public_bytes_raw()).hexdigest()[:16]}"


def verifier_key(key: Ed25519PublicKey) -> str:
    """The public key in the form that programs for signed notes read."""
    name = log_name(key)
    return f"{name}+{_key_hash(name, key).hex()}+{_base64(_ED25519 + key.public_bytes_raw())}"


def sign(key: Ed25519PrivateKey, *, size: int, root: bytes, at: datetime) -> SignedRoot:
    """Sign the root of a log of ``size`` records, as it was ``at`` (kept to the second)."""
    if len(root) != HASH or size < 0:
        raise ValueError("a root has 32 bytes and a size from 0")
    public = key.public_key()
    name = log_name(public)
    at = at.astimezone(UTC).replace(microsecond=0)
    signature = _key_hash(name, public) + key.sign(_body(name, size, root, at).encode())
    return SignedRoot(name, size, root, at, signature, name)


def short_form(mac: Mac, *, size: int, root: bytes) -> str:
    """The short form, like ``412345-K 7M2PQ 9XKTR …``."""
    start = root[:_SHORT_ROOT]
    number = int.from_bytes(start + _tag(mac, size, start), "big")
    characters = ""
    for _ in range(_GROUPS * _GROUP):
        number, digit = divmod(number, len(ALPHABET))
        characters = ALPHABET[digit] + characters
    groups = [characters[at : at + _GROUP] for at in range(0, len(characters), _GROUP)]
    checked = [
        group + check_character(f"{place}{group}") for place, group in enumerate(groups, start=1)
    ]
    return " ".join([f"{size}-{check_character(str(size))}", *checked])


def find(text: str) -> list[SignedRoot | ShortRoot]:
    """Every signed root in ``text``, in order; if there is none, every short form.

    Raises:
        Mistyped: there is only a short form, and a check character does not fit.
        NoRoot: there is neither.
    """
    for candidate in _readings(text):
        if found := [_signed(match) for match in _NOTE.finditer(candidate)]:
            return list(dict.fromkeys(found))
    for candidate in _readings(text):
        plain = _DASHES.sub("-", unicodedata.normalize("NFKC", candidate)).upper()
        if short := [_short(*match.groups()) for match in _SHORT.finditer(plain)]:
            return list(dict.fromkeys(short))
    raise NoRoot("there is no signed root in this text")


def _readings(text: str) -> list[str]:
    """The text as it stands, as the mail that it may be, and without the tags of a page."""
    text = text.translate(_INVISIBLE)
    readings = [text]
    if _MAIL.match(text):
        for part in message_from_string(text, policy=policy.default).walk():
            if isinstance(part, EmailMessage) and part.get_content_maintype() == "text":
                with suppress(LookupError, ValueError):  # an encoding that there is not
                    readings.append(str(part.get_content()).translate(_INVISIBLE))
    readings += [html.unescape(_TAGS.sub(" ", one)) for one in readings if "<" in one or "&" in one]
    return [_QUOTED.sub("", one) for one in readings]


def _signed(match: re.Match[str]) -> SignedRoot:
    name, size, root, at, signer, signature = match.groups()
    try:
        moment = datetime.strptime(at, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise NotOurs(f"the signed root has the time {at}, which there is not") from None
    name, signer = ("".join(one.split()) for one in (name, signer))
    return SignedRoot(name, int(size), _bytes(root), moment, _bytes(signature), signer)


def _short(size: str, check: str, groups: str) -> ShortRoot:
    if check_character(size) != check:
        raise Mistyped("the number of records is mistyped", field="size", values={"group": 0})
    number = 0
    for place, group in enumerate(re.split(r"[\s-]+", groups.strip("- \t\r\n")), start=1):
        known = all(character in ALPHABET for character in group)
        if not known or check_character(f"{place}{group[:-1]}") != group[-1]:
            raise Mistyped(f"group {place} ({group}) is mistyped", values={"group": place})
        for character in group[:-1]:
            number = number * len(ALPHABET) + ALPHABET.index(character)
    if number.bit_length() > 8 * (_SHORT_ROOT + _TAG):
        raise Mistyped("this is no short root", values={"group": 0})
    raw = number.to_bytes(_SHORT_ROOT + _TAG, "big")
    return ShortRoot(int(size), raw[:_SHORT_ROOT], raw[_SHORT_ROOT:])


def _tag(mac: Mac, size: int, start: bytes) -> bytes:
    return mac(size.to_bytes(8, "big") + start)[:_TAG]


def _body(name: str, size: int, root: bytes, at: datetime) -> str:
    return f"{name}\n{size}\n{_base64(root)}\ntime {at.strftime(_STAMP)}\n"


def _key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    named = f"{name}\n".encode() + _ED25519 + key.public_bytes_raw()
    return sha256(named).digest()[:_KEY_HASH]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(coded: str) -> bytes:
    return base64.b64decode("".join(coded.split()))

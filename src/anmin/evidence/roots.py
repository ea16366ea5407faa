"""Signed roots: what the log was at one moment, kept here and, above all, elsewhere.

Whoever has one outside the house can find out later whether everything up to then is still what
it was; nobody without the keys can make another that passes.
"""

from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import HEAD, Broken, atomic, seal_of_head
from anmin.evidence.models import Head, Root
from anmin.kernel import checkpoint
from anmin.kernel.checkpoint import PURPOSE, SignedRoot
from anmin.kernel.errors import NotFound
from anmin.kernel.merkle import Frontier

PAGE = 30
"""Roots on one page."""


def make() -> Root:
    """Sign the tree as it is now, and keep the root; it is itself recorded.

    Raises:
        NotFound: nothing has been recorded yet.
        Broken: the head of the log does not hold; it is not signed.
    """
    try:
        return _make()
    except IntegrityError:  # somebody else signed the same tree in this moment
        newest = latest()
        if newest is None:
            raise
        return newest


@atomic
def _make() -> Root:
    signed = sign_now()
    if signed is None:
        raise NotFound(_("Nothing has been recorded yet, so there is nothing to sign."))
    return Root.objects.create(size=signed.size, root=signed.root, at=signed.at, note=signed.text)


def sign_now() -> SignedRoot | None:
    """The signed root of the log as it is, kept nowhere; None before the first record.

    Raises ``Broken`` if the head of the log does not hold.
    """
    head = Head.objects.filter(pk=HEAD).values_list("size", "frontier", "seal").first()
    if head is None:
        return None
    size, packed, seal = head[0], bytes(head[1]), bytes(head[2])
    if seal != seal_of_head(size, packed):
        raise Broken(_("The evidence log does not hold, so it is not signed: run anmin verify."))
    root = Frontier.from_bytes(packed).root()
    key = settings.KEYRING.signing_key(purpose=PURPOSE)
    return checkpoint.sign(key, size=size, root=root, at=timezone.now())


def latest() -> Root | None:
    """The newest root."""
    return Root.objects.order_by("-size").first()


def page(*, before: int | None = None) -> tuple[list[Root], bool]:
    """Roots, newest first, of fewer than ``before`` records; and whether there are earlier ones."""
    rows = Root.objects.order_by("-size")
    found = list(rows.filter(size__lt=before)[: PAGE + 1] if before else rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def of_size(size: int) -> Root:
    """The root of so many records. Raises ``NotFound``."""
    try:
        return Root.objects.get(size=size)
    except (Root.DoesNotExist, OverflowError):
        raise NotFound(_("There is no signed root of that size.")) from None


def signed(root: Root) -> SignedRoot:
    """A kept root as its text says it. Raises ``checkpoint.NoRoot`` if that is no root."""
    (found,) = checkpoint.find(root.note)
    if not isinstance(found, SignedRoot):
        raise checkpoint.NoRoot("a short form was kept")
    return found


def short(root: Root) -> str:
    """The root as a person types it from paper."""
    return checkpoint.short_form(tag, size=root.size, root=bytes(root.root))


def tag(message: bytes) -> bytes:
    """The keyed tag of short forms."""
    made: bytes = settings.KEYRING.mac(message, purpose=PURPOSE)
    return made


def public_key() -> Any:
    """The Ed25519 key by which anybody checks the signatures."""
    return settings.KEYRING.signing_key(purpose=PURPOSE).public_key()


def verifier_key() -> str:
    """The public key as text, in the form that programs for signed notes read."""
    return checkpoint.verifier_key(public_key())


def log_name() -> str:
    """The name of this installation's log."""
    return checkpoint.log_name(public_key())

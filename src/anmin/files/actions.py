"""Keeping files, giving them out, and erasing them when their time is over."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Final, NamedTuple

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.files import enclosed, storage
from anmin.files.models import File
from anmin.files.naming import clean_name
from anmin.files.pictures import Drawn, redraw
from anmin.files.room import require_space
from anmin.files.scanning import scanner
from anmin.files.subjects import subject_of
from anmin.files.turns import turn
from anmin.files.types import Type, Wrong, kinds_of_file, type_of
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.people.actions import log_access
from anmin.people.limits import Limit, give_back, take
from anmin.people.models import Account

TOGETHER: Final = 200
"""Files that are erased, or looked for, in one go."""


CITIZEN: Final = "citizen:"
"""Before the key of a request that a citizen sent."""
ATTEMPTS: Final = 20
"""So often a file is given the next number, while others take it."""


LOOK: Final = Limit(1, 600)
"""One entry of the log for the small pictures of a thing that somebody sees in so many seconds."""


class Content(NamedTuple):
    """What a person gets."""

    name: str
    mime: str
    content: bytes


def keep(
    *, label: str, key: str, name: str, chunks: Iterable[bytes], by: Account | None, request: str
) -> File:
    """Keep a file of the thing ``key`` of the sort ``label``; it is whole and safe, or refused.

    Without ``by`` it comes from the citizen whose thing it is: the caller has seen that. ``request`` makes the call safe to repeat: a second one returns the first file.

    Raises ``NotAllowed`` or ``NotFound``; ``Wrong`` for a file that is not kept, with the reason;
    ``Unavailable`` if the storage or the scanner is away, or (``Busy``) many send at once. Then
    nothing has changed.
    """
    subject_of(label).require_add(by, key)
    request = request if by else f"{CITIZEN}{request}"
    if known := _known(label, key, request):
        return known
    _require_room(label, key)
    found = _looked_at(name, chunks, waits=by is not None)
    if subject_of(label).pictures and found.type.form != "picture":
        raise Wrong(_("“%(name)s” is no picture.") % {"name": name[:80]})
    if (to := subject_of(label).sealed_to(key)) is not None:
        token = enclosed.enclose(found.name, found.drawn.content, to.public)
        return _lay_down(*_enclosed_row(label, key, request, by, token, to.code))
    return _lay_down(*_row_of(label, key, request, by, found))


class Looked(NamedTuple):
    """A file that was looked at and may be kept; not kept yet."""

    name: str
    type: Type
    received: str
    drawn: Drawn
    scanner: str


def look_at(pictures: Iterable[tuple[str, Iterable[bytes]]]) -> list[Looked]:
    """Look at pictures, name and content, that come with something a citizen opens: whole and safe, or
    refused before there is anything. Raises as ``keep`` does; ``Wrong`` for what is no picture.
    """
    found: list[Looked] = []
    for one in look_at_any(pictures):
        found.append(one)
        if one.type.form != "picture":
            raise Wrong(_("“%(name)s” is no picture.") % {"name": one.name[:80]})
    return found


def look_at_any(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[Looked]:
    """The same for files of every sort that is kept, each looked at when it is asked for."""
    for place, (name, chunks) in enumerate(files):
        # Who has begun waits for the next turn, so that not all of them have to be sent again.
        yield _looked_at(name, chunks, waits=place > 0)


def keep_looked_at(*, label: str, key: str, found: Iterable[Looked], request: str) -> list[File]:
    """Keep what was looked at, of the citizen's thing ``key`` that was opened in this transaction; all or
    nothing. ``request`` makes the call safe to repeat.
    """
    subject_of(label).require_add(None, key)
    kept: list[File] = []
    try:
        for place, one in enumerate(found):
            again = f"{CITIZEN}{request}:{place}"
            if not _known(label, key, again):
                require_space()
                kept.append(_lay_down(*_row_of(label, key, again, None, one)))
    except BaseException:
        for row in kept:
            storage.drop(row.stored)
        raise
    return kept


def keep_enclosed(
    *, label: str, key: str, tokens: Iterable[bytes], to: str, request: str
) -> list[File]:
    """Keep files that came sealed to the key of that code, of the citizen's thing ``key``; all or nothing,
    in the caller's transaction. ``request`` makes the call safe to repeat.
    """
    subject_of(label).require_add(None, key)
    kept: list[File] = []
    try:
        for place, token in enumerate(tokens):
            again = f"{CITIZEN}{request}:{place}"
            if not _known(label, key, again):
                _require_room(label, key)
                require_space()
                kept.append(_lay_down(*_enclosed_row(label, key, again, None, token, to)))
    except BaseException:
        drop_contents(kept)
        raise
    return kept


def _enclosed_row(
    label: str, key: str, request: str, by: Account | None, token: bytes, to: str
) -> tuple[File, Drawn]:
    """The row of what the house cannot read: the same wherever it was sealed."""
    digest = hashlib.sha256(token).hexdigest()
    row = File(label=label, key=key, request=request, by=by, at=timezone.now(), sealed_to=to)
    row.name, row.type, row.stored = b"", enclosed.TYPE, secrets.token_hex(16)
    row.size, row.small = len(token), False
    row.received = row.sha256 = digest
    return row, Drawn(token, b"")


def drop_contents(rows: Iterable[File]) -> None:
    """Drop the contents of files whose transaction was undone."""
    for row in rows:
        storage.drop(row.stored)


def _looked_at(name: str, chunks: Iterable[bytes], *, waits: bool) -> Looked:
    content = _read(chunks)
    looked_at = scanner()
    if looked_at:
        looked_at.look(content)
    with turn(waits=waits):
        of = type_of(content)
        drawn = _drawn(content, of)
    received = hashlib.sha256(content).hexdigest()
    return Looked(name, of, received, drawn, looked_at.name if looked_at else "")


def _row_of(
    label: str, key: str, request: str, by: Account | None, found: Looked
) -> tuple[File, Drawn]:
    of, drawn = found.type, found.drawn
    row = File(label=label, key=key, request=request, type=of.code, by=by, at=timezone.now())
    clean, row.stored = clean_name(found.name, of), secrets.token_hex(16)
    row.name = settings.KEYRING.encrypt(clean.encode(), context=_context(row))
    row.size, row.small = len(drawn.content), bool(drawn.small)
    row.received, row.sha256 = found.received, hashlib.sha256(drawn.content).hexdigest()
    row.scanner = found.scanner
    return row, drawn


def read_file(
    *, label: str, key: str, pk: int, by: Account, request: HttpRequest | None = None
) -> Content:
    """A file for a person; who and when is in the access log.

    Raises ``NotFound`` for one that is not there (any more), ``NotAllowed``, ``Conflict`` for a
    content that is not what was kept, ``Unavailable``.
    """
    row = _row(label, key, pk, by)
    if row.sealed_to:
        raise NotAllowed(
            _("This file is sealed: the holders of its key open it together, at the console.")
        )
    content = storage.get(row.stored)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Conflict(
            _("The content of this file is not what was kept: tell the administrator."),
            code="file_altered",
        )
    log_access(
        account=by,
        action="read_file",
        subject=f"{label}:{key}"[:64],
        reason=_("file %(number)s") % {"number": row.seq},
        request=request,
    )
    return Content(name_of(row), kinds_of_file()[row.type].mime, content)


def read_small(
    *, label: str, key: str, pk: int, by: Account, request: HttpRequest | None = None
) -> bytes:
    """The small picture of a file, as JPEG. Raises as ``read_file`` does.

    That somebody looked at the pictures of a thing is in the access log, once for as long as a page
    of them is looked at (``LOOK``), not for each.
    """
    row = _row(label, key, pk, by)
    if not row.small:
        raise NotFound(_("There is no picture of this file."))
    content = storage.get(row.stored + storage.SMALL)
    looked = take("pictures of a thing", str(by.pk), label, key, limit=LOOK)
    if looked.over:
        return content
    try:
        log_access(
            account=by, action="see_pictures", subject=f"{label}:{key}"[:64], request=request
        )
    except BaseException:
        give_back(looked)
        raise
    return content


def name_of(row: File) -> str:
    """The name of a file; empty for one that was erased."""
    if not row.name:
        return ""
    return str(settings.KEYRING.decrypt(row.name, context=_context(row)).decode())


def erase_due() -> int:
    """Erase files of things that have been over for longer than they are kept; how many.

    The row stays and says by which rule. The content goes after the row is written: what is left
    if that is broken off, ``remove_orphans`` finds.
    """
    now = timezone.localtime()
    before = settings.RULES.get("files.kept", now.date()).cutoff(now)
    rows = File.objects.filter(erased_at=None, at__lt=before).order_by("pk")
    erased, last = 0, 0
    while erased < TOGETHER and (chunk := list(rows.filter(pk__gt=last)[:TOGETHER])):
        last = chunk[-1].pk
        over = _over(chunk)
        due = [row for row in chunk if over.get((row.label, row.key), now) < before]
        _erase(due, "files.kept", now)
        erased += len(due)
    return erased


def erase_of(label: str, keys: Sequence[str], *, why: str) -> int:
    """Erase all files of these things, by the rule ``why``; how many."""
    rows = list(File.objects.filter(label=label, key__in=keys, erased_at=None))
    _erase(rows, why, timezone.localtime())
    return len(rows)


def _erase(rows: Sequence[File], why: str, now: datetime) -> None:
    with atomic():
        for row in rows:
            row.name, row.erased_at, row.erased_why = b"", now, why
            row.save(update_fields=["name", "erased_at", "erased_why"])
    for row in rows:
        storage.drop(row.stored)


def remove_orphans() -> int:
    """Remove contents that no row names (any more): what a crash, or an erasing, left; how many."""
    now = timezone.localtime()
    before = settings.RULES.get("files.orphan_after", now.date()).cutoff(now).timestamp()
    removed = 0
    old = (name for name, written in storage.names() if written < before)
    for several in batched(old, TOGETHER, strict=False):
        stems = {name.removesuffix(storage.SMALL) for name in several}
        rows = File.objects.filter(stored__in=stems, erased_at=None)
        for stem in stems - set(rows.values_list("stored", flat=True)):
            storage.drop(stem)
            removed += 1
    return removed


def _lay_down(row: File, drawn: Drawn) -> File:
    """The content first, then the row that names it; without the row the content goes again."""
    storage.put(row.stored, drawn.content, drawn.small or None)
    try:
        for _attempt in range(ATTEMPTS):
            taken = File.objects.filter(label=row.label, key=row.key)
            row.seq = (taken.aggregate(last=Max("seq"))["last"] or 0) + 1
            try:
                with atomic():
                    row.save(force_insert=True)
            except IntegrityError:  # somebody else was faster
                if known := _known(row.label, row.key, row.request):
                    storage.drop(row.stored)
                    return known
                row.pk = None
                _require_room(row.label, row.key)
            else:
                return row
        raise Conflict(_("Many people are adding files here just now: send it again."))
    except BaseException:
        storage.drop(row.stored)
        raise


def _read(chunks: Iterable[bytes]) -> bytes:
    largest = settings.RULES.get("files.largest_mb", timezone.localdate()).number
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > largest * 2**20:
            raise Wrong(_("The file is larger than %(most)s MB.") % {"most": largest})
    return bytes(content)


def _drawn(content: bytes, of: Type) -> Drawn:
    if of.form != "picture":
        return Drawn(content, b"")
    rules, day = settings.RULES, timezone.localdate()
    return redraw(
        content,
        of,
        megapixels=rules.get("files.most_megapixels", day).number,
        side=rules.get("files.small_side", day).number,
    )


def _require_room(label: str, key: str) -> None:
    most = settings.RULES.get("files.most", timezone.localdate()).number
    if File.objects.filter(label=label, key=key, erased_at=None).count() >= most:
        raise Wrong(
            _("There are %(most)s files here already, and no more are kept.") % {"most": most}
        )


def _known(label: str, key: str, request: str) -> File | None:
    return File.objects.filter(label=label, key=key, request=request).first()


def _row(label: str, key: str, pk: int, by: Account) -> File:
    subject = subject_of(label)
    subject.require_see(by, key)
    row = File.objects.filter(label=label, key=key, pk=pk).first()
    if row is None or subject.kept_from(by, row):
        raise NotFound(_("There is no such file."))
    if row.erased_at:
        raise NotFound(_("This file was erased: its time was over."))
    return row


def _over(rows: Sequence[File]) -> dict[tuple[str, str], datetime]:
    """Since when what these files belong to has been over, as far as it is."""
    keys: dict[str, set[str]] = {}
    for row in rows:
        keys.setdefault(row.label, set()).add(row.key)
    return {
        (label, key): since
        for label, some in keys.items()
        for key, since in subject_of(label).over(sorted(some)).items()
    }


def _context(row: File) -> bytes:
    return b"file name:" + row.stored.encode()

"""Imports from the desk: a file is uploaded, looked at, and taken in by the worker."""

import codecs
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from pydantic import ValidationError

from anmin.evidence.log import atomic
from anmin.exchange.guess import Guess, Wishes, guess_profile
from anmin.exchange.house_codes import check_profile, look_around
from anmin.exchange.imports import import_file, make_units, theirs
from anmin.exchange.models import ImportRun, Status
from anmin.exchange.probe import probe
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import PROFILE_NAME, Profile
from anmin.exchange.profile_use import require_own_source, usable_profile
from anmin.exchange.profiles import load_profile, not_a_profile, own_folder, parse_profile
from anmin.exchange.queries import import_run
from anmin.exchange.reading import Order, read
from anmin.exchange.reasons import refusal, sentence
from anmin.exchange.row_facts import Facts
from anmin.exchange.speaking import no_later
from anmin.kernel.errors import Conflict, NotAllowed, Refusal, Unavailable
from anmin.people.actions import log_access
from anmin.people.policy import Capability, can, require

if TYPE_CHECKING:
    from anmin.people.models import Account

PREVIEWED = 500
"""Rows that are looked at before an import."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the first rows of a file become: facts by row, and rejected lines with their reasons.

    ``waiting`` of the rejected ones come in once an administrator has added their units.
    """

    header: list[str]
    encoding: str
    good: list[Facts]
    rejected: list[tuple[int, str]]
    notes: dict[str, int]
    waiting: int = 0


def lay_down(
    chunks: Iterable[bytes], *, name: str, actor: "Account", modified: float | None = None
) -> ImportRun:
    """Keep an uploaded file for an import to come; nothing is taken in yet.

    ``modified`` is when it was last written on the machine it came from (seconds since 1970).

    Raises ``NotAllowed``.
    """
    require(actor, Capability.IMPORT_RECORDS)
    folder().mkdir(mode=0o700, exist_ok=True)
    stored = secrets.token_hex(16)
    path = folder() / stored
    path.touch(mode=0o600)
    try:
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        return ImportRun.objects.create(
            file_name=name[-255:],
            size=path.stat().st_size,
            actor=actor,
            status=Status.DRAFT,
            stored=stored,
            made_at=timezone.now() if modified is None else no_later(modified),
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def preview(run: ImportRun, *, profile: str | Profile, actor: "Account") -> Preview:
    """Read the first rows of an uploaded file with a profile, writing nothing.

    Raises ``NotAllowed``, or ``Refusal`` if the file or the profile cannot be used.
    """
    require(actor, Capability.IMPORT_RECORDS)
    path = stored_path(run)
    profile, _binding = theirs(path, profile, actor)
    try:
        found = probe(path, encoding=profile.file.encoding)
        adds_units = can(actor, Capability.MANAGE_REFERENCE)
        world = look_around(profile, adds_units=adds_units)
        order = Order(path, profile, world, found, PREVIEWED)
        first = next(read(order))
    except Unreadable as fault:
        raise refusal(fault) from None
    rejected = [(row.line, sentence(row.problem)) for row in first.rejected]
    waiting = sum(row.problem.code == "new_unit" for row in first.rejected)
    return Preview(first.header, found.encoding, first.facts, rejected, first.notes, waiting)


def propose(
    path: Path, *, name: str = "mine", zone: str | None = None, wishes: Wishes | None = None
) -> Guess:
    """Propose a profile for a file (`stored_path` of an upload). Raises ``Refusal``."""
    zone = zone or settings.TIME_ZONE
    wishes = wishes or Wishes()
    if zone not in available_timezones():
        raise Refusal(_("There is no time zone %(zone)s.") % {"zone": zone}, field="zone")
    if not re.fullmatch(PROFILE_NAME, name):
        raise Refusal(
            _("“%(name)s” is no name for a profile: small letters, digits, - and _.")
            % {"name": name},
            field="name",
        )
    if wishes.encoding:
        try:
            codecs.lookup(wishes.encoding)
        except LookupError:
            told = {"encoding": wishes.encoding}
            raise Refusal(
                _("There is no encoding %(encoding)s.") % told, field="encoding"
            ) from None
    try:
        return guess_profile(path, name=name, zone=zone, wishes=wishes)
    except Unreadable as fault:
        raise refusal(fault) from None
    except OSError:
        raise refusal(Unreadable("no_file", path=str(path))) from None
    except ValidationError as fault:
        raise not_a_profile(fault) from None


def save_profile(text: str, *, actor: "Account") -> Profile:
    """Keep a profile of the installation's own under the name it gives itself.

    Raises ``NotAllowed``, or ``Refusal`` if it is no profile or speaks of unknown things.
    """
    require(actor, Capability.MANAGE_REFERENCE)
    profile = parse_profile(text)
    check_profile(profile)
    require_own_source(profile)
    folder = own_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f".{profile.name}.{secrets.token_hex(4)}"
    draft.write_text(text, "utf-8")
    draft.replace(folder / f"{profile.name}.toml")
    return profile


@atomic
def queue(run_id: int, *, profile: str, text: str = "", actor: "Account") -> ImportRun:
    """Let the worker take an uploaded file in.

    Args:
        profile: the name of the profile. text: a profile for this file alone, as TOML, instead
            of a known one; the run keeps it.

    Raises ``NotAllowed``, ``NotFound`` for an unknown profile, ``Refusal`` for a text that is no
    profile, or ``Conflict`` if somebody else has queued it already.
    """
    require(actor, Capability.IMPORT_RECORDS)
    run = _own(run_id, actor)
    if text:
        check_profile(parse_profile(text))
    else:
        usable_profile(actor, profile)
    if run.status == Status.INTERRUPTED and (text, profile) != (run.profile_text, run.profile):
        raise Conflict(_("An import that was begun goes on with the profile it began with."))
    waiting = ImportRun.objects.filter(pk=run_id, status__in=(Status.DRAFT, Status.INTERRUPTED))
    queued = {"profile": profile, "profile_text": text, "actor": actor}
    if not waiting.update(status=Status.QUEUED, **queued):
        raise Conflict(_("This file is being imported already."))
    return ImportRun.objects.get(pk=run_id)


@atomic
def discard(run_id: int, *, actor: "Account") -> None:
    """Throw an uploaded file away that was not imported. Raises ``NotAllowed``, ``Conflict``."""
    require(actor, Capability.IMPORT_RECORDS)
    _own(run_id, actor)
    run = ImportRun.objects.select_for_update().filter(pk=run_id, status=Status.DRAFT).first()
    if run is None:
        raise Conflict(_("This file is being imported already."))
    (folder() / run.stored).unlink(missing_ok=True)
    run.delete()


def add_units(run_id: int, *, codes: Collection[str], actor: "Account") -> ImportRun:
    """Add the units that an import named and nobody knew, and let it take their rows in.

    ``codes`` are the units as they were shown and confirmed: all that the run names.

    Raises ``NotAllowed`` but for an administrator, or ``Conflict`` if the list is another by now.
    """
    require(actor, Capability.MANAGE_REFERENCE)
    with atomic():
        run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or run.status != Status.DONE or not run.new_units:
            raise Conflict(_("This import names no new units any more."))
        if set(codes) != set(run.new_units):
            raise Conflict(_("The list of new units has changed; look again."))
        stored_path(run)
        profile = parse_profile(run.profile_text) if run.profile_text else load_profile(run.profile)
        make_units(profile, {code: name for code, (name, _rows) in run.new_units.items()})
        run.new_units, run.status = {}, Status.QUEUED
        run.save()
        log_access(
            account=actor,
            action="add_units",
            subject=f"import:{run.pk}",
            reason=_("%(number)s units") % {"number": len(codes)},
        )
    return run


def may_deal(run: ImportRun, actor: "Account") -> bool:
    """Whether this person may start an upload, or throw it away."""
    return run.actor_id == actor.pk or can(actor, Capability.MANAGE_REFERENCE)


def _own(run_id: int, actor: "Account") -> ImportRun:
    """An upload that this person may deal with: the own one, and an administrator any.

    Raises ``NotFound`` for one that they may not see, ``NotAllowed`` for somebody else's.
    """
    run = import_run(run_id, actor=actor)
    if not may_deal(run, actor):
        raise NotAllowed(_("Only the person who uploaded a file can import or discard it."))
    return run


def queued() -> int:
    """How many uploaded files wait for the worker."""
    return ImportRun.objects.filter(status=Status.QUEUED).exclude(stored="").count()


def run_next() -> int:
    """Take in the uploaded file that has waited longest; 1, or 0 if none waits.

    Only one worker does this at a time, so a run that counts as running was left by one that died.

    Raises:
        Unavailable: the database went away for long; the file waits on.
    """
    runs = ImportRun.objects.filter(status__in=(Status.QUEUED, Status.RUNNING)).exclude(stored="")
    run = runs.order_by("pk").first()
    if run is None:
        return 0
    try:
        if run.actor is None:
            raise NotAllowed(_("Nobody brings this file in: the account is gone."))
        with translation.override(run.actor.language or settings.LANGUAGE_CODE):
            path = stored_path(run)
            profile = parse_profile(run.profile_text) if run.profile_text else run.profile
            import_file(path, profile=profile, actor=run.actor, run=run, name=run.file_name)
    except Unavailable:
        ImportRun.objects.filter(pk=run.pk).update(status=Status.QUEUED)
        raise
    except Refusal as fault:
        ImportRun.objects.filter(pk=run.pk).update(
            status=Status.FAILED, reason=str(fault), finished_at=timezone.now()
        )
    if not ImportRun.objects.filter(pk=run.pk, status=Status.DONE).exclude(new_units={}).exists():
        # Until the new units are confirmed the file waits for them (``tidy``: not for ever).
        ImportRun.objects.filter(pk=run.pk).update(stored="")
        (folder() / run.stored).unlink(missing_ok=True)
    return 1


def stored_path(run: ImportRun) -> Path:
    """Where an uploaded file lies. Raises ``Refusal`` if it is gone."""
    path = folder() / run.stored
    if not run.stored or not path.is_file():
        raise Refusal(_("The uploaded file is not kept any more. Upload it again."))
    return path


def tidy() -> int:
    """Remove uploads never imported and files of rejected rows that are past their time."""
    now = timezone.localtime()
    rules, day = settings.RULES, now.date()
    old = rules.get("exchange.upload_kept", day).cutoff(now)
    removed, _by_model = ImportRun.objects.filter(status=Status.DRAFT, started_at__lt=old).delete()
    waiting = ImportRun.objects.filter(status=Status.DONE, finished_at__lt=old).exclude(stored="")
    waiting.update(stored="")
    kept = set(ImportRun.objects.exclude(stored="").values_list("stored", flat=True))
    removed += _remove(folder(), "*", old, kept)
    rejects = Path(settings.ANMIN_HOME) / "rejects"
    removed += _remove(rejects, "*.part", old)
    return removed + _remove(rejects, "*", rules.get("exchange.rejects_kept", day).cutoff(now))


def _remove(where: Path, names: str, before: datetime, kept: Collection[str] = ()) -> int:
    """Remove files last changed before a moment; how many."""
    old = [
        path
        for path in where.glob(names)
        if path.name not in kept and path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def folder() -> Path:
    """Where uploaded files lie; made when the first one comes."""
    return Path(settings.ANMIN_HOME) / "uploads"

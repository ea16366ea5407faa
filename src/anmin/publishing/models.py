"""Tables of publishing. Texts, editions, steps and clippings are only ever added.

What somebody wrote (``Text``) is sealed: it may hold what nobody is to read. What the public reads
(``Edition``) is written once, when another person approved exactly that.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly, Evidenced
from anmin.publishing.consent_models import StoryConsent as StoryConsent
from anmin.publishing.content import Content, content_of
from anmin.publishing.photos import Photo
from anmin.publishing.reasons import reasons
from anmin.publishing.redaction import Hiding
from anmin.publishing.series import Series, series_choices, series_of
from anmin.publishing.sources import Source, source_choices, source_of


class Standing(models.TextChoices):
    """How a publication stands before the public."""

    NONE = "none", _("Not published yet")
    LIVE = "live", _("Before the public")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Expired")


class Work(models.TextChoices):
    """What is being worked on."""

    NONE = "none", _("Nothing in hand")
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for another person")


def _reason_choices() -> list[tuple[str, str]]:
    return [(code, term.label) for code, term in reasons().items()]


class Publication(Evidenced):
    """Something that is said to the public, from its first draft to its end.

    ``newest`` is its last text, ``shown`` the edition that the public reads; ``earliest`` the first
    edition that may still be read. ``number`` is given when it is published. ``untrue`` says why it
    has to be corrected or taken back, by ``correct_by``; ``ended`` why it was. ``version`` counts
    every change.
    """

    series = models.CharField(_("series"), max_length=24, choices=series_choices)
    source = models.CharField(_("sort"), max_length=24, choices=source_choices)
    key = models.CharField(_("about"), max_length=64)
    number = models.CharField(_("number"), max_length=24, null=True, unique=True)  # noqa: DJ001
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing, default=Standing.NONE
    )
    work = models.CharField(_("in hand"), max_length=10, choices=Work, default=Work.DRAFT)
    newest = models.PositiveSmallIntegerField(default=1)
    shown = models.PositiveSmallIntegerField(null=True)
    earliest = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(_("begun"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_on = models.DateField(_("wanted on"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    changed_at = models.DateTimeField(_("last changed for the public"), null=True)
    review_on = models.DateField(_("to be reviewed on"), null=True)
    expires_on = models.DateField(_("expires on"), null=True)
    untrue = models.CharField(max_length=24, choices=_reason_choices, blank=True)
    correct_by = models.DateTimeField(_("to be corrected or taken back by"), null=True)
    ended = models.CharField(_("reason"), max_length=24, choices=_reason_choices, blank=True)
    version = models.PositiveIntegerField(default=0)

    EVIDENCE_NAME = "number"

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.CheckConstraint(
                condition=Q(standing="none") | Q(number__isnull=False, shown__isnull=False),
                name="publication_numbered",
            ),
            # Of what is public or in hand there is one about each thing.
            models.UniqueConstraint(
                fields=["source", "key"],
                condition=~Q(work="none") | Q(standing="live"),
                name="publication_about_once",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "key"], name="publication_about"),
            models.Index(fields=["changed_at"], name="publication_changed"),
            models.Index(fields=["standing", "published_at"], name="publication_standing"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    @property
    def of(self) -> Source:
        """Its source as declared."""
        return source_of(self.source)

    @property
    def in_series(self) -> Series:
        """Its series as declared."""
        return series_of(self.series)


class Text(AppendOnly):
    """One version as it was written: sealed, with the hidings that the rules proposed.

    ``area``, ``category``, ``day`` and ``stamp``: see ``sources.Draft``. ``closes_earlier``: once it
    is published, earlier editions can be read no more.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="texts")
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    hidings = models.JSONField(default=list)
    area = models.CharField(max_length=24, blank=True)
    category = models.CharField(max_length=32, blank=True)
    day = models.DateField(null=True)
    stamp = models.CharField(max_length=120, blank=True)
    closes_earlier = models.BooleanField(default=False)

    EVIDENCE_ERASES = ("sealed", "hidings")
    EVIDENCE_NAME = "publication__number seq"
    EVIDENCE_LABEL = _("text of a publication")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "seq"], name="publication_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}/{self.seq}"

    @staticmethod
    def seal(
        publication_id: int,
        seq: int,
        content: Content,
        marked: list[str],
        photos: Sequence[Photo] = (),
    ) -> bytes:
        """What is written, the words that its writer marked, its photos, for the column ``sealed``."""
        told: dict[str, Any] = {"content": content.model_dump(mode="json"), "marked": marked}
        told["photos"] = [one.plain() for one in photos]
        return settings.KEYRING.encrypt(orjson.dumps(told), context=_context(publication_id, seq))

    @cached_property
    def _opened(self) -> Mapping[str, Any]:
        """Nothing where it was erased."""
        if not self.sealed:
            return {"content": {"zh": {"title": "—"}}, "marked": []}
        context = _context(self.publication_id, self.seq)
        found: Mapping[str, Any] = json.loads(
            settings.KEYRING.decrypt(bytes(self.sealed), context=context)
        )
        return found

    @cached_property
    def content(self) -> Content:
        """What was written."""
        return content_of(self._opened["content"])

    @property
    def marked(self) -> list[str]:
        """The words that its writer marked to be hidden."""
        return list(self._opened["marked"])

    @property
    def photos(self) -> tuple[Photo, ...]:
        """Its photos, with what is covered in them."""
        return tuple(Photo.of(one) for one in self._opened.get("photos", ()))

    @property
    def places(self) -> list[Hiding]:
        """The hidings that were proposed when it was written."""
        return [Hiding(**one) for one in self.hidings]


def _context(publication_id: int, seq: int) -> bytes:
    return f"publication:{publication_id}/{seq}".encode()


class Edition(AppendOnly):
    """A text as the public reads it: what was approved, word for word. ``seq`` is that of its text.

    ``words`` is all of it in one line of small letters, for the search.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="editions")
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    face = models.CharField(max_length=24)
    words = models.TextField(blank=True, default="")

    EVIDENCE_ERASES = ("content", "words")
    EVIDENCE_NAME = "publication__number seq"
    EVIDENCE_LABEL = _("published text")
    EVIDENCE_RECEIPT = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "seq"], name="publication_edition_once")
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}/{self.seq}"


class Did(models.TextChoices):
    """What was done with a publication."""

    DRAFT = "draft", _("Begun")
    REVISE = "revise", _("Text changed")
    LIFT = "lift", _("Hiding lifted")
    HIDE = "hide", _("Hidden again")
    SUBMIT = "submit", _("Given to another person")
    TAKE_BACK = "take_back", _("Taken back to go on writing")
    REFUSE = "refuse", _("Refused")
    ANSWER = "answer", _("Warning answered")
    SIGN_OFF = "sign_off", _("Signed off by law")
    APPROVE = "approve", _("Approved and published")
    WITHDRAW = "withdraw", _("Taken back from the public")
    EXPIRE = "expire", _("Expired")
    KEEP = "keep", _("Reviewed: it still holds")
    UNTRUE = "untrue", _("Found to hold no longer")
    TRUE_AGAIN = "true_again", _("Found to hold again")
    REMIND = "remind", _("Review was due")
    PLAN = "plan", _("Day changed")
    ABANDON = "abandon", _("Given up")


class Step(AppendOnly):
    """One thing that was done with a publication, on which text; the house itself has no actor.

    ``about`` is the key of a hiding or a warning, ``digest`` that of what the public reads.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    did = models.CharField(max_length=12, choices=Did)
    text = models.PositiveSmallIntegerField()
    about = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    key = models.CharField(max_length=64, null=True)  # noqa: DJ001

    EVIDENCE_ERASES = ("reason",)
    EVIDENCE_NAME = "publication__number did"
    EVIDENCE_LABEL = _("step of a publication")

    class Meta:
        ordering = ("seq",)
        constraints = [
            models.UniqueConstraint(fields=["publication", "seq"], name="publication_step_once"),
            models.UniqueConstraint(
                fields=["publication", "key"],
                condition=Q(key__isnull=False),
                name="publication_key_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}/{self.seq} {self.did}"


class Clipping(AppendOnly):
    """Where somebody else reprinted it. Nothing is followed: somebody of the house saw it."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="clippings")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outlet = models.CharField(_("outlet"), max_length=120)
    link = models.URLField(_("link"), max_length=400, blank=True)
    on = models.DateField(_("on"))
    key = models.CharField(max_length=64)

    EVIDENCE_NAME = "publication__number"

    class Meta:
        verbose_name = _("clipping")
        ordering = ("-on", "-pk")
        constraints = [models.UniqueConstraint(fields=["publication", "key"], name="clipping_once")]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.outlet}"

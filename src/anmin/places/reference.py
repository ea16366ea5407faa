"""What every row of reference data has: saving it makes the caches of this room stale."""

import uuid
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced, EvidencedRows
from anmin.evidence.log import atomic

pinned: ContextVar[dict[str, Any] | None] = ContextVar("anmin_places_pinned", default=None)
"""What ``queries.steady`` keeps for this thread; emptied by every change."""


class Revision(models.Model):
    """One row whose token changes with every change of this room: what caches are checked by.

    A random token rather than a count, so that a rolled-back change and the next one never share
    a value. It is written in the transaction of the change itself.
    """

    token = models.UUIDField(default=uuid.uuid4)

    NO_EVIDENCE = "a token by which caches are checked; it says nothing"

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")

    @classmethod
    def bump(cls) -> None:
        """Declare everything cached from this room stale."""
        cls.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})
        if (pin := pinned.get()) is not None:
            pin.clear()


class ReferenceRows[R: models.Model](EvidencedRows[R]):
    """Rows of reference data: writing many at once makes the caches of this room stale, too."""

    def update(self, **values: Any) -> int:
        """Update, and declare caches stale, in one transaction."""
        with atomic():
            changed = super().update(**values)
            Revision.bump()
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete, and declare caches stale, in one transaction."""
        with atomic():
            deleted = super().delete()
            Revision.bump()
        return deleted

    def bulk_create(self, objs: Iterable[R], *args: Any, **kwargs: Any) -> list[R]:
        """Add rows, and declare caches stale, in one transaction."""
        with atomic():
            made = super().bulk_create(objs, *args, **kwargs)
            Revision.bump()
        return made


class Reference(Evidenced):
    """A row of reference data: saving or deleting it makes the caches of this room stale."""

    objects = models.Manager.from_queryset(ReferenceRows)()  # type: ignore[misc]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and declare caches stale, in one transaction."""
        with atomic():
            super().save(*args, **kwargs)
            Revision.bump()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and declare caches stale, in one transaction."""
        with atomic():
            deleted = super().delete(*args, **kwargs)
            Revision.bump()
        return deleted

"""Lists that people narrowed in a way they come back to, and who has which matter open."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """A list narrowed in a way that its owner comes back to; ``query`` is its address part."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=32)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)

    NO_EVIDENCE = "a convenience of its owner"

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["account", "page", "name"], name="desk_filter_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Looking(models.Model):
    """Somebody has the page of a matter open, as that page said a moment ago."""

    number = models.CharField(max_length=32)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    NO_EVIDENCE = "who has a page open; forgotten within the hour"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "account"], name="desk_looking_once"),
        ]

    def __str__(self) -> str:
        return self.number

"""Lists that people narrowed in a way they come back to."""

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

"""The publishing room as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    """The one gate to the public."""

    name = "anmin.publishing"
    label = "publishing"
    verbose_name = _("Publishing")

    def ready(self) -> None:
        """Read the rules, and let every room say what it publishes (``publications``)."""
        from anmin.publishing import erasing, reasons, redaction, sources  # noqa: F401 - lets retention take its words out

        redaction.rules()
        reasons.reasons()
        autodiscover_modules("publications")
        sources.require_series()

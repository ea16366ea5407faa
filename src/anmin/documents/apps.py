"""The room of official documents as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Official documents: reports, notices, replies, receipts; templates and the archive."""

    name = "anmin.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        """Find the reports that rooms declare; two of one code stop the start."""
        autodiscover_modules("reports")

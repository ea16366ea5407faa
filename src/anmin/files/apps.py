"""The files room as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Attachments and photos of whatever a room above registers."""

    name = "anmin.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        """Let the rooms above say what a file may belong to, and read the table of types."""
        from anmin.files.types import kinds_of_file

        kinds_of_file()
        autodiscover_modules("attachments")

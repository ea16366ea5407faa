"""The evidence room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """What was written, and when: the log that everything else is checked against."""

    name = "anmin.evidence"
    label = "evidence"
    verbose_name = _("Evidence")

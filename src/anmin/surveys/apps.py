"""The surveys room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    """Representative sample surveys: drawn, asked, weighted, estimated and released."""

    name = "anmin.surveys"
    label = "surveys"
    verbose_name = _("Surveys")

    def ready(self) -> None:
        """Read every data file at boot, so that a broken one stops the start."""
        from anmin.surveys import (  # noqa: F401 - takes replies, tells what is held
            dispositions,
            holding,
            outside,
            questionnaires,
            replies,
        )

        dispositions.outcomes()
        outside.measures()
        for code, version in questionnaires.versions():
            questionnaires.questionnaire(code, version)

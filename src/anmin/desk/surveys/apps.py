"""The room as a Django app."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Waves, their draws, results and methodology."""

    name = "anmin.desk.surveys"
    label = "desk_surveys"

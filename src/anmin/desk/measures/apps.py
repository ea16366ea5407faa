"""The room as a Django app."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """The indicators and the records behind them."""

    name = "anmin.desk.measures"
    label = "desk_measures"

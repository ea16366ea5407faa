"""Days as people here live them: from midnight to midnight in the installation's time zone."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def midnight(day: date, *, days: int = 0) -> datetime:
    """The moment at which a day begins, or the day ``days`` later."""
    return datetime.combine(day + timedelta(days=days), time.min, timezone.get_default_timezone())

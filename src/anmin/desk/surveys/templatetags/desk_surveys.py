"""Shares as the survey pages write them."""

from django import template

from anmin.desk.figures.numbers import percent

register = template.Library()
register.filter(percent)


@register.filter
def percent_bare(share: float | None) -> str:
    """0.356 as 35.6, for the lower end of an interval: the sign is said once."""
    return percent(share).removesuffix("%")

"""Shares as the survey pages write them."""

from django import template

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """0.356 as 35.6%, nothing as a dash."""
    return "—" if share is None else f"{share * 100:.1f}%"


@register.filter
def percent_bare(share: float | None) -> str:
    """0.356 as 35.6, for the lower end of an interval: the sign is said once."""
    return percent(share).removesuffix("%")

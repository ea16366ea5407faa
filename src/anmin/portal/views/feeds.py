"""Feeds of what was published, all of it or a series, for readers and for other offices' pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anmin.portal.cached import everybodys
from anmin.publishing import public
from anmin.publishing.public import Card


class Published(Feed):  # type: ignore[type-arg]
    """The newest texts as an Atom feed; what was taken back is in it no longer."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """The series, or nothing for all of them."""
        self.language = get_language() or settings.LANGUAGE_CODE
        return str(kwargs.get("series", ""))

    def title(self, obj: str) -> str:
        """What is in it."""
        known = public.series().get(obj)
        return str(known.label) if known else _("What was published")

    def link(self, obj: str) -> str:
        """The page that shows the same."""
        query = f"?series={obj}" if obj else ""
        return f"{settings.BASE_URL}{reverse('portal:read')}{query}"

    def feed_url(self, obj: str) -> str:
        """Its own address."""
        name, args = ("portal:feed_of", [obj]) if obj else ("portal:feed", [])
        return settings.BASE_URL + reverse(name, args=args)

    def items(self, obj: str) -> Sequence[Card]:
        """The texts, what changed last on top."""
        return public.feed(obj)

    def item_title(self, item: Card) -> str:
        """Number and title."""
        return f"{item.number} {item.said.title}"

    def item_description(self, item: Card) -> str:
        """What it says first, and for a correction what changed."""
        return " ".join(one for one in (item.said.lead, item.said.change) if one)

    def item_link(self, item: Card) -> str:
        """Its page."""
        return settings.BASE_URL + reverse("portal:published", args=[item.number])

    def item_pubdate(self, item: Card) -> datetime:
        """When it was first published."""
        return item.published_at

    def item_updateddate(self, item: Card) -> datetime:
        """When it changed last."""
        return item.changed_at

    def item_categories(self, item: Card) -> tuple[str, ...]:
        """Its series."""
        return (str(item.series.label),)


_published = Published()


@require_safe
@everybodys()
def feed(request: HttpRequest, series: str = "") -> HttpResponse:
    """All that was published lately, or of one series."""
    response: HttpResponse = _published(request, series=series)
    return response

"""What is the same on everybody's page, drawn once a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import get_language

if TYPE_CHECKING:
    from django.template.base import NodeList, Parser, Token
    from django.utils.safestring import SafeString

register = template.Library()


@register.tag
def same_for_all(parser: Parser, _token: Token) -> AlikeNode:
    """``{% same_for_all %}…{% endsame_for_all %}``: what everybody sees alike, made once a language.

    The block is rendered without the page's context, so that nothing of a person, a request or a
    matter can come into it; each process keeps the text.
    """
    nodelist = parser.parse(("endsame_for_all",))
    parser.delete_first_token()
    return AlikeNode(nodelist)


class AlikeNode(template.Node):
    """A part of a page that depends on the language alone."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._kept: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """The text in the language of the moment."""
        language = get_language()
        if language not in self._kept:
            page, nothing = context.template, template.Context(autoescape=context.autoescape)
            assert page is not None  # inside a page by definition
            with nothing.bind_template(page):
                self._kept[language] = self.nodelist.render(nothing)
        return self._kept[language]

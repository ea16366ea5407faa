"""Numbers of the law in texts: ``{rule[petition.national.review_request]}`` is the number of that rule."""

from django.conf import settings
from django.utils import timezone

from anmin.kernel.errors import Refusal


class RuleNumbers:
    """The number of a rule today by its key, so that no text keeps a number of its own."""

    def __getitem__(self, key: str) -> str:
        """Raises ``KeyError`` where there is no such rule."""
        try:
            return str(settings.RULES.get(key, timezone.localdate()).value)
        except Refusal as missing:
            raise KeyError(key) from missing

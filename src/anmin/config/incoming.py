"""What a request brings is text that can be kept, or it is refused before anybody reads it.

A null character or half of a surrogate pair in the path, the query, a cookie, a header or a form
ends here with 400 and the reason: PostgreSQL keeps neither, SQLite not the second, and no person
types them. The form is looked at when it is first read, so that uploads stay as lazy as they are.
"""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponseBase, QueryDict

from anmin.config.errors import BadInput, bad_request
from anmin.kernel.incoming import keepable

Answer = Callable[[HttpRequest], HttpResponseBase]


class Incoming:
    """Refuses what no database keeps. Stands below the language, above everything that reads."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        headers = (value for name, value in request.META.items() if name.startswith("HTTP_"))
        given = (request.path_info, *request.COOKIES.values(), *headers)
        if not all(map(keepable, given)) or not all(map(keepable, _texts(request.GET))):
            return bad_request(request, BadInput())
        _look_when_read(request)
        return self._get_response(request)


def _look_when_read(request: HttpRequest) -> None:
    load = request._load_post_and_files  # the one door of all forms

    def looked_at() -> None:
        load()
        if not all(map(keepable, _texts(request._post))):  # type: ignore[attr-defined]
            request._post = QueryDict()  # type: ignore[attr-defined]
            raise BadInput

    setattr(request, "_load_post_and_files", looked_at)  # noqa: B010 - of this request alone


def _texts(given: QueryDict) -> Iterable[str]:
    for name, values in given.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))

"""Every address of the installation, found and not listed: for tests that walk all of them.

`routes()` is what the resolver knows. `Walker` goes where somebody's pages lead (links, forms,
htmx) and keeps, for each route, a few real addresses and the forms that stand on its pages.
`reading()` notes which parameters the views ask a request for.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.exceptions import Resolver404
from django.utils.datastructures import MultiValueDict

BASE = "http://testserver"
SKIPPED = ("/static/",)
ENDS = {"account_logout"}
"""Addresses that end the session: a walk must not go there by itself."""


_PLACE = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")
"""A parameter's place in a pattern, as a route or as an expression has it."""


@dataclass(frozen=True)
class Route:
    """One pattern of the resolver: its full name, its path as written, its view's parameters."""

    name: str
    pattern: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A form on a page: where it goes, how, and what it would send as it stands."""

    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    """The names of its boxes for files; they are among the fields, empty."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, each once."""
        return tuple(dict.fromkeys(name for name, _value in self.fields))


def routes() -> list[Route]:
    """Every pattern that leads to a view, in the resolver's order."""
    known: list[Route] = []

    def walk(resolver: URLResolver, spaces: tuple[str, ...], before: str) -> None:
        for one in resolver.url_patterns:
            pattern = before + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one, (*spaces, one.namespace) if one.namespace else spaces, pattern)
            elif isinstance(one, URLPattern):
                name = ":".join((*spaces, one.name or pattern))
                parts = tuple(found[1] or found[2] for found in _PLACE.finditer(pattern))
                known.append(Route(name, pattern, parts))

    walk(get_resolver(), (), "/")
    return known


def filled(route: Route, values: Mapping[str, str]) -> str:
    """The path of a route with these (quoted) texts in the places of its parameters."""
    path = _PLACE.sub(lambda found: values[found[1] or found[2]], route.pattern)
    return path.replace("^", "").replace("$", "")


def route_of(path: str) -> str:
    """The name of the route that answers a path, as `routes()` has it; "" when none does."""
    return _answered(get_resolver(), urlsplit(path).path)


@cache  # a walk asks for the same few hundred links of every page
def _answered(resolver: URLResolver, path: str) -> str:
    try:
        match = resolver.resolve(path)
    except Resolver404:
        return ""
    return match.view_name or f"/{match.route}"


class _Page(HTMLParser):
    """Collects links and forms."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: tuple[str, str, list[tuple[str, str]]] | None = None
        self._files: list[str] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in pairs}
        if tag == "a" and told.get("href"):
            self.links.append(told["href"])
        if told.get("hx-get"):
            self.links.append(told["hx-get"])
        if told.get("hx-post"):
            self.forms.append(Form(self.url, told["hx-post"], "post", ()))
        if tag == "form":
            action = told.get("action") or self.url
            self._form = (action, told.get("method", "get").lower(), [])
            self._files = []
        elif tag == "select":
            self._select, self._options = told.get("name"), []
        elif tag == "option" and self._select is not None:
            self._options.append((told.get("value", ""), "selected" in told))
        elif tag == "textarea":
            self._area, self._text = told.get("name"), []
        elif tag in ("input", "button") and told.get("name"):
            self._control(tag, told)

    def _control(self, tag: str, told: dict[str, str]) -> None:
        if self._form is None:
            return
        kind = told.get("type", "text" if tag == "input" else "submit").lower()
        value = told.get("value", "on" if kind in ("checkbox", "radio") else "")
        names = [name for name, _value in self._form[2]]
        if kind in ("radio", "submit") and told["name"] in names:
            return  # one of several: the first is sent
        self._form[2].append((told["name"], value))
        if kind == "file":
            self._files.append(told["name"])

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self._form is not None:
            chosen = [value for value, selected in self._options if selected]
            some = chosen or [value for value, _selected in self._options if value] or [""]
            self._form[2].append((self._select, some[0]))
            self._select = None
        elif tag == "textarea" and self._area and self._form is not None:
            self._form[2].append((self._area, "".join(self._text).strip()))
            self._area = None
        elif tag == "form" and self._form is not None:
            action, method, fields = self._form
            self.forms.append(Form(self.url, action, method, tuple(fields), tuple(self._files)))
            self._form = None


@dataclass
class Walker:
    """Somebody who opens whatever can be reached, a few addresses of every route."""

    client: Client
    each: int = 2
    seen: dict[str, list[str]] = field(default_factory=dict)
    """Real addresses (with their query) that were opened, by route."""
    statuses: dict[str, int] = field(default_factory=dict)
    """What each of them answered."""
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)
    """One form for each route it is sent to and set of its fields."""
    parameters: dict[str, set[str]] = field(default_factory=dict)
    """Names in the queries of links, by route."""

    def forms_to(self, route: str) -> list[Form]:
        """The forms that were seen to be sent to a route."""
        return [form for (name, _fields), form in self.forms.items() if name == route]

    def walk(self, *starts: str, steps: int = 1000) -> None:
        """Open these, and everything they lead to (so many links away at most)."""
        waiting, known = [(url, 0) for url in starts], set(starts)
        while waiting:
            url, away = waiting.pop(0)
            for further in self._open(url):
                if further not in known and away < steps:
                    known.add(further)
                    waiting.append((further, away + 1))

    def _open(self, url: str) -> Iterator[str]:
        route = route_of(url)
        here = self.seen.setdefault(route, [])
        if not route or route in ENDS or len(here) >= self.each:
            return
        here.append(url)
        response = self.client.get(url)
        self.statuses[url] = response.status_code
        if moved := response.headers.get("Location"):
            yield from self._inside(url, moved)
        if response.streaming or "html" not in response.headers.get("Content-Type", ""):
            return
        page = _Page(url)
        page.feed(response.content.decode())
        for link in page.links:
            yield from self._inside(url, link)
        for form in page.forms:
            yield from self._form(url, form)

    def _inside(self, url: str, link: str) -> Iterator[str]:
        whole = urlsplit(urljoin(BASE + url, link))
        if f"{whole.scheme}://{whole.netloc}" != BASE or whole.path.startswith(SKIPPED):
            return
        names = {name for name, _value in parse_qsl(whole.query, keep_blank_values=True)}
        self.parameters.setdefault(route_of(whole.path), set()).update(names)
        yield whole.path + (f"?{whole.query}" if whole.query else "")

    def _form(self, url: str, form: Form) -> Iterator[str]:
        for action in self._inside(url, form.action):
            route = route_of(action)
            if form.method == "get":
                self.parameters.setdefault(route, set()).update(form.names)
                yield action
            else:
                key = (route, ",".join(sorted(form.names)))
                self.forms.setdefault(key, Form(url, action, form.method, form.fields, form.files))


@contextmanager
def reading(names: set[str]) -> Iterator[set[str]]:
    """Every name that a view asks ``request.GET`` or ``request.POST`` for is put into ``names``."""
    kept: dict[str, Any] = {}

    def noting(method: str) -> Any:
        plain = getattr(MultiValueDict, method)

        def noted(self: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(key, str):
                names.add(key)
            return plain(self, key, *args, **kwargs)

        return noted

    def contains(self: Any, key: object) -> bool:
        if isinstance(key, str):
            names.add(key)
        return dict.__contains__(self, key)

    for method in ("__getitem__", "get", "getlist"):
        kept[method] = QueryDict.__dict__.get(method)
        setattr(QueryDict, method, noting(method))
    QueryDict.__contains__ = contains  # type: ignore[method-assign]
    try:
        yield names
    finally:
        for method in ("__getitem__", "get", "getlist"):
            delattr(QueryDict, method)
        del QueryDict.__contains__

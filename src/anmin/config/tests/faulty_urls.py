"""Addresses that go wrong in every way, for `test_errors`."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from anmin.config.urls import handler400, handler403, handler404, handler500
from anmin.config.urls import urlpatterns as real
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal, Unavailable

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

FAULTS: dict[str, Exception] = {
    "refused": Refusal("这一栏填错了", field="phone", line=7),
    "forbidden": NotAllowed("这不是您单位的事项"),
    "gone": NotFound("没有这个编号"),
    "conflict": Conflict("别人先办了"),
    "unavailable": Unavailable("短信平台没有应答"),
    "database": OperationalError("connection refused"),
    "denied": PermissionDenied("x"),
    "bug": ZeroDivisionError("the secret of 王秀英"),
}


def fault(request: HttpRequest, name: str) -> HttpResponse:
    """Raise the fault of that name."""
    raise FAULTS[name]


urlpatterns: list[URLPattern | URLResolver] = [
    path("fault/<name>", fault, name="fault"),
    path("desk/fault/<name>", fault, name="desk-fault"),
    path("api/v1/fault/<name>", fault, name="api-fault"),
    *real,
]

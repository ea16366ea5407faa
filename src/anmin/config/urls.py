"""Every address of the installation; each face brings its own below its prefix."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from anmin.config import health

handler400 = "anmin.config.errors.bad_request"
handler403 = "anmin.config.errors.permission_denied"
handler404 = "anmin.config.errors.page_not_found"
handler500 = "anmin.config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("language/", include("django.conf.urls.i18n")),
    path("accounts/", include("anmin.people.urls")),
    path("hooks/channels/", include("anmin.channels.urls")),
    path("desk/admin/", admin.site.urls),
    path("desk/", include("anmin.desk.urls")),
    path("", include("anmin.portal.urls")),
]

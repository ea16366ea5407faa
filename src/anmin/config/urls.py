"""Every address of the installation; each face brings its own below its prefix."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
]

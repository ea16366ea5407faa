"""The reference-data admin as a Django app: the only admin site there is."""

from django.contrib.admin.apps import AdminConfig


class ReferenceAdminConfig(AdminConfig):
    """Stands in the list of apps in place of ``django.contrib.admin``."""

    default_site = "anmin.people.site.ReferenceSite"

"""The door for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anmin.config.settings")
os.umask(0o077)
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - ready only now

from anmin.config import tracing  # noqa: E402
from anmin.config.home import in_use  # noqa: E402

tracing.start()

_in_use = in_use(settings.ANMIN_HOME)
_in_use.__enter__()  # until this process ends

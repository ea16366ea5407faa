"""The door for web servers."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anmin.config.settings")
os.umask(0o077)
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - ready only now
from django.urls import reverse  # noqa: E402

from anmin.config import crowd, tracing  # noqa: E402
from anmin.config.home import in_use  # noqa: E402
from anmin.config.sqlite import slots  # noqa: E402

tracing.start()

if settings.DATABASES["default"]["ENGINE"] == "anmin.config.sqlite":
    slots.serve(settings.ENVIRONMENT.anmin_web_threads)
    settings.DATABASES["default"]["OPTIONS"]["timeout"] = slots.LONGEST_WAIT
else:
    crowd.keep_room()

_in_use = in_use(settings.ANMIN_HOME)
_in_use.__enter__()  # until this process ends

reverse("desk:home")  # loads every page's code now, not with somebody's first request
import scipy.stats  # noqa: E402, F401 - no command waits for it, and no page here may

# A quarter of a million objects live as long as this process. To walk them all again and again
# would hold every request up for a third of a second each time.
gc.collect()
gc.freeze()

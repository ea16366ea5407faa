"""The words of the file that tells somebody what is held about him or her."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from anmin.matters.flow import Text

SECTIONS: Mapping[str, Text] = {
    "matters": _("What you brought to us"),
    "parts": _("Where you have a part in a matter"),
    "messages": _("Messages to and from your number"),
    "state": _("State"),
    "about": _("About"),
    "name": _("Name"),
    "phone": _("Phone"),
    "address": _("Address"),
    "summary": _("Summary"),
    "place": _("Place"),
    "files": _("Files that you added"),
    "sent": _("To you"),
    "came": _("From you"),
}

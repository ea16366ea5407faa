"""The troubles of the machine (`kernel.trouble`) as sentences, in the reader's language.

They stand here, below the faces and the command, because an import writes them into its run.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anmin.kernel.errors import Unavailable
from anmin.kernel.trouble import trouble_of

TROUBLES: dict[str, Promise] = {
    "disk_full": _(
        "The disk of the server is full. Nothing that was saved is lost; nothing new can be saved "
        "until the administrator makes room."
    ),
    "read_only": _(
        "The disk or the database of the server can only be read at the moment. Nothing that was "
        "saved is lost. Tell the administrator."
    ),
    "no_permission": _(
        "The server is not permitted to use its own files. Nothing was changed. Tell the "
        "administrator."
    ),
    "no_file": _(
        "A file or folder that the server needs is missing or cannot be opened. Nothing was "
        "changed. Tell the administrator."
    ),
    "disk_broken": _(
        "The disk of the server reports errors. Nothing was changed. Tell the administrator at once."
    ),
    "damaged": _("The database is damaged. Tell the administrator at once."),
    "no_entry": _("The database does not let the server in. Tell the administrator."),
    "busy": _(
        "Somebody else has been writing for too long. Nothing was changed and nothing is lost; "
        "send it again in a minute."
    ),
    "crowded": _(
        "The database takes no more connections at the moment. Nothing was changed and nothing is "
        "lost; send it again in a minute. If it lasts, tell the administrator."
    ),
    "gone": _(
        "The database cannot be reached at the moment. Nothing that was saved is lost; try again "
        "later."
    ),
}


def words_of(fault: BaseException) -> str:
    """What is wrong with the machine, in words; "" for a fault that is none of it."""
    code = trouble_of(fault)
    return str(TROUBLES[code]) if code else ""


def unavailable(fault: BaseException) -> Unavailable:
    """A refusal that says what is wrong; that the database is gone when nothing is known."""
    code = trouble_of(fault) or "gone"
    return Unavailable(str(TROUBLES[code]), code=code)

"""Recipients in the one form they are stored, compared and looked up in."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from anmin.channels.models import Medium
from anmin.kernel.errors import Refusal
from anmin.kernel.phones import normalise_phone

# A phone has one index in the whole house, so that whoever opted out is known by it everywhere.
_PURPOSES = {Medium.SMS: "phone", Medium.EMAIL: "email"}
MAINLAND = "+86"


def clean_recipient(medium: str, recipient: str) -> str:
    """A phone in E.164, a mail address in lower case, anything else without blanks around it.

    Raises ``Refusal`` for what cannot be a recipient of that medium.
    """
    recipient = recipient.strip()
    match medium:
        case Medium.SMS:
            phone = clean_phone(recipient)
            if phone is None:
                raise Refusal(_("This is not a telephone number."), field="recipient")
            return phone
        case Medium.EMAIL:
            try:
                validate_email(recipient)
            except ValidationError:
                raise Refusal(_("This is not a mail address."), field="recipient") from None
            return recipient.lower()
    if not recipient:
        raise Refusal(_("A message needs a recipient."), field="recipient")
    return recipient


def clean_phone(text: str) -> str | None:
    """A telephone number in E.164, or nothing; a landline without area code is one of this city."""
    return normalise_phone(text, area_code=settings.AREA_CODE or None)


def goes_there(phone: str) -> bool:
    """Whether text messages go to this number (E.164): abroad only where the house allows it."""
    return bool(settings.SMS_ABROAD) or phone.startswith(MAINLAND)


def recipient_index(medium: str, recipient: str) -> bytes:
    """The keyed index of a clean recipient."""
    purpose = _PURPOSES.get(Medium(medium), "inbox")
    index: bytes = settings.KEYRING.blind_index(recipient, purpose=purpose)
    return index

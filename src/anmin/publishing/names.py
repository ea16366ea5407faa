"""What the house knows of a matter that a text about it must not say: names, numbers, addresses.

Contacts are opened for this alone and shown to nobody: whoever drafts or reviews reads that a name
was found, which they could read there before.
"""

from collections.abc import Iterable, Iterator

from anmin.kernel.masking import surname
from anmin.matters.contacts import ContactFacts, unseal
from anmin.matters.models import Contact, Entry, LaterContact, Matter, Party
from anmin.matters.parties import opened
from anmin.publishing.redaction import Known

LEAST_ADDRESS = 4
"""Characters; a shorter one is no address but a word that stands in many texts."""


def of_matter(matter: Matter) -> list[Known]:
    """Everybody with a part in it, in what is a part of it, and in the orders given from it."""
    matters = [matter, *Matter.objects.filter(parent=matter)]
    return list(dict.fromkeys(one for row in matters for one in _of_one(row)))


def _of_one(matter: Matter) -> Iterator[Known]:
    contacts: list[Contact | LaterContact] = [
        *Contact.objects.filter(matter=matter),
        *LaterContact.objects.filter(matter=matter),
    ]
    for contact in contacts:
        yield from of_contact(unseal(contact, number=matter.number))
    for party in Party.objects.filter(matter=matter).select_related("account"):
        facts = opened(party, matter.number)
        if facts is not None:
            yield from of_contact(facts)
        if party.account is not None:
            yield Known(party.account.display_name, "person" if party.concerned else "staff")
    acted = Entry.objects.filter(matter=matter, actor__isnull=False)
    yield from staff(acted.values_list("actor__display_name", flat=True).distinct())
    if matter.assignee is not None:
        yield Known(matter.assignee.display_name, "staff")


def of_contact(facts: ContactFacts) -> Iterator[Known]:
    """A citizen's name and address; numbers are found by the rules."""
    name = facts.name.strip()
    if len(name) > 1:
        yield Known(name, "person")
        if name.isascii() and (last := surname(name)) and len(last) > 2:
            yield Known(last, "person")
    address = facts.address.strip()
    if len(address) >= LEAST_ADDRESS:
        yield Known(address, "home")


def staff(names: Iterable[str]) -> Iterator[Known]:
    """People of the house by name."""
    for name in names:
        if name and len(name) > 1:
            yield Known(name, "staff")

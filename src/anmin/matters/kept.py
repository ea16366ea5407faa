"""Who reads in the access log of sealed matters: whoever reads these. Others would learn from it that there is one."""

from django.db.models import Q

from anmin.matters.registry import all_kinds
from anmin.people.kept import keeps_from
from anmin.people.models import Account


@keeps_from
def _sealed(account: Account) -> Q:
    found = Q(pk__in=())
    for kind in all_kinds():
        if kind.seals and account.role != kind.seals:
            found |= Q(subject__startswith=f"{kind.prefix}-")
    return found

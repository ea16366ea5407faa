"""A person's saved filters: keep one, use one, delete one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.desk.matters import actions
from anmin.desk.matters.forms import SaveFilterForm
from anmin.desk.matters.queries import saved_filters
from anmin.desk.matters.views.matters import PAGE
from anmin.desk.shell.page import DeskRequest, Pages, done, go, show
from anmin.kernel.errors import Refusal
from anmin.people.policy import Capability

pages = Pages(Capability.VIEW_MATTERS)


@pages.at("filters/", "filters")
def filters(request: DeskRequest) -> HttpResponse:
    """The saved filters, and a name for the one that the list shows now (the address part)."""
    now = request.GET.urlencode()
    form = SaveFilterForm(request.POST or None, initial={"query": now}, auto_id="save-%s")
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.save_filter(account=request.user, page=PAGE, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            return done(
                request,
                _("“%(name)s” is saved.") % {"name": kept.name},
                f"{reverse('desk:matters')}?{kept.query}",
            )
    context = {
        "form": form,
        "saving": bool(now) or form.is_bound,
        "saved": saved_filters(request.user, PAGE),
    }
    return show(request, "matters/filters.html", context, status=422 if form.errors else 200)


@pages.post("filters/<int:filter_id>/delete/", "filter_delete")
def filter_delete(request: DeskRequest, filter_id: int) -> HttpResponse:
    """Forget one; saving it again brings it back."""
    if name := actions.delete_filter(account=request.user, filter_id=filter_id):
        messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return go(request, "desk:filters")


urlpatterns = pages.addresses

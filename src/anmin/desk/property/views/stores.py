"""Stores and who keeps them: opened and named by who keeps none."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.property import forms
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.kernel.errors import Refusal
from anmin.people.policy import Capability
from anmin.registers import stores

pages = Pages(Capability.NAME_KEEPERS)


@pages.at("property/stores/", "property_stores")
def kept(request: DeskRequest) -> HttpResponse:
    """All stores with their keepers; a new store, a keeper named, or one who keeps no longer."""
    found, people = stores.open_stores(), stores.may_be_named(request.user)
    by_name = {one.username: one for one in people}
    new = forms.NewStoreForm(auto_id="new-%s")
    keeper = forms.KeeperForm(auto_id="keeper-%s", stores=found, people=people)
    sent: forms.NewStoreForm | forms.KeeperForm | None = None
    do = request.POST.get("do", "")
    if request.method == "POST" and do == "open":
        sent = new = forms.NewStoreForm(request.POST, auto_id="new-%s")
        if new.does(lambda given: _open(request, given), lets_pass=True):
            return done(request, _("Opened. Name a keeper now."), "desk:property_stores")
    elif request.method == "POST":
        act = stores.end_keeper if do == "end" else stores.name_keeper
        sent = keeper = forms.KeeperForm(
            request.POST, auto_id="keeper-%s", stores=found, people=people
        )
        if keeper.does(
            lambda given: act(
                code=given["store"], account=by_name[given["keeper"]], by=request.user
            ),
            lets_pass=True,
        ):
            return done(request, _("Written down."), "desk:property_stores")
    context = {
        "stores": [(one, stores.keepers_of(one)) for one in found],
        "new": new,
        "keeper": keeper,
        "failed": sent,
    }
    return show(request, "property/stores.html", context, status=sent.status if sent else 200)


def _open(request: DeskRequest, given: dict[str, str]) -> object:
    if request.user.unit is None:
        raise Refusal(_("Whoever opens a store works in a unit."))
    said = {name: given[name] for name in ("code", "name", "name_en")}
    return stores.open_store(**said, unit=request.user.unit, by=request.user)


urlpatterns = pages.addresses

"""What this room itself has to say: listed places, answers, penalties, figures, promises, letters, stories."""

from django.utils.translation import gettext_lazy as _

from anmin.publishing import answers, knowledge, letters, listings, monthly, penalties, stories
from anmin.publishing.series import BOARD
from anmin.publishing.sources import Source, register_source

register_source(
    Source(
        label="listing",
        title=_("Listing of a place"),
        series=BOARD.code,
        may_draft=listings.may_draft,
        draft=listings.draft,
        still_true=listings.still_true,
        offers=listings.offers,
        about=listings.about,
        face="listing",
    )
)
register_source(
    Source(
        label="answer",
        title=_("Answer to a suggestion"),
        series=answers.SERIES.code,
        may_draft=answers.may_draft,
        draft=answers.draft,
        still_true=answers.still_true,
        offers=answers.offers,
        about=answers.about,
        wrote=answers.wrote,
        erases=True,
    )
)
register_source(
    Source(
        label="penalties",
        title=_("Penalty outcomes of a month"),
        series=penalties.SERIES.code,
        may_draft=penalties.may_draft_sums,
        draft=penalties.draft_sums,
        still_true=penalties.sums_still_true,
        offers=penalties.offers_of_sums,
    )
)
register_source(
    Source(
        label="penalty",
        title=_("Single decision"),
        series=penalties.SERIES.code,
        may_draft=penalties.may_draft_single,
        draft=penalties.draft_single,
        still_true=penalties.single_still_true,
        offers=penalties.offers_of_single,
        about=penalties.about_single,
        no_photos=penalties.no_photos,
        sign_off=True,
        erases=True,
    )
)
register_source(
    Source(
        label="monthly",
        title=_("Figure of a month"),
        series=monthly.FIGURES.code,
        may_draft=monthly.may_draft,
        draft=monthly.draft,
        still_true=monthly.still_true,
        offers=monthly.offers,
        face="figures",
    )
)
register_source(
    Source(
        label="promises",
        title=_("Promises of a month"),
        series=monthly.PROMISES.code,
        may_draft=monthly.may_draft,
        draft=monthly.draft_promises,
        still_true=monthly.still_true,
        offers=monthly.offers_of_promises,
    )
)
register_source(
    Source(
        label="letter",
        title=_("Open letter"),
        series=letters.SERIES.code,
        may_draft=letters.may_draft,
        draft=letters.draft,
        still_true=letters.still_true,
        offers=letters.offers,
    )
)
register_source(
    Source(
        label="question",
        title=_("Question and answer"),
        series=knowledge.SERIES.code,
        may_draft=knowledge.may_draft,
        draft=knowledge.draft,
        still_true=knowledge.still_true,
        offers=knowledge.offers,
    )
)
register_source(
    Source(
        label=stories.LABEL,
        title=_("Story of a unit or a person"),
        series=stories.SERIES.code,
        may_draft=stories.may_draft,
        draft=stories.draft,
        still_true=stories.still_true,
        offers=stories.offers,
        about=stories.about,
        wrote=stories.wrote,
        no_photos=stories.no_photos,
        erases=True,
    )
)

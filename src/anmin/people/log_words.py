"""What the access log calls each thing that was done, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "account_change_asked": _("asked to change an account"),
    "account_change_confirmed": _("confirmed a change to an account"),
    "account_change_refused": _("turned a change to an account down"),
    "add_account": _("added an account"),
    "add_outside_result": _("added a survey result from outside"),
    "add_units": _("added units that an import brought"),
    "assign_profile": _("let somebody use a column profile"),
    "change_account": _("changed an account"),
    "confirm_number": _("typed a public number the second time"),
    "download": _("downloaded a list"),
    "draw_sample": _("drew a survey's sample"),
    "drop_number": _("typed another public number than the first person"),
    "drill_seal_key": _("tried a key for sealed facts"),
    "end_fieldwork": _("ended a survey's interviews"),
    "end_sessions": _("ended sessions"),
    "freeze_frame": _("froze a survey's frame"),
    "hear_recording": _("listened to the recording of a call"),
    "import_frame": _("imported a survey's frame"),
    "legal_hold": _("set or lifted the legal hold of a matter"),
    "open_sealed": _("opened sealed facts"),
    "open_secrets": _("opened what only the owner of an item knows"),
    "open_survey": _("opened a survey"),
    "make_seal_key": _("made a key for sealed facts"),
    "pay_reward": _("paid a reward without a name"),
    "password_changed": _("changed the own password"),
    "password_given": _("gave somebody a password"),
    "publish": _("published a text"),
    "read_answer": _("read a citizen's own words"),
    "read_file": _("opened a file"),
    "read_reply": _("read a citizen's reply"),
    "recovery_codes_downloaded": _("downloaded the own recovery codes"),
    "recovery_codes_made": _("made new recovery codes"),
    "recovery_codes_viewed": _("looked at the own recovery codes"),
    "release_survey": _("released a survey's results"),
    "reset_second_factor": _("took second factors away"),
    "reveal_contact": _("opened a contact"),
    "reveal_party": _("opened who has a part in a matter"),
    "print_matter": _("took out the file of a matter"),
    "see_held": _("looked at what is held of somebody"),
    "print_return": _("opened the receipt of a return"),
    "see_pictures": _("looked at the small pictures of a matter"),
    "search_phone": _("searched by telephone number"),
    "second_factor_added": _("set a second factor up"),
    "second_factor_failed": _("second factor was wrong"),
    "second_factor_removed": _("took the own second factor away"),
    "session_over": _("session ended by time"),
    "set_margins": _("set a survey's population totals"),
    "sign_in": _("signed in"),
    "sign_in_failed": _("sign-in failed"),
    "sign_in_refused": _("sign-in refused"),
    "sign_in_slowed": _("sign-in slowed down"),
    "sign_on_refused": _("single sign-on refused"),
    "sign_on_tied": _("tied to single sign-on"),
    "sign_on_untied": _("untied from single sign-on"),
    "sign_out": _("signed out"),
    "type_number": _("typed a public number the first time"),
    "undo_import": _("undid an import"),
    "withdraw_consent": _("took a consent to a story back"),
    "withdraw_publication": _("took a published text back"),
    "withdraw_profile": _("took the use of a column profile back"),
}
"""By the code in the log. A new action needs its words here: ``tests/test_log_words.py`` looks."""

SUBJECTS: dict[str, Any] = {
    "account": _("account"),
    "import": _("import"),
    "item": _("item"),
    "matter": _("matter"),
    "matters": _("list of matters"),
    "message": _("message"),
    "number": _("public number"),
    "page": _("page"),
    "phone": _("telephone number"),
    "publication": _("publication"),
    "profile": _("column profile"),
    "reply": _("reply"),
    "reward": _("reward"),
    "seal_key": _("key for sealed facts"),
    "story": _("story"),
    "survey": _("survey"),
}
"""What an action was about, by the code before the colon of its subject."""


def action_choices() -> list[tuple[str, Any]]:
    """The codes with their words, for forms, lists and filters."""
    return list(ACTIONS.items())

"""Changes to what every other room keeps."""

from tests.tampering import INVENTED, MISSING, Change

ROOMS = [
    Change(
        "a public number",
        "draws_publicnumber",
        "UPDATE draws_publicnumber SET value = '01' WHERE id = {id}",
    ),
    Change(
        "a survey's return",
        "surveys_return",
        "UPDATE surveys_return SET answers = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a survey's return removed",
        "surveys_return",
        "DELETE FROM surveys_return WHERE id = {id}",
        MISSING,
    ),
    Change(
        "the figures of a release",
        "surveys_release",
        "UPDATE surveys_release SET figures = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a release removed",
        "surveys_release",
        "DELETE FROM surveys_release WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a row of the frame",
        "surveys_framerow",
        "UPDATE surveys_framerow SET stratum = 'x' WHERE id = {id}",
    ),
    Change(
        "a case given up",
        "surveys_case",
        "UPDATE surveys_case SET status = 'closed', disposition = '2.11' WHERE id = {id}",
        where="status <> 'closed'",
    ),
    Change(
        "a population total",
        "surveys_populationmargin",
        "UPDATE surveys_populationmargin SET total = total * 2 WHERE id = {id}",
    ),
    Change(
        "the seed of a wave",
        "surveys_wave",
        "UPDATE surveys_wave SET seed = 'mine' WHERE id = {id}",
    ),
    Change(
        "somebody else's figure",
        "surveys_outsideresult",
        "UPDATE surveys_outsideresult SET value = 0.5 WHERE id = {id}",
    ),
    Change(
        "a file of somebody else's figures",
        "surveys_outsidefile",
        "UPDATE surveys_outsidefile SET published = '2001-01-01' WHERE id = {id}",
    ),
    Change(
        "who has an item",
        "registers_holding",
        "UPDATE registers_holding SET holder = 'person:chenli' WHERE id = {id}",
        where="holder <> 'person:chenli'",
    ),
    Change(
        "the value of an item",
        "registers_item",
        "UPDATE registers_item SET details = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a step of an item",
        "registers_step",
        "DELETE FROM registers_step WHERE id = {other}",
        MISSING,
    ),
    Change(
        "a store",
        "registers_store",
        "UPDATE registers_store SET closed_at = NULL, name = 'x' WHERE id = {id}",
    ),
    Change(
        "who keeps a store",
        "registers_keeper",
        "UPDATE registers_keeper SET named_by_id = account_id WHERE id = {id}",
    ),
    Change(
        "what only the owner knows",
        "property_ownersecret",
        "DELETE FROM property_ownersecret WHERE id = {id}",
        MISSING,
    ),
    Change(
        "who agreed that an item goes back",
        "property_decision",
        "UPDATE property_decision SET decided_by_id = asked_by_id WHERE id = {id}",
        where="decided_by_id IS NOT NULL",
    ),
    Change(
        "whose an item is",
        "property_loss",
        "UPDATE property_loss SET holds = NOT holds WHERE id = {id}",
    ),
    Change(
        "the day of a return event",
        "property_returnevent",
        "UPDATE property_returnevent SET place = 'x' WHERE id = {id}",
    ),
    Change(
        "what an item that went back was worth",
        "property_handover",
        "UPDATE property_handover SET value = value + 1 WHERE id = {id}",
    ),
    Change(
        "the code of a programme",
        "campaign_programme",
        "UPDATE campaign_programme SET code = 'x' WHERE id = {id}",
    ),
    Change(
        "a target of a programme",
        "campaign_version",
        "UPDATE campaign_version SET description = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a proof accepted",
        "campaign_milestone",
        "UPDATE campaign_milestone SET verdict = 'approved' WHERE id = {id}",
        where="verdict <> 'approved'",
    ),
    Change(
        "a reminder cleared",
        "campaign_nudge",
        "UPDATE campaign_nudge SET why = 'late' WHERE id = {id}",
        where="why <> 'late'",
    ),
    Change(
        "a candidate decided",
        "watch_candidate",
        "UPDATE watch_candidate SET state = 'dismissed' WHERE id = {id}",
    ),
    Change(
        "a candidate's step",
        "watch_candidatestep",
        "DELETE FROM watch_candidatestep WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what counts as one event",
        "watch_apart",
        "UPDATE watch_apart SET apart = NOT apart WHERE id = {id}",
    ),
    Change(
        "the result of a scan",
        "watch_scan",
        "UPDATE watch_scan SET clusters = '[]', cases = 0 WHERE id = {id}",
    ),
    Change(
        "a score of the index",
        "watch_indexmonth",
        "UPDATE watch_indexmonth SET scores = '{{}}' WHERE id = {id}",
    ),
    Change(
        "a role",
        "people_account",
        "UPDATE people_account SET role = 'admin' WHERE id = {id}",
        where="role <> 'admin'",
    ),
    Change(
        "the unit of an account",
        "people_account",
        "UPDATE people_account SET unit_id = NULL WHERE id = {id}",
        where="unit_id IS NOT NULL",
    ),
    Change(
        "a password",
        "people_account",
        "UPDATE people_account SET password = 'md5$$d41d8cd98f00b204e9800998ecf8427e' WHERE id = {id}",
    ),
    Change(
        "the tail of the access log",
        "people_accesslog",
        "DELETE FROM people_accesslog WHERE id = {other}",
        MISSING,
    ),
    Change(
        "an entry of the access log",
        "people_accesslog",
        "UPDATE people_accesslog SET reason = 'x' WHERE id = {id}",
    ),
    Change("the duty roster", "people_duty", "DELETE FROM people_duty WHERE id = {id}", MISSING),
    Change(
        "a message",
        "channels_message",
        "UPDATE channels_message SET status = 'sent' WHERE id = {id}",
        where="status <> 'sent'",
    ),
    Change("a reply", "channels_reply", "UPDATE channels_reply SET choice = 1 WHERE id = {id}"),
    Change(
        "a part of a reply",
        "channels_replypart",
        "DELETE FROM channels_replypart WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what a message asks for",
        "channels_question",
        "UPDATE channels_question SET expects = 'words' WHERE id = {id}",
        where="expects <> 'words'",
    ),
    Change(
        "who confirmed a change to an account",
        "people_accountrequest",
        "UPDATE people_accountrequest SET decided_by_id = asked_by_id WHERE id = {id}",
    ),
    Change(
        "an opt-out removed",
        "channels_optout",
        "DELETE FROM channels_optout WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what an opt-out is about",
        "channels_optout",
        "UPDATE channels_optout SET about = 'matter:X' WHERE id = {id}",
    ),
    Change("an area", "places_area", "UPDATE places_area SET households = 1 WHERE id = {id}"),
    Change(
        "a boundary",
        "places_boundary",
        "UPDATE places_boundary SET shape = '[]' WHERE id = {id}",
    ),
    Change(
        "the address base removed",
        "places_addressbase",
        "DELETE FROM places_addressbase WHERE id = {id}",
        MISSING,
    ),
    Change("a unit", "places_unit", "UPDATE places_unit SET active = NOT active WHERE id = {id}"),
    Change(
        "who answers for an area",
        "places_responsibility",
        "DELETE FROM places_responsibility WHERE id = {id}",
        MISSING,
    ),
    Change(
        "an import",
        "exchange_importrun",
        "UPDATE exchange_importrun SET rejected = 0, actor_id = NULL WHERE id = {id}",
    ),
    Change(
        "a second factor moved to another account",
        "mfa_authenticator",
        "UPDATE mfa_authenticator SET user_id = (SELECT min(id) FROM people_account WHERE id NOT IN (SELECT user_id FROM mfa_authenticator)) WHERE id = {id}",
    ),
    Change(
        "a second factor removed",
        "mfa_authenticator",
        "DELETE FROM mfa_authenticator WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a second factor invented",
        "mfa_authenticator",
        "COPY type = 'webauthn'",
        INVENTED,
    ),
    Change(
        "the secret of a second factor swapped",
        "mfa_authenticator",
        "UPDATE mfa_authenticator SET data = (SELECT data FROM mfa_authenticator WHERE id = {other}) WHERE id = {id}",
    ),
    Change(
        "single sign-on tied to another account",
        "socialaccount_socialaccount",
        "UPDATE socialaccount_socialaccount SET user_id = (SELECT max(id) FROM people_account) WHERE id = {id}",
    ),
    Change(
        "a tie to single sign-on invented",
        "socialaccount_socialaccount",
        "COPY uid = 'mine'",
        INVENTED,
    ),
    Change(
        "a sign-on server",
        "socialaccount_socialapp",
        "UPDATE socialaccount_socialapp SET client_id = 'mine' WHERE id = {id}",
    ),
    Change(
        "a sign-on token",
        "socialaccount_socialtoken",
        "DELETE FROM socialaccount_socialtoken WHERE id = {id}",
        MISSING,
    ),
    Change(
        "an address for mail",
        "account_emailaddress",
        "UPDATE account_emailaddress SET verified = NOT verified WHERE id = {id}",
    ),
    Change(
        "what a file was",
        "files_file",
        "UPDATE files_file SET size = size + 1 WHERE id = {id}",
    ),
    Change(
        "who may use a profile",
        "exchange_profileuse",
        "UPDATE exchange_profileuse SET role = '' WHERE id = {id}",
    ),
]

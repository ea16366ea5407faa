"""Changes to matters and to callbacks."""

from anmin.evidence.findings import What
from tests.tampering import CHANGED, INVENTED, MISSING, Change

MATTERS = [
    Change(
        "a whole matter with all that hangs on it",
        "matters_matter",
        "DELETE FROM callbacks_attempt WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_answer WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_answerlink WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_qualitycheck WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE matter_id = {id});"
        "DELETE FROM callbacks_callback WHERE matter_id = {id}; DELETE FROM matters_contact WHERE matter_id = {id};"
        "DELETE FROM matters_link WHERE matter_id = {id} OR other_id = {id};"
        "DELETE FROM matters_deadline WHERE matter_id = {id}; DELETE FROM matters_entry WHERE matter_id = {id};"
        "DELETE FROM matters_matter WHERE id = {id}",
        MISSING,
        "matters.entry",
        "id IN (SELECT matter_id FROM callbacks_answer a JOIN callbacks_callback c ON c.id = a.callback_id)",
    ),
    Change(
        "a matter without its history",
        "matters_matter",
        "DELETE FROM matters_matter WHERE id = {id}",
        MISSING,
    ),
    Change(
        "the state of a matter",
        "matters_matter",
        "UPDATE matters_matter SET state = 'answered', stage = 'done', closed_at = opened_at WHERE id = {id}",
        where="closed_at IS NULL",
    ),
    Change(
        "the unit of a matter",
        "matters_matter",
        "UPDATE matters_matter SET unit_id = unit_id + 1 WHERE id = {id}",
    ),
    Change(
        "the last entry cut",
        "matters_entry",
        "DELETE FROM matters_entry WHERE id = {other}",
        MISSING,
        where="seq > 1",
    ),
    Change(
        "an entry's note",
        "matters_entry",
        "UPDATE matters_entry SET note = 'x' WHERE id = {id}",
        What.CHAIN_BROKEN,
        "matters.matter",
    ),
    Change(
        "an entry's payload",
        "matters_entry",
        "UPDATE matters_entry SET payload = '{{}}' WHERE id = {id}",
        What.CHAIN_BROKEN,
        "matters.matter",
    ),
    Change(
        "who made an entry",
        "matters_entry",
        "UPDATE matters_entry SET actor_id = (SELECT max(id) FROM people_account) WHERE id = {id}",
    ),
    Change(
        "an entry's hash",
        "matters_entry",
        "UPDATE matters_entry SET hash = (SELECT hash FROM matters_entry WHERE id = {other}) WHERE id = {id}",
    ),
    Change(
        "a deadline",
        "matters_deadline",
        "UPDATE matters_deadline SET due_at = started_at WHERE id = {id}",
        CHANGED,
        "matters.matter",
    ),
    Change(
        "a deadline removed",
        "matters_deadline",
        "DELETE FROM matters_deadline WHERE id = {id}",
        CHANGED,
        "matters.matter",
    ),
    Change(
        "contacts swapped",
        "matters_contact",
        "UPDATE matters_contact SET sealed = CASE matter_id WHEN {id} THEN (SELECT sealed FROM matters_contact WHERE matter_id = {other}) ELSE (SELECT sealed FROM matters_contact WHERE matter_id = {id}) END WHERE matter_id IN ({id}, {other})",
    ),
    Change(
        "a contact's phone index",
        "matters_contact",
        "UPDATE matters_contact SET phone_index = fingerprint WHERE matter_id = {id}",
    ),
    Change(
        "a contact removed",
        "matters_contact",
        "DELETE FROM matters_contact WHERE matter_id = {id}",
        MISSING,
    ),
    Change(
        "a further number removed",
        "matters_furtherphone",
        "DELETE FROM matters_furtherphone WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a later contact set aside",
        "matters_latercontact",
        "UPDATE matters_latercontact SET standing = 'undone' WHERE id = {id}",
    ),
    Change(
        "whom a matter is about",
        "matters_party",
        "UPDATE matters_party SET concerned = NOT concerned WHERE id = {id}",
    ),
    Change(
        "how many open what is sealed",
        "matters_sealkey",
        "UPDATE matters_sealkey SET need = need + 1 WHERE id = {id}",
    ),
    Change(
        "sealed facts removed",
        "matters_sealedfacts",
        "DELETE FROM matters_sealedfacts WHERE id = {id}",
        MISSING,
    ),
    Change(
        "whom answers are sealed to",
        "matters_confider",
        "UPDATE matters_confider SET public = digest WHERE matter_id = {id}",
    ),
    Change(
        "a reward made larger",
        "matters_reward",
        "UPDATE matters_reward SET amount = amount + 1 WHERE id = {id}",
    ),
    Change(
        "a party taken away",
        "matters_party",
        "DELETE FROM matters_party WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a legal hold taken away",
        "matters_legalhold",
        "DELETE FROM matters_legalhold WHERE id = {id}",
        MISSING,
    ),
    Change(
        "anonymised by another rule",
        "matters_anonymised",
        "UPDATE matters_anonymised SET rule = 'x' WHERE matter_id = {id}",
    ),
    Change(
        "a sealed link opened",
        "matters_link",
        "UPDATE matters_link SET sealed = NOT sealed WHERE id = {id}",
    ),
    Change(
        "a request for a step",
        "matters_approvalrequest",
        "UPDATE matters_approvalrequest SET outcome = 'agreed' WHERE id = {id}",
        where="outcome <> 'agreed'",
    ),
    Change(
        "the code of a matter put in place of another",
        "matters_followcode",
        "UPDATE matters_followcode SET given_at = '2020-01-01' WHERE matter_id = {id}",
    ),
    Change(
        "a file of what is held fetched once more",
        "matters_handout",
        "UPDATE matters_handout SET fetched_at = NULL, expires_at = made_at WHERE id = {id}",
    ),
    Change(
        "a question to a citizen",
        "matters_reaction",
        "UPDATE matters_reaction SET answered_at = asked_at WHERE id = {id}",
    ),
    Change(
        "every dissatisfied answer turned",
        "callbacks_answer",
        "UPDATE callbacks_answer SET satisfaction = 'satisfied' WHERE satisfaction = 'dissatisfied'",
        where="satisfaction = 'dissatisfied'",
    ),
    Change(
        "one answer removed",
        "callbacks_answer",
        "DELETE FROM callbacks_answer WHERE id = {id}",
        MISSING,
    ),
    Change("an answer invented", "callbacks_answer", "COPY seq = seq + 7", INVENTED),
    Change(
        "consent given",
        "callbacks_answer",
        "UPDATE callbacks_answer SET consent_contact = CASE WHEN consent_contact THEN NULL ELSE true END WHERE id = {id}",
    ),
    Change(
        "attempts removed",
        "callbacks_attempt",
        "DELETE FROM callbacks_attempt WHERE id IN ({id}, {other})",
        MISSING,
    ),
    Change(
        "an exclusion put in",
        "callbacks_callback",
        "UPDATE callbacks_callback SET status = 'excluded', exclusion = 'no_contact' WHERE id = {id}",
        where="exclusion = ''",
    ),
    Change(
        "a callback's status",
        "callbacks_callback",
        "UPDATE callbacks_callback SET status = 'closed' WHERE id = {id}",
    ),
    Change(
        "a callback removed",
        "callbacks_callback",
        "DELETE FROM callbacks_callback WHERE id = {id}",
        MISSING,
    ),
    Change(
        "an answer link used again",
        "callbacks_answerlink",
        "UPDATE callbacks_answerlink SET used_at = NULL WHERE id = {id}",
        where="used_at IS NOT NULL",
    ),
    Change(
        "a draw's seed", "callbacks_draw", "UPDATE callbacks_draw SET seed = 'mine' WHERE id = {id}"
    ),
    Change(
        "a draw's frame",
        "callbacks_draw",
        "UPDATE callbacks_draw SET frame_count = 1, frame_digest = 'x' WHERE id = {id}",
    ),
    Change(
        "a draw's lines",
        "callbacks_frameline",
        "UPDATE callbacks_frameline SET line = 'mine' WHERE id = {id}",
    ),
    Change(
        "a quality score",
        "callbacks_qualitycheck",
        "UPDATE callbacks_qualitycheck SET score = 0.123 WHERE id = {id}",
    ),
    Change(
        "the newest signed day removed",
        "callbacks_dayclosure",
        "DELETE FROM callbacks_carried WHERE closure_id = {other}; DELETE FROM callbacks_dayclosure WHERE id = {other}",
        MISSING,
    ),
    Change(
        "what a day carried over",
        "callbacks_carried",
        "DELETE FROM callbacks_carried WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a day left open removed",
        "callbacks_dayleftopen",
        "DELETE FROM callbacks_dayleftopen WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a reply that waits for a person",
        "callbacks_replyitem",
        "DELETE FROM callbacks_replyitem WHERE id = {id}",
        MISSING,
    ),
    Change(
        "what was done about an undelivered message",
        "callbacks_deliverycase",
        "UPDATE callbacks_deliverycase SET reason = 'x' WHERE id = {id}",
    ),
    Change(
        "whether an exclusion holds",
        "callbacks_claimdecision",
        "UPDATE callbacks_claimdecision SET holds = NOT holds WHERE id = {id}",
    ),
    Change(
        "a claim taken for an exclusion",
        "callbacks_callback",
        "UPDATE callbacks_callback SET claimed = 'minor' WHERE id = {id}",
    ),
    Change(
        "who answers for a missed promise",
        "matters_deadline",
        "UPDATE matters_deadline SET held_by_id = (SELECT MIN(id) FROM places_unit) WHERE id = {id}",
        CHANGED,
        "matters.matter",
    ),
]

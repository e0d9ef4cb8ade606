"""When a case, a match, a placement, an accommodation or a correction may move (DOMAIN §3.3 to §3.5, §4).

Where the sources are silent or stop short the table goes further, and says so beside the row.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.policy import Action as A
from peph.workflow import PREVIOUS, REASON, Input, Transition, Workflow


class CaseStatus(models.TextChoices):
    REFERRED = "referred", _("Referred")
    INTAKE = "intake", _("Intake")
    ELIGIBILITY_REVIEW = "eligibility_review", _("Eligibility review")
    AWAITING_DOCUMENTS = "awaiting_documents", _("Awaiting documents")
    ELIGIBLE = "eligible", _("Eligible, waiting")
    INELIGIBLE = "ineligible", _("Ineligible")
    UNDER_APPEAL = "under_appeal", _("Under appeal")
    MATCHING = "matching", _("Matching")
    IN_PLACEMENT = "in_placement", _("In placement")
    POST_PLACEMENT = "post_placement", _("Post-placement follow-up")
    SUSPENDED = "suspended", _("Interrupted")
    CLOSED = "closed", _("Closed")


class ClosureReason(models.TextChoices):
    HIRED_SAME = "hired_same", _("Hired by the host organisation")
    HIRED_OTHER = "hired_other", _("Hired by another ministry or body")
    EMPLOYED_ELSEWHERE = "employed_elsewhere", _("Employed outside the public service")
    STUDIES = "studies", _("Studies")
    HEALTH = "health", _("Health")
    WITHDREW = "withdrew", _("Withdrew")
    UNREACHABLE = "unreachable", _("Could not be reached")
    INELIGIBLE = "ineligible", _("Ineligible")
    DECEASED = "deceased", _("Deceased")
    NOT_RECORDED = "not_recorded", _("Not recorded before the import")
    OTHER = "other", _("Other")


class PlacementStatus(models.TextChoices):
    TO_SIGN = "to_sign", _("Agreement to sign")
    SIGNED = "signed", _("Agreement signed")
    PREPARATION = "preparation", _("Welcome and accommodation")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    EXTENDED = "extended", _("Extension to approve")
    COMPLETED = "completed", _("Completed")
    ENDED_EARLY = "ended_early", _("Ended early")
    NO_SHOW = "no_show", _("Did not show")
    CANCELLED = "cancelled", _("Cancelled")


class EndedBy(models.TextChoices):
    PARTICIPANT = "participant", _("The participant")
    HOST = "host", _("The host organisation")
    PROGRAM = "program", _("The programme")


class MatchStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    SENT = "sent", _("Profile sent")
    INTERVIEW_PLANNED = "interview_planned", _("Interview planned")
    INTERVIEWED = "interviewed", _("Interview held")
    SELECTED = "selected", _("Chosen by the host")
    NOT_SELECTED = "not_selected", _("Not chosen")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OFFERED = "offered", _("Offer made")
    ACCEPTED = "accepted", _("Offer accepted")
    DECLINED = "declined", _("Offer declined")


class RefusalReason(models.TextChoices):
    """A closed list: a reason written freely would end up telling of somebody's health."""

    UNREACHABLE = "unreachable", _("Did not come or could not be reached")
    UNAVAILABLE = "unavailable", _("Not available or not interested")
    NOT_ELIGIBLE = "not_eligible", _("Does not meet the conditions of the job class")
    DOUBT = "doubt", _("Conditions of the job class still to check")
    SKILLS = "skills", _("Experience or training not suited to the post")
    NO_POST = "no_post", _("The post is no longer offered")
    NOT_MOBILE = "not_mobile", _("Place or hours do not suit")
    INCOMPLETE = "incomplete", _("File incomplete")
    # The host's choice of somebody else, or the person's of another offer.
    OTHER_CHOSEN = "other_chosen", _("Another choice was made")
    OTHER = "other", _("Other")


class AccommodationStatus(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("measure", "Requested")
    ACCEPTED = "accepted", pgettext_lazy("measure", "Accepted")
    MODIFIED = "modified", pgettext_lazy("measure", "Accepted, modified")
    REFUSED = "refused", pgettext_lazy("measure", "Refused")
    IN_PLACE = "in_place", pgettext_lazy("measure", "In place")
    VERIFIED = "verified", pgettext_lazy("measure", "Verified")
    RETURNED = "returned", pgettext_lazy("measure", "Given back")
    WITHDRAWN = "withdrawn", pgettext_lazy("measure", "Withdrawn")


class KeyDateChangeStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("correction", "Waiting for a second person")
    APPLIED = "applied", pgettext_lazy("correction", "Applied")
    REFUSED = "refused", pgettext_lazy("correction", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("correction", "Withdrawn")


S, P = CaseStatus, PlacementStatus
M, D = MatchStatus, AccommodationStatus
K = KeyDateChangeStatus

# Statuses in which eligibility was decided: the date of the decision is then required.
CASE_DECIDED = frozenset(
    {S.ELIGIBLE, S.INELIGIBLE, S.UNDER_APPEAL, S.MATCHING, S.IN_PLACEMENT, S.POST_PLACEMENT}
)
CASE_OPEN = frozenset(set(S) - {S.CLOSED})
# A placement that is not over: a participant has one at most.
PLACEMENT_CURRENT = frozenset(
    {P.TO_SIGN, P.SIGNED, P.PREPARATION, P.ACTIVE, P.SUSPENDED, P.EXTENDED}
)
PLACEMENT_STARTED = frozenset({P.ACTIVE, P.SUSPENDED, P.EXTENDED})
PLACEMENT_ENDED = frozenset({P.COMPLETED, P.ENDED_EARLY})
# A seat of a project: somebody sits on it, or did to the end. What fell through gives it back.
PLACEMENT_SEATED = PLACEMENT_CURRENT | {P.COMPLETED}

# A match still alive: a case has one at most with each project.
MATCH_OPEN = frozenset(
    {M.PROPOSED, M.SENT, M.INTERVIEW_PLANNED, M.INTERVIEWED, M.SELECTED, M.OFFERED}
)
# The profile is with the host: its answer is awaited.
MATCH_AWAITS_HOST = frozenset({M.SENT, M.INTERVIEW_PLANNED, M.INTERVIEWED})
ACCOMMODATION_GRANTED = frozenset({D.ACCEPTED, D.MODIFIED, D.IN_PLACE, D.VERIFIED, D.RETURNED})
# What keeps a placement from being ready on day one.
ACCOMMODATION_PENDING = frozenset({D.REQUESTED, D.ACCEPTED, D.MODIFIED})

_CLOSING = Input(
    "closure_reason", "choice", _("Reason for closing"), choices=tuple(ClosureReason.choices)
)
_CONTACT = Input("first_contact_on", "date", _("Date of the first contact"), limit="past")
_RESUME = Input("resume_on", "date", _("Expected return"), limit="future")
_DECIDED = Input("decided_on", "date", _("Date of the decision"), limit="past")
_COMMENT = Input("reason", "text", _("Comment"), required=False)

# fmt: off
CASE_WORKFLOW = Workflow("cases.case", (
    Transition("start-intake", frozenset({S.REFERRED}), S.INTAKE, A.EDIT, _("Start the intake"), _("Intake started"), (_CONTACT,)),
    Transition("start-review", frozenset({S.INTAKE}), S.ELIGIBILITY_REVIEW, A.EDIT, _("Start the eligibility review"), _("Eligibility review started"), (Input("applied_on", "date", _("Date of the application"), limit="past"),)),
    Transition("request-documents", frozenset({S.ELIGIBILITY_REVIEW}), S.AWAITING_DOCUMENTS, A.EDIT, _("Ask for documents"), _("Documents requested"), (Input("reason", "text", _("What is missing")),)),
    Transition("receive-documents", frozenset({S.AWAITING_DOCUMENTS}), S.ELIGIBILITY_REVIEW, A.EDIT, _("Documents received"), _("Documents received"), (_COMMENT,)),
    Transition("admit", frozenset({S.ELIGIBILITY_REVIEW}), S.ELIGIBLE, A.DECIDE, _("Admit"), _("Case admitted"), (_DECIDED, _COMMENT)),
    Transition("refuse", frozenset({S.ELIGIBILITY_REVIEW}), S.INELIGIBLE, A.DECIDE, _("Refuse"), _("Case refused"), (_DECIDED, Input("reason", "text", _("Reasons given to the participant"))), ends=True),
    Transition("appeal", frozenset({S.INELIGIBLE}), S.UNDER_APPEAL, A.EDIT, _("Open the appeal"), _("Appeal opened"), (Input("reason", "text", _("What is contested")),)),
    Transition("allow-appeal", frozenset({S.UNDER_APPEAL}), S.ELIGIBLE, A.DECIDE, _("Allow the appeal"), _("Appeal allowed"), (_DECIDED, REASON)),
    Transition("dismiss-appeal", frozenset({S.UNDER_APPEAL}), S.INELIGIBLE, A.DECIDE, _("Dismiss the appeal"), _("Appeal dismissed"), (_DECIDED, REASON), ends=True),
    Transition("start-matching", frozenset({S.ELIGIBLE}), S.MATCHING, A.EDIT, _("Start matching"), _("Matching started")),
    Transition("stop-matching", frozenset({S.MATCHING}), S.ELIGIBLE, A.EDIT, _("Stop matching"), _("Matching stopped"), (REASON,)),
    # Follow from the placement: opened, cancelled or not shown, over.
    Transition("place", frozenset({S.ELIGIBLE, S.MATCHING}), S.IN_PLACEMENT, A.DECIDE, _("Place"), _("Participant placed"), consequence=True),
    Transition("release", frozenset({S.IN_PLACEMENT}), S.ELIGIBLE, A.REPORT, _("Back to waiting"), _("Back to waiting"), consequence=True),
    Transition("end-placement", frozenset({S.IN_PLACEMENT}), S.POST_PLACEMENT, A.REPORT, _("Follow after the placement"), _("Placement over"), consequence=True),
    Transition("suspend", frozenset({S.ELIGIBLE, S.IN_PLACEMENT}), S.SUSPENDED, A.EDIT, _("Interrupt the case"), _("Case interrupted"), (_RESUME, REASON)),
    Transition("resume", frozenset({S.SUSPENDED}), PREVIOUS, A.EDIT, _("Resume the case"), _("Case resumed"), (_COMMENT,)),
    # DOMAIN §3.3 lets only some states close; a person may withdraw at any time, so every open state does.
    Transition("close", CASE_OPEN, S.CLOSED, A.DECIDE, _("Close the case"), _("Case closed"), (Input("closed_on", "date", _("Closing date"), limit="past"), _CLOSING, REASON), ends=True),
    Transition("reopen", frozenset({S.CLOSED}), S.REFERRED, A.DECIDE, _("Reopen as referred"), _("Case reopened"), (REASON,)),
    Transition("reopen-eligible", frozenset({S.CLOSED}), S.ELIGIBLE, A.DECIDE, _("Reopen as eligible"), _("Case reopened as eligible"), (REASON,)),
))

_ENDED_ON = Input("ended_on", "date", _("Last day worked"), limit="past")

PLACEMENT_WORKFLOW = Workflow("cases.placement", (
    Transition("sign", frozenset({P.TO_SIGN}), P.SIGNED, A.SIGN, _("Record the signed agreement"), _("Agreement signed"), (Input("signed_on", "date", _("Date of the last signature"), limit="past"),)),
    Transition("prepare", frozenset({P.SIGNED}), P.PREPARATION, A.EDIT, _("Prepare the welcome"), _("Welcome in preparation"), (_COMMENT,)),
    Transition("start", frozenset({P.PREPARATION}), P.ACTIVE, A.REPORT, _("Confirm the start"), _("Placement started"), (Input("started_on", "date", _("First day worked"), limit="past"),)),
    Transition("suspend", frozenset({P.ACTIVE}), P.SUSPENDED, A.EDIT, _("Suspend the placement"), _("Placement suspended"), (Input("suspended_on", "date", _("Suspended from"), limit="past"), _RESUME, REASON)),
    Transition("resume", frozenset({P.SUSPENDED}), P.ACTIVE, A.EDIT, _("Resume the placement"), _("Placement resumed"), (Input("resumed_on", "date", _("Back since"), limit="past"), Input("planned_end", "date", _("New planned end"), required=False, help=_("Leave empty to keep the planned end.")), _COMMENT)),
    # Nobody approves an extension they asked for (DESIGN §4): asked and approved are two steps.
    Transition("extend", frozenset({P.ACTIVE}), P.EXTENDED, A.EDIT, _("Ask for an extension"), _("Extension requested"), (Input("extension_end", "date", _("New planned end"), limit="future"), REASON)),
    Transition("approve-extension", frozenset({P.EXTENDED}), P.ACTIVE, A.EDIT, _("Approve the extension"), _("Extension approved"), (_COMMENT,)),
    Transition("refuse-extension", frozenset({P.EXTENDED}), P.ACTIVE, A.EDIT, _("Refuse the extension"), _("Extension refused"), (REASON,)),
    Transition("complete", frozenset({P.ACTIVE}), P.COMPLETED, A.EDIT, _("Complete the placement"), _("Placement completed"), (_ENDED_ON, _COMMENT), ends=True),
    Transition("end-early", PLACEMENT_STARTED, P.ENDED_EARLY, A.EDIT, _("End the placement early"), _("Placement ended early"), (_ENDED_ON, Input("ended_by", "choice", _("Ended by"), choices=tuple(EndedBy.choices)), Input("hours_missed", "integer", _("Hours missed"), required=False), REASON), ends=True),
    Transition("no-show", frozenset({P.PREPARATION}), P.NO_SHOW, A.REPORT, _("Report a no-show"), _("Participant did not show"), (Input("expected_on", "date", _("Day the participant was expected"), limit="past"), Input("reason", "text", _("Attempts to reach the participant"))), ends=True),
    # DOMAIN §3.5 stops at signed; a placement in preparation can fall through as well.
    Transition("cancel", frozenset({P.TO_SIGN, P.SIGNED, P.PREPARATION}), P.CANCELLED, A.EDIT, _("Cancel the placement"), _("Placement cancelled"), (REASON,), ends=True),
))

_DAY_DECIDED = Input("decided_on", "date", _("Date of the decision"), limit="past")
_REFUSAL = Input("refusal_reason", "choice", _("Reason"), choices=tuple(RefusalReason.choices))
_ANSWERED = Input("answered_on", "date", _("Date of the answer"), limit="past")

# No input here is free text: what is said of a person who was not chosen cannot carry health (DOMAIN §3.4).
MATCH_WORKFLOW = Workflow("cases.match", (
    Transition("send", frozenset({M.PROPOSED}), M.SENT, A.EDIT, _("Send the profile to the host"), _("Profile sent to the host"), (Input("sent_on", "date", _("Sent on"), limit="past"),)),
    Transition("plan-interview", frozenset({M.SENT, M.INTERVIEW_PLANNED}), M.INTERVIEW_PLANNED, A.ANSWER, _("Plan the interview"), _("Interview planned"), (Input("interview_on", "date", _("Date of the interview")),)),
    Transition("hold-interview", frozenset({M.SENT, M.INTERVIEW_PLANNED}), M.INTERVIEWED, A.ANSWER, _("Interview held"), _("Interview held"), (Input("interviewed_on", "date", _("Held on"), limit="past"),)),
    Transition("choose", frozenset({M.INTERVIEWED}), M.SELECTED, A.ANSWER, _("Choose this person"), _("Person chosen by the host"), (_DAY_DECIDED,)),
    Transition("turn-down", frozenset({M.SENT, M.INTERVIEW_PLANNED, M.INTERVIEWED}), M.NOT_SELECTED, A.ANSWER, _("Do not choose this person"), _("Person not chosen"), (_DAY_DECIDED, _REFUSAL), ends=True),
    Transition("offer", frozenset({M.SELECTED}), M.OFFERED, A.EDIT, _("Make the offer"), _("Offer made"), (Input("offered_on", "date", _("Offered on"), limit="past"), Input("answer_by", "date", _("Answer expected by"), limit="future"))),
    # It opens the placement, which the programme's officers alone decide.
    Transition("accept", frozenset({M.OFFERED}), M.ACCEPTED, A.DECIDE, _("Offer accepted"), _("Offer accepted"), (_ANSWERED, Input("planned_start", "date", _("Planned start"))), ends=True),
    Transition("decline", frozenset({M.OFFERED}), M.DECLINED, A.EDIT, _("Offer declined"), _("Offer declined"), (_ANSWERED, _REFUSAL), ends=True),
    Transition("withdraw", MATCH_OPEN, M.WITHDRAWN, A.EDIT, _("Withdraw the match"), _("Match withdrawn"), (_REFUSAL,), ends=True),
))

ACCOMMODATION_WORKFLOW = Workflow("cases.accommodation", (
    Transition("accept", frozenset({D.REQUESTED}), D.ACCEPTED, A.DECIDE, _("Accept the measure"), _("Accommodation accepted"), (_DAY_DECIDED, Input("planned_on", "date", _("To be in place by")), _COMMENT)),
    Transition("modify", frozenset({D.REQUESTED}), D.MODIFIED, A.DECIDE, _("Accept with a change"), _("Accommodation accepted with a change"), (_DAY_DECIDED, Input("measure", "text", _("Measure decided")), Input("planned_on", "date", _("To be in place by")), REASON)),
    # The employer must be able to show the steps taken (DOMAIN §4): a refusal says why.
    Transition("refuse", frozenset({D.REQUESTED}), D.REFUSED, A.DECIDE, _("Refuse the measure"), _("Accommodation refused"), (_DAY_DECIDED, REASON), ends=True),
    Transition("put-in-place", frozenset({D.ACCEPTED, D.MODIFIED}), D.IN_PLACE, A.REPORT, _("Say that it is in place"), _("Accommodation in place"), (Input("in_place_on", "date", _("In place since"), limit="past"), _COMMENT)),
    Transition("verify", frozenset({D.IN_PLACE}), D.VERIFIED, A.REPORT, _("Verify that it helps"), _("Accommodation verified useful"), (Input("verified_on", "date", _("Verified on"), limit="past"), _COMMENT)),
    # It does not help, or costs more than was decided on: back to the request, with what was learned.
    Transition("reconsider", frozenset({D.ACCEPTED, D.MODIFIED, D.IN_PLACE, D.VERIFIED, D.REFUSED}), D.REQUESTED, A.EDIT, _("Reconsider the measure"), _("Accommodation to reconsider"), (REASON,)),
    Transition("give-back", frozenset({D.IN_PLACE, D.VERIFIED}), D.RETURNED, A.REPORT, _("Give the equipment back"), _("Equipment given back"), (Input("returned_on", "date", _("Given back on"), limit="past"), _COMMENT), ends=True),
    Transition("withdraw", frozenset({D.REQUESTED, D.ACCEPTED, D.MODIFIED}), D.WITHDRAWN, A.EDIT, _("Withdraw the request"), _("Accommodation request withdrawn"), (REASON,), ends=True),
))
_SAID = Input("decision_comment", "text", _("Comment"), required=False)

# Nobody applies or refuses what they asked for (DESIGN §5): asked and decided are two people.
KEY_DATE_WORKFLOW = Workflow("cases.key-date-change", (
    Transition("apply", frozenset({K.PROPOSED}), K.APPLIED, A.DECIDE, _("Apply the correction"), _("Key date corrected"), (_SAID,), ends=True),
    Transition("refuse", frozenset({K.PROPOSED}), K.REFUSED, A.DECIDE, _("Refuse the correction"), _("Correction of a key date refused"), (Input("decision_comment", "text", _("Reason of the refusal")),), ends=True),
    Transition("withdraw", frozenset({K.PROPOSED}), K.WITHDRAWN, A.EDIT, _("Withdraw the request"), _("Correction of a key date withdrawn"), ends=True),
))
# fmt: on

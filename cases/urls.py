"""Addresses of the participant side, a list for each noun."""

from django.urls import path

from cases import converters
from cases.views import (
    access,
    accommodation_page,
    accommodations,
    agreements,
    answers,
    calendars,
    capacity,
    case_page,
    cases,
    documents,
    evaluations,
    follow_ups,
    health,
    imports,
    key_date_page,
    key_dates,
    link_pages,
    links,
    match_page,
    matches,
    notes,
    outcomes,
    participants,
    placement_page,
    placements,
    plans,
    problems,
    rankings,
    readers,
    reminders,
    reports,
    signatures,
)

app_name = "cases"
converters.register()

CASE, PLACEMENT, IMPORT = "cases/<uuid:pk>/", "placements/<uuid:pk>/", "imports/<uuid:pk>/"
PERSON, FOLLOW_UP = "participants/<uuid:pk>/", "follow-ups/<uuid:pk>/"
ACCOMMODATION = "accommodations/<uuid:pk>/"
DOCUMENT = "documents/<uuid:pk>/"
EVALUATION = "evaluations/<uuid:pk>/"

CASES = [
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases.case_new, name="case_new"),
    path(CASE, case_page.case_detail, name="case_detail"),
    path(f"{CASE}edit/", cases.case_edit, name="case_edit"),
    path(f"{CASE}transfer/", cases.case_transfer, name="case_transfer"),
    path(f"{CASE}move/<case_move:name>/", cases.case_move, name="case_move"),
    path(f"{CASE}timeline/", case_page.case_timeline, name="case_timeline"),
    path(f"{CASE}access/", access.case_access, name="case_access"),
    path(f"{CASE}readers/", readers.case_readers, name="case_readers"),
    path(f"{CASE}conflicts/new/", readers.conflict_new, name="conflict_new"),
    path(f"{CASE}conflicts/own/", readers.conflict_own, name="conflict_own"),
    path("conflicts/<uuid:pk>/end/", readers.conflict_end, name="conflict_end"),
    path(f"{CASE}health/", health.health, name="health"),
]
NOTES = [
    path(f"{CASE}notes/new/", notes.note_new, name="note_new"),
    path("notes/<uuid:pk>/edit/", notes.note_edit, name="note_edit"),
]
FOLLOW_UPS = [
    path(f"{CASE}follow-ups/new/", follow_ups.follow_up_new, name="follow_up_new"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow_up_list"),
    path(f"{FOLLOW_UP}done/", follow_ups.follow_up_done, name="follow_up_done"),
    path(f"{FOLLOW_UP}edit/", follow_ups.follow_up_edit, name="follow_up_edit"),
]
PARTICIPANTS = [
    path(PERSON, participants.participant_detail, name="participant_detail"),
    path(f"{PERSON}edit/", participants.participant_edit, name="participant_edit"),
    path(f"{PERSON}consents/new/", participants.consent_new, name="consent_new"),
    path("consents/<uuid:pk>/withdraw/", participants.consent_withdraw, name="consent_withdraw"),
]
PLACEMENTS = [
    path(f"{CASE}placements/new/", placements.placement_new, name="placement_new"),
    path("placements/", placements.placement_list, name="placement_list"),
    path(PLACEMENT, placement_page.placement_detail, name="placement_detail"),
    path(f"{PLACEMENT}sign/<signature_role:role>/", signatures.signature_new, name="signature_new"),
    path(f"{PLACEMENT}edit/", placements.placement_edit, name="placement_edit"),
    path(
        f"{PLACEMENT}move/<placement_move:name>/", placements.placement_move, name="placement_move"
    ),
]
PROBLEMS = [
    path("data-problems/", problems.problem_list, name="problem_list"),
    path(
        "data-problems/<slug:code>/<uuid:pk>/dismiss/",
        problems.problem_dismiss,
        name="problem_dismiss",
    ),
    path("data-problems/<uuid:pk>/restore/", problems.problem_restore, name="problem_restore"),
]
LINKS = [
    path(f"{PLACEMENT}links/new/<str:what>/", links.link_new, name="link_new"),
    path("links/<uuid:pk>/address/", links.link_address, name="link_address"),
    path("links/<uuid:pk>/renew/", links.link_renew, name="link_renew"),
    path("links/<uuid:pk>/revoke/", links.link_revoke, name="link_revoke"),
    path("answers/", answers.answer_page, name="answers"),
    # Behind these stands nobody with an account; the channel of the history is read from “/link/”.
    path("link/done/<str:token>/", link_pages.link_done, name="link_done"),
    path("link/<str:token>/", link_pages.link_task, name="link_task"),
    path("link/<str:token>/draft/", link_pages.link_draft, name="link_draft"),
    path("link/<str:token>/again/", link_pages.link_ask_again, name="link_ask_again"),
]
MATCHES = [
    path(f"{CASE}work-profile/", matches.work_profile_edit, name="work_profile_edit"),
    path(f"{CASE}projects/", rankings.case_projects, name="case_projects"),
    path(f"{CASE}matches/new/", matches.match_new, name="match_new"),
    path("projects/<uuid:pk>/candidates/", rankings.project_candidates, name="project_candidates"),
    path("matches/", matches.match_list, name="match_list"),
    path("matches/<uuid:pk>/", match_page.match_detail, name="match_detail"),
    path("matches/<uuid:pk>/move/<match_move:name>/", matches.match_move, name="match_move"),
    path("capacity/", capacity.capacity_page, name="capacity"),
]
ACCOMMODATIONS = [
    path("accommodations/", accommodations.accommodation_list, name="accommodation_list"),
    path(
        f"{CASE}accommodations/new/",
        accommodations.accommodation_new,
        name="accommodation_new",
    ),
    path(
        f"{PLACEMENT}accommodations/new/",
        accommodations.accommodation_new_here,
        name="accommodation_new_here",
    ),
    path(ACCOMMODATION, accommodation_page.accommodation_detail, name="accommodation_detail"),
    path(f"{ACCOMMODATION}edit/", accommodations.accommodation_edit, name="accommodation_edit"),
    path(
        f"{ACCOMMODATION}move/<accommodation_move:name>/",
        accommodations.accommodation_move,
        name="accommodation_move",
    ),
]
PLANS = [
    path(f"{PLACEMENT}agreement/", agreements.placement_agreement, name="placement_agreement"),
    path(f"{PLACEMENT}objectives/new/", plans.objective_new, name="objective_new"),
    path("objectives/<uuid:pk>/edit/", plans.objective_edit, name="objective_edit"),
    path(f"{PLACEMENT}reports/new/", reports.report_new, name="report_new"),
    path("reports/<uuid:pk>/edit/", reports.report_edit, name="report_edit"),
]
DOCUMENTS = [
    path(f"{CASE}documents/", documents.document_list, name="document_list"),
    path(f"{CASE}documents/new/", documents.document_new, name="document_new"),
    path(DOCUMENT, documents.document_detail, name="document_detail"),
    path(f"{DOCUMENT}content/", documents.document_content, name="document_content"),
    path(f"{DOCUMENT}replace/", documents.document_replace, name="document_replace"),
    path(f"{DOCUMENT}withdraw/", documents.document_withdraw, name="document_withdraw"),
]
OUTCOMES = [
    path(f"{PLACEMENT}outcomes/<outcome_moment:moment>/", outcomes.outcome_new, name="outcome_new"),
    path("outcomes/<uuid:pk>/edit/", outcomes.outcome_edit, name="outcome_edit"),
]
KEY_DATES = [
    path(
        f"{CASE}key-dates/<key_date_of_case:key_date>/",
        key_dates.case_key_date_ask,
        name="case_key_date_ask",
    ),
    path(
        f"{PLACEMENT}key-dates/<key_date_of_placement:key_date>/",
        key_dates.placement_key_date_ask,
        name="placement_key_date_ask",
    ),
    path("key-dates/", key_dates.key_date_list, name="key_date_list"),
    path("key-dates/<uuid:pk>/", key_date_page.key_date_detail, name="key_date_detail"),
    path(
        "key-dates/<uuid:pk>/move/<key_date_move:name>/",
        key_dates.key_date_move,
        name="key_date_move",
    ),
]
EVALUATIONS = [
    path(
        f"{PLACEMENT}evaluations/<evaluation_kind:kind>/",
        evaluations.evaluation_new,
        name="evaluation_new",
    ),
    path("evaluations/", evaluations.evaluation_list, name="evaluation_list"),
    path(EVALUATION, evaluations.evaluation_detail, name="evaluation_detail"),
    path(f"{EVALUATION}edit/", evaluations.evaluation_edit, name="evaluation_edit"),
    path(f"{EVALUATION}answer/", evaluations.evaluation_answer, name="evaluation_answer"),
    path(f"{EVALUATION}discard/", evaluations.evaluation_discard, name="evaluation_discard"),
]
REMINDERS = [
    path(f"{PLACEMENT}reminders/pause/", reminders.reminder_pause_new, name="reminder_pause_new"),
    path("reminder-pauses/<uuid:pk>/end/", reminders.reminder_pause_end, name="reminder_pause_end"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/revoke/", calendars.calendar_revoke, name="calendar_revoke"),
    path("calendar/<calendar_secret:secret>.ics", calendars.calendar_feed, name="calendar_feed"),
]
IMPORTS = [
    path("imports/new/", imports.import_new, name="import_new"),
    path(IMPORT, imports.import_preview, name="import_preview"),
    path(f"{IMPORT}confirm/", imports.import_confirm, name="import_confirm"),
    path(f"{IMPORT}discard/", imports.import_discard, name="import_discard"),
    path(f"{IMPORT}problems.csv", imports.import_problems, name="import_problems"),
]

urlpatterns = [
    *CASES,
    *NOTES,
    *FOLLOW_UPS,
    *PARTICIPANTS,
    *MATCHES,
    *PLACEMENTS,
    *PROBLEMS,
    *LINKS,
    *ACCOMMODATIONS,
    *PLANS,
    *DOCUMENTS,
    *OUTCOMES,
    *KEY_DATES,
    *EVALUATIONS,
    *REMINDERS,
    *IMPORTS,
]

"""The page of one match, and the part of the page of a case about matching."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Case, Consent, Match, WorkProfile
from cases.services.fit import hours_sought, hours_text, need_label
from cases.services.matches import has_consent, not_in_matching, obstacle, work_profile_of
from cases.services.matching import WAITING
from cases.views.matches import matches_trail, title_of
from cases.views.sections import Section
from cases.workflow import MatchStatus
from organizations.policy import PROJECT_POLICY
from organizations.policy import Action as HostAction
from peph.pages import open_visible
from peph.workflow import Transition

MATCHES_SHOWN = 20
TONES = {
    MatchStatus.ACCEPTED: "success",
    MatchStatus.SELECTED: "success",
    MatchStatus.OFFERED: "success",
    MatchStatus.NOT_SELECTED: "warning",
    MatchStatus.WITHDRAWN: "warning",
    MatchStatus.DECLINED: "warning",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A move that cannot be made now, and why."""

    step: Transition
    why: str


@require_safe
def match_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One match: what can be done now, the profile as the host reads it, the project, the dates."""
    rows = Match.objects.with_people().select_related(
        "case__region",
        "case__job_class",
        "case__work_profile",
        "project__job_class",
        "placement",
        "proposed_by",
    )
    match = open_visible(request, rows, pk)
    moves, kept = _moves(match, request.user)
    profile = getattr(match.case, "work_profile", None)
    context = {
        "match": match,
        "title": title_of(match),
        "tone": TONES.get(MatchStatus(match.status), "info"),
        "moves": moves,
        "kept": kept,
        "profile": _profile_sent(match, profile),
        "project": _project(match),
        "sees_project": PROJECT_POLICY.allows(request.user, HostAction.VIEW, match.project),
        "dates": _dates(match),
        "trail": [*matches_trail(), (title_of(match), "")],
        **_programme_side(match),
    }
    return render(request, "cases/match_detail.html", context)


def _moves(match: Match, user: Any) -> tuple[list[Transition], list[Kept]]:
    """The moves open now, and those that something keeps closed."""
    moves, kept = [], []
    for step in match.available_transitions:
        if refusal := obstacle(match, step.name, by=user):
            kept.append(Kept(step, str(refusal)))
        else:
            moves.append(step)
    return moves, kept


def _profile_sent(match: Match, profile: WorkProfile | None) -> list[tuple[Any, Any]]:
    """What a host is told: nothing of the file, of home or of health."""
    rows: list[tuple[Any, Any]] = [
        (_("Name"), match.case.participant.full_name),
        (_("Job class sought"), match.case.job_class),
    ]
    if profile is not None:
        rows += [
            (_("Hours a week"), hours_sought(profile)),
            (_("Telework"), profile.get_telework_display()),
            (_("Available from"), profile.available_from),
            (_("Experience"), profile.experience),
        ]
        if match.can_read_needs:  # type: ignore[attr-defined]
            rows.append((_("What the place must have"), needs_of(profile)))
    return rows


def needs_of(profile: WorkProfile) -> str:
    """The functional needs in words."""
    return ", ".join(need_label(name) for name in profile.needed) or _("Nothing in particular")


def _project(match: Match) -> list[tuple[Any, Any]]:
    project = match.project
    return [
        (_("Host organisation"), match.organization),
        (_("Host site"), match.site),
        (_("Job class"), project.job_class),
        (_("Hours a week"), hours_text(project.hours_per_week)),
        (_("Can start from"), project.starts_from),
        (_("Supervisor"), project.supervisor_name),
        (_("Project’s status"), project.get_status_display()),
    ]


def _dates(match: Match) -> list[tuple[Any, Any]]:
    """The steps that are dated, in order; told only where there is something to tell."""
    told = (
        (_("Profile sent"), match.sent_on),
        (_("Interview"), match.interview_on),
        (_("Interview held"), match.interviewed_on),
        (_("Decision expected by"), match.decide_by),
        (_("Decided"), match.decided_on),
        (_("Offered"), match.offered_on),
        (_("Answer expected by"), match.answer_by),
        (_("Answered"), match.answered_on),
        (_("Planned start"), match.planned_start),
        (_("Reason"), match.get_refusal_reason_display()),
    )
    return [(label, value) for label, value in told if value]


def _programme_side(match: Match) -> dict[str, Any]:
    """Whether the host reads the match now, and the needs: said to the programme, which asks for consent."""
    if not match.can_read_personal:  # type: ignore[attr-defined]
        return {"consents": []}
    given, missing = _("Live"), _("None, or ended")
    consents = [
        (purpose.label, given if has_consent(match, purpose) else missing)
        for purpose in (Consent.Purpose.SHARE_PROFILE, Consent.Purpose.SHARE_NEEDS)
    ]
    is_hidden = match.sent_on is not None and consents[0][1] == missing
    return {"consents": consents, "is_hidden": is_hidden}


# ------------------------------------------------------------------ on the page of a case
def matching_section(request: HttpRequest, case: Case) -> Section | None:
    """What the person looks for, the matches, and the way to the ranked projects."""
    if not case.can_read_personal:  # type: ignore[attr-defined]
        return None
    matches = list(
        Match.objects.visible_to(request.user)
        .filter(case=case)
        .with_people()
        .order_by("-updated_at", "-pk")[: MATCHES_SHOWN + 1]
    )
    profile = work_profile_of(case)
    return Section(
        name="matching",
        title=_("Matching"),
        template="cases/_case_matching.html",
        shown={
            "case": case,
            "profile": _profile_kept(profile) if profile.version else [],
            "matches": matches[:MATCHES_SHOWN],
            "has_more": len(matches) > MATCHES_SHOWN,
            "can_edit": case.can_edit and case.is_open,  # type: ignore[attr-defined]
            "can_rank": case.can_decide and case.status in WAITING,  # type: ignore[attr-defined]
            "why_not": not_in_matching(case) if case.status in WAITING else None,
        },
    )


def _profile_kept(profile: WorkProfile) -> list[tuple[Any, Any]]:
    return [
        (_("Hours a week"), hours_sought(profile)),
        (_("Telework"), profile.get_telework_display()),
        (_("Other regions accepted"), profile.other_regions or _("No other region")),
        (_("Available from"), profile.available_from),
        (_("Mentor"), _("Wanted") if profile.wants_mentor else _("Not asked for")),
        (_("What the place must have"), needs_of(profile)),
        (_("Experience"), profile.experience),
    ]

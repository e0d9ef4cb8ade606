"""How the tasks told in the words of the placement are shown behind a link: report, evaluate, reply."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.forms.evaluations import EvaluationForm, content_of
from cases.forms.link_tasks import ReplyForm
from cases.forms.plans import ReportForm
from cases.models import Evaluation, Report, TaskLink
from cases.services.link_tasks import is_for_participant
from cases.views.link_shapes import Asked, Facts, TaskPage, begun, dates, sent_data, where
from peph.templatetags.peph import date_iso


# ------------------------------------------------------------------ how it goes
def _report_asked(link: TaskLink, sent: str, data: Any, draft: Mapping[str, str]) -> list[Asked]:
    placement = link.placement
    known = {
        "from_on": _not_reported_since(link),
        "to_on": min(timezone.localdate(), placement.ends_on),
        "author_name": link.recipient_name,
    }
    bound = sent_data("report", sent, data)
    objectives = list(placement.objectives.all()) if placement.is_current else []
    form = ReportForm(bound, objectives=objectives, initial=begun(known, draft, bound))
    return [Asked("report", form, _("Send the report"))]


def _not_reported_since(link: TaskLink) -> dt.date | None:
    last = link.placement.reports.order_by("-to_on").first()
    return link.placement.started_on if last is None else last.to_on + dt.timedelta(days=1)


def _report_done(link: TaskLink, report: Report) -> Facts:
    return [
        *where(link),
        (_("From"), report.from_on),
        (_("To"), report.to_on),
        (_("Hours worked"), report.hours_worked),
        (_("Hours absent"), report.hours_absent),
        (_("How it goes"), report.progress),
        (_("Concern"), report.get_concern_display()),
        (_("Reported by"), report.author_name),
    ]


# ------------------------------------------------------------------ an evaluation
def _evaluation(link: TaskLink) -> Evaluation:
    # Links of these tasks are not sent without one.
    evaluation: Any = link.evaluation
    return evaluation


def _evaluate_intro(link: TaskLink) -> str:
    if is_for_participant(link):
        return _("Say how you see your own work. What you sign cannot be changed afterwards.")
    return _(
        "The person reads this evaluation and may answer it. What you sign cannot be changed"
        " afterwards; no health information here."
    )


def _evaluate_asked(link: TaskLink, sent: str, data: Any, draft: Mapping[str, str]) -> list[Asked]:
    evaluation = _evaluation(link)
    known = content_of(evaluation, evaluation.scores.select_related("criterion"))
    known["author_name"] = known["author_name"] or link.recipient_name
    bound = sent_data("evaluate", sent, data)
    form = EvaluationForm(
        bound, kind=evaluation.kind, initial=begun(known, draft, bound), signing=True
    )
    return [Asked("evaluate", form, _("Sign and send the evaluation"))]


def _evaluate_done(link: TaskLink, evaluation: Evaluation) -> Facts:
    return [
        *where(link),
        (_("Signed by"), evaluation.author_name),
        (_("Date"), evaluation.signed_on),
        *_said(evaluation),
    ]


def _said(evaluation: Evaluation) -> Facts:
    """What an evaluation says, criterion by criterion."""
    rows: Facts = []
    for score in evaluation.scores.select_related("criterion").order_by("criterion__rank"):
        level = score.get_level_display() if score.is_observed else _("Not observed")
        rows.append((score.criterion.label, " – ".join(filter(None, (level, score.comment)))))
    told = (
        (_("Objectives reached"), evaluation.objectives),
        (_("What would help from now on"), evaluation.needs),
        (_("Recommendation"), evaluation.get_recommendation_display()),
    )
    return [*rows, *((label, value) for label, value in told if value)]


# ------------------------------------------------------------------ what the participant says of it
def _reply_facts(link: TaskLink) -> Facts:
    evaluation = _evaluation(link)
    return [
        *where(link),
        (_("Evaluation"), evaluation.get_kind_display()),
        (_("Written by"), evaluation.author_name),
        (_("Date"), evaluation.signed_on),
        *_said(evaluation),
    ]


def _reply_asked(link: TaskLink, sent: str, data: Any, draft: Mapping[str, str]) -> list[Asked]:
    form = ReplyForm(sent_data("reply", sent, data), initial=draft)
    return [Asked("reply", form, _("Send my answer"))]


def _reply_done(link: TaskLink, evaluation: Evaluation) -> Facts:
    return [
        (_("Evaluation"), evaluation.get_kind_display()),
        (_("Answer"), evaluation.get_answer_display()),
        (_("Comment"), evaluation.answer_comment),
        (_("Date"), date_iso(evaluation.answered_on)),
    ]


REPORT = TaskPage(
    title=lambda link: _("Report progress"),
    intro=lambda link: _("Tell us how the placement goes. No health information here."),
    facts=dates,
    asked=_report_asked,
    done=_report_done,
    recorded=Report,
)
EVALUATE = TaskPage(
    title=lambda link: _evaluation(link).get_kind_display(),
    intro=_evaluate_intro,
    facts=dates,
    asked=_evaluate_asked,
    done=_evaluate_done,
    recorded=Evaluation,
)
REPLY = TaskPage(
    title=lambda link: _("Answer the evaluation of your placement"),
    intro=lambda link: _("Read what was written about your work, then say whether you agree."),
    facts=_reply_facts,
    asked=_reply_asked,
    done=_reply_done,
    recorded=Evaluation,
)

"""Answering the checklist about one record of a sample."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auditing.models import ItemAnswer, SampleItem
from auditing.policy import ITEM_POLICY, SAMPLE_POLICY
from auditing.services.samples import locked_open
from cases.policy import Action
from peph.audit.changes import change
from peph.errors import Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of


def save_item(
    item: SampleItem,
    *,
    by: Any,
    version: int | None = None,
    answers: Mapping[str, Mapping[str, str]],
    done: bool,
) -> SampleItem:
    """Keep the answers given so far, by code of question; `done` once all of them are there.

    An answer left out is taken back. Raises Forbidden, Conflict (the sample is no longer open), Invalid,
    Stale.
    """
    with change(by=by, verb="auditing.item.save"):
        sample = locked_open(item.sample_id)
        SAMPLE_POLICY.check(by, Action.EDIT, sample)
        item = locked(SampleItem.objects.select_related("sample"), item.pk)
        ITEM_POLICY.check(by, Action.EDIT, item)
        check_version(item, version)
        asked = {
            each.question.code: each.question for each in sample.asked.select_related("question")
        }
        _check(asked, answers, done)
        known = {each.question_id: each for each in item.answers.all()}
        changed = False
        for code, question in asked.items():
            given, row = answers.get(code), known.get(question.pk)
            if not given or not given.get("value"):
                if row is not None:
                    row.delete()
                    changed = True
            else:
                values = {"value": given["value"], "comment": given.get("comment", "").strip()}
                changed |= amend(row or ItemAnswer(item=item, question=question), values)
        if done != item.is_done or changed:
            # Who did it is whoever answered last.
            item.done_at = timezone.now() if done else None
            item.done_by = account_of(by) if done else None
            save_valid(item)
    return item


def _check(asked: Mapping[str, Any], answers: Mapping[str, Mapping[str, str]], done: bool) -> None:
    problems: dict[str, list[object]] = {}
    for code in answers.keys() - asked.keys():
        problems[f"answers.{code}.value"] = [_("This question is not asked in this sample.")]
    for code in asked:
        given = answers.get(code) or {}
        value, comment = given.get("value", ""), given.get("comment", "").strip()
        if value == ItemAnswer.Value.NO and not comment:
            problems[f"answers.{code}.comment"] = [_("A “no” needs a comment that says why.")]
        elif comment and not value:
            problems[f"answers.{code}.value"] = [_("Answer the question, or remove the comment.")]
        elif done and not value:
            problems[f"answers.{code}.value"] = [_("Answer this question to finish the record.")]
    if problems:
        raise Invalid(fields=problems)

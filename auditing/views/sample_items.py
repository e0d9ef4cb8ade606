"""The page of one record of a sample: its key facts, the checklist, and the findings on it."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from auditing.forms.samples import ChecklistForm, answers_shown
from auditing.models import Sample, SampleItem
from auditing.services.answers import save_item
from auditing.views.sample_words import asked_in
from auditing.views.sampled_records import facts_of, links_of, record_of
from auditing.views.samples import trail
from peph.audit import access_log
from peph.errors import Conflict, Forbidden
from peph.pages import form_page, get_visible, posted, refusals

DONE, NEXT = "done", "next"


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def item_detail(request: HttpRequest, pk: uuid.UUID, position: int) -> HttpResponse:
    """Answer the checklist about one record; once the sample is closed, read what was answered."""
    sample = get_visible(request, Sample.objects.with_people(), pk)
    item = _item(request, sample, position)
    if request.method == "POST":
        if not sample.can_edit:
            raise Forbidden
        if not sample.is_open:
            raise Conflict(_("This sample is no longer open: nothing in it can change."))
    record = record_of(item, request.user)
    opened = item if record is None else record
    access_log.record("open", request=request, obj=opened, case=item.subject_case_id)
    answers = list(item.answers.select_related("question"))
    asked = asked_in(sample)

    def form(data: Any = None) -> ChecklistForm:
        return ChecklistForm(data, asked=asked, initial=answers_shown(item, answers))

    act = request.POST.get("act", "")

    def save(**data: Any) -> SampleItem:
        done = act in (DONE, NEXT) or item.is_done
        return save_item(item, by=request.user, done=done, **data)

    may_work = sample.is_open and sample.can_edit
    given = {answer.question_id: answer for answer in answers}
    context = {
        "sample": sample,
        "item": item,
        "heading": _("Record %(position)d of %(size)d: %(label)s")
        % {"position": item.position, "size": sample.size, "label": item.label},
        "record_facts": facts_of(item, record) if record is not None else [],
        "links": links_of(item, record, request.user),
        "is_out_of_reach": record is None,
        "answers": [(each, given.get(each.question_id)) for each in asked],
        "findings": list(
            item.findings.visible_to(request.user)
            .with_abilities(request.user)
            .with_people()
            .order_by("number")
        ),
        "may_work": may_work,
        "neighbours": _neighbours(sample, item),
        "trail": trail(sample, (str(item), "")),
    }
    return form_page(
        request,
        "auditing/sample_item.html",
        form(posted(request)),
        save,
        success=_("The answers were saved."),
        to=lambda saved: _after(sample, saved, act, request.user),
        context=context,
        present=form,
    )


def _item(request: HttpRequest, sample: Sample, position: int) -> SampleItem:
    rows = sample.items.visible_to(request.user).select_related("subject_case", "done_by")
    item = rows.filter(position=position).first() if position <= sample.size else None
    if item is None:
        raise Http404
    item.sample = sample
    return item


def item_url(sample: Sample, position: int) -> str:
    return reverse("auditing:item_detail", args=[sample.pk, position])


def _neighbours(sample: Sample, item: SampleItem) -> list[tuple[Any, str]]:
    found = []
    if item.position > 1:
        found.append((_("Previous record"), item_url(sample, item.position - 1)))
    if item.position < sample.size:
        found.append((_("Next record"), item_url(sample, item.position + 1)))
    return found


def _after(sample: Sample, item: SampleItem, act: str, user: Any) -> str:
    """Where to go on: the next record to do, from here round to the first one."""
    if act != NEXT:
        return item_url(sample, item.position)
    to_do = list(
        sample.items.visible_to(user)
        .filter(done_at__isnull=True)
        .values_list("position", flat=True)
    )
    later = [position for position in to_do if position > item.position]
    if to_do:
        return item_url(sample, (later or to_do)[0])
    return sample.get_absolute_url()

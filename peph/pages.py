"""What every page does alike: find what the reader may see, list it, run one service from a form.

Refusals of the domain are turned into pages here, once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from peph import views
from peph.access import Policy
from peph.audit import access_log
from peph.audit.history import declaration
from peph.errors import DomainError, Forbidden, Invalid, Stale
from peph.paging import NEWEST_FIRST, Order, Page, count_up_to, page

PAGE_SIZE = 25
MOST_COUNTED = 1000
# A cursor is a date or a name and a key; anything longer is not ours.
LONGEST_CURSOR = 500


def refusals(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a `DomainError` that leaves the view with the page of its status."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            log_refusal(request, error)
            return views.refused(request, error)

    return answered


def log_refusal(request: HttpRequest, error: DomainError) -> None:
    """What somebody may see but not do is in the access log; other errors refuse nobody anything."""
    if isinstance(error, Forbidden):
        about: Any = error.about
        access_log.record(
            "refuse", request=request, obj=about, case=error.case, detail={"part": "right"}
        )


# ------------------------------------------------------------------ one record
def get_visible(
    request: HttpRequest, queryset: QuerySet, pk: object, *, needs: str = "", case: Any = None
) -> Any:
    """The record with its reader's abilities; `needs` is the action the page is for.

    Raises Http404, logged when the record exists, and Forbidden. `case` is the case to log where the
    record does not name it itself.
    """
    seen = queryset.visible_to(request.user).with_abilities(request.user)  # type: ignore[attr-defined]
    found = seen.filter(pk=pk).first()
    if found is None:
        hidden = queryset.model._base_manager.filter(pk=pk).first()
        if hidden is not None:
            case = case or getattr(hidden, "case_id", None)
            access_log.record("refuse", request=request, obj=hidden, case=case)
        raise Http404
    if needs and not getattr(found, f"can_{needs}"):
        raise Forbidden.on(found, case or getattr(found, "case_id", None))
    return found


def open_visible(
    request: HttpRequest, queryset: QuerySet, pk: object, *, needs: str = "", case: Any = None
) -> Any:
    """The same for a page that shows the record: the opening is logged."""
    found = get_visible(request, queryset, pk, needs=needs, case=case)
    case = case or getattr(found, "case_id", None)
    access_log.record("open", request=request, obj=found, case=case)
    return found


# ------------------------------------------------------------------ lists
@dataclass(frozen=True)
class Listing:
    """One page of a list, the form of its filter, and how many rows there are as far as counted."""

    page: Page
    form: forms.BaseForm
    count: int

    @property
    def rows(self) -> list[Any]:
        return self.page.rows

    @property
    def count_text(self) -> str:
        """“12”, or “1,000+” beyond what is worth counting."""
        if self.count <= MOST_COUNTED:
            return str(self.count)
        return f"{number_format(MOST_COUNTED, force_grouping=True)}+"

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set: an empty list then asks for another filter."""
        given = self.form.cleaned_data.values()
        return any(value not in (None, "") and value is not False for value in given)


def listing(
    request: HttpRequest,
    filterset: FilterSet,
    policy: Policy,
    action: str = "view",
    *,
    order: Order = NEWEST_FIRST,
    size: int = PAGE_SIZE,
) -> Listing:
    """One page of what the filter leaves of what the reader may see; what was shown is logged.

    Raises Invalid on a cursor that is not ours.
    """
    _suit_pages(filterset.form)
    # A filter that makes no sense shows nothing, never more than was asked for.
    wanted = filterset.qs if filterset.is_valid() else filterset.queryset.none()
    branches = policy.branches(request.user, action)
    return listed(
        request,
        filterset,
        lambda cursor: page(wanted, order=order, cursor=cursor, size=size, branches=branches),
        lambda most: count_up_to(wanted.filter(policy.q(request.user, action)), most),
    )


def listed(
    request: HttpRequest,
    filterset: FilterSet,
    paged: Callable[[str], Page],
    counted: Callable[[int], int],
) -> Listing:
    """The same for a list that is found otherwise: its page by cursor, its count up to so many."""
    shown = _page(paged, request.GET.get("cursor", ""))
    found = Listing(shown, filterset.form, counted(MOST_COUNTED))
    narrowing = narrowed_by(request, filterset)
    access_log.record(
        "search" if "q" in narrowing else "list",
        request=request,
        model=filterset.queryset.model._meta.label_lower,
        ids=[row.pk for row in shown.rows],
        detail=narrowing or None,
    )
    return found


def narrowed_by(request: HttpRequest, filterset: FilterSet) -> dict[str, Any]:
    """What the address narrows a list by, as the access log keeps it."""
    return {
        name: value
        for name, value in request.GET.items()
        if value and name in filterset.form.fields
    }


def _suit_pages(form: forms.BaseForm) -> None:
    """A yes is a box to tick, a key comes from a link: neither is a question with three answers."""
    for field in form.fields.values():
        if isinstance(field, forms.NullBooleanField):
            # The words of the address: `mine=true`, as in the API.
            field.widget = forms.CheckboxInput(attrs={"value": "true"})
        elif isinstance(field, forms.UUIDField):
            field.widget = field.hidden_widget()


def _page(paged: Callable[[str], Page], cursor: str) -> Page:
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise OverflowError
        return paged(cursor)
    except OverflowError as error:
        # Also a cursor that decodes to a moment outside the calendar.
        raise Invalid(_("This page address is not valid. Go back to the list.")) from error


# ------------------------------------------------------------------ forms
def posted(request: HttpRequest) -> Any:
    """What a form is bound to: the body of a POST, even an empty one; nothing otherwise."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    template: str,
    form: forms.BaseForm,
    act: Callable[..., Any],
    *,
    success: object,
    to: "str | Callable[[Any], str]",
    context: dict[str, Any],
    present: Callable[[], forms.BaseForm] | None = None,
) -> HttpResponse:
    """GET shows the form. POST calls `act(**cleaned)`, then says `success` and goes on to `to`.

    A refusal shows the form again as it was typed, with the status of the refusal. `present` gives an
    unbound form of the record as it is now: what somebody else saved is then shown beside.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                result = act(**form.cleaned_data)
            except DomainError as error:
                log_refusal(request, error)
                status = error.status_code
                context = {**context, **_told(request, form, error, present)}
            else:
                messages.success(request, str(success))
                return redirect(to(result) if callable(to) else to)
        else:
            status = 400
    else:
        _log_form(request, getattr(form, "instance", None))
    return render(request, template, {**context, "form": form}, status=status)


def _log_form(request: HttpRequest, record: Any) -> None:
    """A form filled with what a record holds shows it as much as its page does."""
    if record is None or record.pk is None or record._state.adding:  # noqa: SLF001 Django's own
        return
    try:
        scope = dict(declaration(record.__class__).scope)
    except LookupError:
        scope = {}
    case = getattr(record, scope["case"].attname) if "case" in scope else None
    access_log.record("open", request=request, obj=record, case=case, detail={"part": "form"})


def _told(
    request: HttpRequest,
    form: forms.BaseForm,
    error: DomainError,
    present: Callable[[], forms.BaseForm] | None,
) -> dict[str, Any]:
    if isinstance(error, Stale) and present is not None:
        return {"conflict": error, "differences": _differences(form, present())}
    if isinstance(error, Invalid) and error.fields:
        for name, problems in error.fields.items():
            for problem in problems:
                form.add_error(name if name in form.fields else None, problem)
    else:
        form.add_error(None, str(error))
    return {}


def _differences(form: forms.BaseForm, now: forms.BaseForm) -> list[tuple[Any, str, str]]:
    """(label, present value, typed value) of each field in which they differ.

    The form takes the present version over: sent again, it is a choice made knowingly. A form about
    several records has a “….version” for each.
    """
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    for name in now.fields:
        if name.rpartition(".")[2] == "version":
            data[form.add_prefix(name)] = now[name].value()
    form.data = data
    return [
        (field.label, _text(now[field.name]), _text(field))
        for field in form
        if field.name in now.fields
        and not field.is_hidden
        and _text(now[field.name]) != _text(field)
    ]


def _text(field: forms.BoundField) -> str:
    value = field.value()
    if value is None or value == "":
        return ""
    for code, label in getattr(field.field, "choices", ()):
        # A group of choices is a pair of its name and its choices.
        for key, text in label if isinstance(label, list | tuple) else ((code, label),):
            if str(key) == str(getattr(value, "pk", value)):
                return str(text)
    return str(value)

"""What a key date may become: in order with the others, and nothing that is recorded left outside it."""

import datetime as dt
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.models import Case, KeyDate, Placement
from cases.models.key_dates import IN_ORDER, OF_CASE, OF_PLACEMENT, PLANNED, is_set, key_dates_of
from cases.services.placement_rules import check_after_former, check_length, check_started
from cases.workflow import PLACEMENT_ENDED
from peph.errors import Invalid
from peph.workflow import Input

# Where every refusal is said.
CORRECTED = "corrected"
# Those that give a placement its length.
_LENGTH = frozenset({KeyDate.PLANNED_START, KeyDate.PLANNED_END, KeyDate.STARTED})


def check_kept(record: Case | Placement, fields: dict[str, Any]) -> None:
    """Raise Invalid when an ordinary correction of the record would change a key date that is set."""
    frozen = [
        name
        for name in key_dates_of(record)
        if name in fields and is_set(record, name) and fields[name] != getattr(record, name)
    ]
    if frozen:
        message = _("This date is set: ask for a correction, which a second person applies.")
        raise Invalid(fields={str(name): [message] for name in frozen})


def cleaned(key_date: str, corrected: Any) -> dt.date:
    """The day asked for, as the step that sets this date would take it. Raises Invalid."""
    limit: Any = "" if key_date in PLANNED else "past"
    try:
        return Input(CORRECTED, "date", _("Correct date"), limit=limit).clean(corrected)
    except ValueError as error:
        raise _refused(error.args[0]) from error


def check_correction(record: Case | Placement, key_date: str, corrected: dt.date) -> None:
    """Raise Invalid unless `corrected` may stand where this key date stands now."""
    if corrected == getattr(record, key_date):
        raise _refused(_("This is the date that stands there already."))
    _check_order(record, key_date, corrected)
    wanted = copy(record)
    setattr(wanted, key_date, corrected)
    try:
        if isinstance(wanted, Placement):
            _check_placement(wanted, key_date, corrected)
        wanted.validate_constraints()
    except Invalid as error:
        raise _refused(str(error)) from error
    except ValidationError as error:
        raise _refused(" ".join(error.messages)) from error


# ------------------------------------------------------------------ the order of the steps
def _check_order(record: Case | Placement, key_date: str, corrected: dt.date) -> None:
    """An order the dates do not keep now, in a reopened case or an import, is not asked of one of them."""
    if key_date not in IN_ORDER:
        return
    present, here = getattr(record, key_date), IN_ORDER.index(KeyDate(key_date))
    for other, day in _dated(record):
        place = IN_ORDER.index(other)
        if place < here and corrected < day <= present:
            raise _refused(_named(_("This is before “%(step)s”, %(day)s."), other, day))
        if place > here and corrected > day >= present:
            raise _refused(_named(_("This is after “%(step)s”, %(day)s."), other, day))


def _dated(record: Case | Placement) -> Iterator[tuple[KeyDate, dt.date]]:
    """The key dates that are set around this record: of its case, and of the placements."""
    case = record if isinstance(record, Case) else record.case
    placements = list(case.placements.all()) if isinstance(record, Case) else [record]
    for each, names in ((case, OF_CASE), *((each, OF_PLACEMENT) for each in placements)):
        for name in names:
            day = getattr(each, name)
            if name in IN_ORDER and day is not None:
                yield name, day


def _named(message: Any, step: KeyDate, day: dt.date) -> Any:
    return message % {"step": step.label, "day": day.isoformat()}


# ------------------------------------------------------------------ what a placement holds besides
def _check_placement(wanted: Placement, key_date: str, corrected: dt.date) -> None:
    over = wanted.status in PLACEMENT_ENDED
    if key_date == KeyDate.STARTED:
        if wanted.signed_on is None:
            # An import may not know when the agreement was signed.
            check_after_former(wanted, corrected, CORRECTED)
        else:
            check_started(wanted, corrected)
        _check_recorded(wanted, corrected)
    elif key_date == KeyDate.PLANNED_START and wanted.started_on is None:
        check_after_former(wanted, corrected, CORRECTED)
    elif key_date == KeyDate.SIGNED:
        _check_signatures(wanted, corrected)
    elif key_date == KeyDate.PLANNED_END:
        asked = wanted.extension_end
        if asked is not None and corrected >= asked:
            raise Invalid(_("An extension ends after the planned end."))
    if key_date in _LENGTH and not over:
        if wanted.planned_end <= wanted.starts_on:
            raise Invalid(_("The planned end must come after the planned start."))
        check_length(wanted, wanted.planned_end, CORRECTED)


def _check_recorded(wanted: Placement, first: dt.date) -> None:
    """Nothing happened at work before the first day worked."""
    days = [each.suspended_on for each in wanted.suspensions.all()]
    days += [each.from_on for each in wanted.reports.all()]
    if days and min(days) < first:
        raise Invalid(
            _("A report or a suspension begins on %(day)s: the first day worked is not after it.")
            % {"day": min(days).isoformat()}
        )


def _check_signatures(wanted: Placement, last: dt.date) -> None:
    """One party at a time: the agreement is signed on the day of the last signature."""
    present = Placement.objects.values_list("signed_on", flat=True).get(pk=wanted.pk)
    others = [each for each in wanted.signatures.all() if each.signed_on != present]
    later = [each for each in others if each.signed_on > last]
    if later:
        raise Invalid(
            _("“%(party)s” signed on %(day)s: the last signature is not before it.")
            % {"party": later[0].get_role_display(), "day": later[0].signed_on.isoformat()}
        )


def _refused(message: object) -> Invalid:
    return Invalid(fields={CORRECTED: [message]})

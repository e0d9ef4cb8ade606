"""An export of the history: checked, logged, then sent line by line. The same from a page and the API."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from auditing.lists.change_set_export import COLUMNS, lines
from auditing.lists.searching import Search
from peph import exports
from peph.audit import access_log
from peph.audit.models import ChangeSet
from peph.errors import Conflict

# The access log says how many change sets left, exactly up to here.
MOST_COUNTED = 100_000


def export(
    search: Search, *, request: HttpRequest, user: Any, format: str, asked: Mapping[str, Any]
) -> HttpResponseBase:
    """The download of everything `search` finds. Raises Invalid, and Conflict while the index is behind."""
    if search.behind:
        # A list says so and goes on; a file that leaves the service would be incomplete unseen.
        raise Conflict(_("The latest changes are not searchable yet. Try again in a few minutes."))
    most = max(MOST_COUNTED, exports.MOST_XLSX_ROWS) if format == "xlsx" else MOST_COUNTED
    count = search.count(most)
    exports.check_size(count, format)
    access_log.record(
        "export",
        request=request,
        user=user,
        model=ChangeSet._meta.label_lower,
        ids=search.keys(access_log.MOST_IDS),
        detail={
            **asked,
            "format": format,
            "change_sets": count if count <= most else f"{most}+",
        },
    )
    return exports.answer(
        lines(search, user),
        COLUMNS,
        format=format,
        filename=_("history-%(day)s") % {"day": timezone.localdate().isoformat()},
    )

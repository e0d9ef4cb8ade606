"""What the pages of the history read from their addresses."""

from django.http import Http404, HttpRequest

from peph.audit.history import Declaration, by_label

LONGEST_NUMBER = 18


def number_in(request: HttpRequest, name: str) -> int | None:
    """The whole number of this parameter, or None where it is not given. Raises Http404."""
    given = request.GET.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= LONGEST_NUMBER):
        raise Http404
    return int(given)


def tracked_kind(label: str) -> Declaration:
    """The kind of record that this label names. Raises Http404."""
    try:
        return by_label(label)
    except LookupError:
        raise Http404 from None

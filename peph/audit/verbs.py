"""The register of verbs: what was done, as a code "app.action" that is stored and a label that is read."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

FOREIGN = "foreign."

_labels: dict[str, Any] = {}


def register(labels: Mapping[str, Any]) -> None:
    """Give verbs their labels (lazy translations); an app calls it when it is ready.

    Raises ValueError when a code has no app, or was registered with another label.
    """
    for code, label in labels.items():
        if "." not in code:
            raise ValueError(f"The verb {code!r} does not say which app it belongs to.")
        if code in _labels and _labels[code] != label:
            raise ValueError(f"The verb {code!r} already has another label.")
        _labels[code] = label
    _said.cache_clear()


def label(code: str) -> str:
    """The label of a verb in the running language; the code itself where nobody gave one."""
    return _said(code, get_language())


# A page of the history names fifty.
@lru_cache(maxsize=4096)
def _said(code: str, _language: str | None) -> str:
    if code in _labels:
        return str(_labels[code])
    if code.startswith(FOREIGN):
        return _("Form “%(name)s”") % {"name": code.removeprefix(FOREIGN)}
    return code


def registered() -> dict[str, Any]:
    """All verbs with their labels, sorted by code: what a filter offers."""
    return dict(sorted(_labels.items()))

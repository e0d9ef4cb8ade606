"""The menu: each app registers its entries, every page shows those open to its reader."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def signed_in(user: Any) -> bool:
    """The least a menu entry asks of its reader."""
    return user.is_authenticated


@dataclass(frozen=True, slots=True)
class Item:
    """A menu entry. `visible` is asked about the signed-in reader; `order` sorts, small first."""

    name: str
    label: Any
    url_name: str
    visible: Callable[[Any], bool] = signed_in
    order: int = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry as one reader sees it on one page."""

    name: str
    label: Any
    url: str
    current: bool


_items: dict[str, Item] = {}


def register(*items: Item) -> None:
    """Add entries to the menu; the same name again replaces the entry."""
    for item in items:
        _items[item.name] = item


def entries(request: HttpRequest) -> list[Entry]:
    """The menu of this request's reader; empty for somebody who is not signed in.

    The entry whose address is the longest beginning of the present one is marked current.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    shown = [
        (item, reverse(item.url_name))
        for item in sorted(_items.values(), key=lambda item: (item.order, item.name))
        if item.visible(user)
    ]
    holding = [url for _item, url in shown if _holds(url, request.path)]
    here = max(holding, key=len, default=None)
    return [Entry(item.name, item.label, url, url == here) for item, url in shown]


def _holds(url: str, path: str) -> bool:
    # The root is the beginning of every address: it is current on its own page only.
    return path == url if url == "/" else path.startswith(url)

"""What keeps a project from a move although its status and the rights allow it.

The host side knows nothing of the people placed: the participant side registers its own reasons here.
"""

from collections import defaultdict
from collections.abc import Callable

from organizations.models import Project

# Why the move is not possible yet, in words for whoever asked; None when nothing stands in the way.
Obstacle = Callable[[Project], object | None]

_obstacles: defaultdict[str, list[Obstacle]] = defaultdict(list)


def register(move: str, *checks: Obstacle) -> None:
    """Ask these before `move`; called at start-up. The same check again is asked once."""
    _obstacles[move] += [check for check in checks if check not in _obstacles[move]]


def obstacle(project: Project, move: str) -> object | None:
    """The first reason found, or None: the page says it beside the button, the service refuses with it."""
    return next((why for check in _obstacles[move] if (why := check(project))), None)

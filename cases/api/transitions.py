"""The moves of a workflow table as addresses of the API, as `peph` makes them."""

from peph.transition_api import offers

__all__ = ["offers"]

"""The forms of transitions, as `peph` makes them from a workflow table."""

from peph.transition_forms import VersionForm, transition_form

__all__ = ["VersionForm", "transition_form"]

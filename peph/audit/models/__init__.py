"""Models of the audit: change sets with their journal, and the access log."""

from peph.audit.models.access_log import AccessLog
from peph.audit.models.change_sets import ChangedRow, ChangeSet

__all__ = ["AccessLog", "ChangeSet", "ChangedRow"]

"""Models of the audit: change sets with their journal, the index over them, and the access log."""

from peph.audit.models.access_log import AccessLog
from peph.audit.models.change_sets import ChangedRow, ChangeSet
from peph.audit.models.index import IndexEntry, IndexState, IndexTerm

__all__ = ["AccessLog", "ChangeSet", "ChangedRow", "IndexEntry", "IndexState", "IndexTerm"]

"""Models of the audit: change sets with their journal, the access log, and what was proven."""

from peph.audit.models.access_log import AccessLog
from peph.audit.models.change_sets import ChangedRow, ChangeSet
from peph.audit.models.proof import Checkpoint, VerificationRun

__all__ = ["AccessLog", "ChangeSet", "ChangedRow", "Checkpoint", "VerificationRun"]

"""Models of the audit: change sets with their journal, the index over them, the access log, the proofs."""

from peph.audit.models.access_log import AccessLog
from peph.audit.models.change_sets import ChangedRow, ChangeSet
from peph.audit.models.index import IndexEntry, IndexState, IndexTerm
from peph.audit.models.proof import Checkpoint, CheckpointKeyChange, VerificationRun

__all__ = [
    "AccessLog",
    "ChangeSet",
    "ChangedRow",
    "Checkpoint",
    "CheckpointKeyChange",
    "IndexEntry",
    "IndexState",
    "IndexTerm",
    "VerificationRun",
]

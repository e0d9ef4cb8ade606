"""What the law asks to be kept about personal information."""

from privacy.models.erasures import Erasure
from privacy.models.retention import OF_CASE, Effect, LegalHold, RecordClass, RetentionRule

__all__ = ["OF_CASE", "Effect", "Erasure", "LegalHold", "RecordClass", "RetentionRule"]

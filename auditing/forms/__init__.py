"""The forms of the auditor’s workspace."""

"""The API of the auditor’s workspace."""

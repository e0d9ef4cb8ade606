"""The shapes of the API of the auditor’s workspace."""

"""The pages of the auditor’s workspace."""

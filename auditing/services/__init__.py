"""Every write of the auditor’s workspace, and how a sample is drawn."""

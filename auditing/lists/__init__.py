"""What the lists of the auditor’s workspace can be narrowed by."""

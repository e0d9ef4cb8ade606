"""Every write of the participant side, one file a noun. Each takes `by=`, checks it, leaves a change set."""

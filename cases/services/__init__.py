"""Every write of the participant side, one file a noun. Each takes `by=`, checks it, and leaves a change set."""

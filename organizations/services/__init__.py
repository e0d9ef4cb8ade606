"""Every write of the host side, one file a noun. Each takes `by=`, checks it, leaves a change set."""

"""Every write of the host side, one file a noun. Each takes `by=`, checks it, and leaves a change set."""

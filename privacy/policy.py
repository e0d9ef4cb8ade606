"""Who keeps the registers, answers access requests, approves an erasure."""

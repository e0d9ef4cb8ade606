"""Forms of the participant side, one file a noun. They parse; the services decide and write."""

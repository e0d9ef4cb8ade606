"""The tampering campaign: a small world, the deeds of whoever holds the database, weak verifiers."""

"""A write sent twice by mistake is done once: the second time it gets the answer of the first."""

"""What the lists of the newer nouns can be narrowed by, one file a noun."""

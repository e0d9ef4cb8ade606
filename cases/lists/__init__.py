"""What the lists of the newer nouns can be narrowed by, on pages and in the API alike."""

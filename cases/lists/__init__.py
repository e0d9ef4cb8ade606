"""What the lists of the nouns of the programme year can be narrowed by, one file a noun."""

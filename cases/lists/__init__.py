"""What can be asked of the lists of each noun, one file a noun."""

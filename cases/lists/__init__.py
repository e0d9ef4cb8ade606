"""What each noun's list can be narrowed by, one file a noun."""

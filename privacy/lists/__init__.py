"""What the lists about retention and erasure are filtered by."""

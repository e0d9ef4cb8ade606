"""What anybody may send, and what must come of it: generated requests, hostile values, races."""

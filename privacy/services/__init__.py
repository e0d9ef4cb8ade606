"""What is done with registers, requests and erasures."""

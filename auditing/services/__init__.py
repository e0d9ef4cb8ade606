"""What auditors do in their own workspace."""

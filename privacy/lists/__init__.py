"""What the registers are narrowed by, and how each of them is presented."""

"""What the registers and the lists of retention are narrowed by, and how each is presented."""

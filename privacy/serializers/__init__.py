"""How registers and requests read in the API."""

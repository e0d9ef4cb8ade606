"""What the law asks to be kept about personal information."""

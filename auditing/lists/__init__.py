"""What the screens of the auditor’s workspace are asked, and how they word what they found."""

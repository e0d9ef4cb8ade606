"""What the auditor’s workspace works out: data only, no page."""

"""The auditor’s workspace: who changed what, who read what, as it was, key dates, samples, proof."""

"""The triggers that write the history and guard it: generated from the models, for both engines."""

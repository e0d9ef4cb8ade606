"""How fast the history is searched, at any size: made-up change sets in a scratch database."""

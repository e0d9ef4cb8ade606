"""Counting real changes of rows, by an observer that knows no trigger, against the history they left."""

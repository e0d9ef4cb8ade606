"""The service measured against floors of the same run, on a scratch database of made-up cases."""

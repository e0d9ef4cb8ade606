"""The app as it is after its second migration."""

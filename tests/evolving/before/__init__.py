"""The app as it is before its second migration."""

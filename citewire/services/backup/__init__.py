"""Backups: all of a namespace in one file, and a namespace made of one."""

"""The scripts that Redis runs, one in a file, and their loader."""

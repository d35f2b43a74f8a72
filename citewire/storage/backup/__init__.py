"""All that is stored in a namespace: read as of one instant, and written into an empty one."""

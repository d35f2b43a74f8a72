"""The embedded Redis: started, shared, supervised and ended by the processes that use it."""

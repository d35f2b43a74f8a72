"""`citewire replay`: showing a run that is over."""

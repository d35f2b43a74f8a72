"""`citewire chat`: asking in the terminal."""

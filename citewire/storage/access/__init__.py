"""What is kept of who may ask."""

"""What is told of a server to whoever runs it: nothing that a person wrote, and nobody's name."""

"""How good answers are: scores of what they cite."""

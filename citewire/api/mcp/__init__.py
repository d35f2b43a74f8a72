"""The Model Context Protocol: tools and resources for other people's models, over the same runs."""

"""The embedding models that need no key: they run here, on the CPU and without torch."""

"""Building the services, once per process, and saying whether they are ready."""

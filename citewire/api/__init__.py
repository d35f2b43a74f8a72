"""The HTTP surface: FastAPI routes, problem JSON and Server-Sent Events."""

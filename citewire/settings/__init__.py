"""The settings, in groups: see `citewire.settings.groups`."""

from citewire.settings.reading import load_settings
from citewire.settings.settings import Settings, env_name

__all__ = ["Settings", "env_name", "load_settings"]

"""The file that `/export` writes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from citewire.errors import CitewireError

Format = Literal["json", "md"]

FORMATS: dict[str, Format] = {".json": "json", ".md": "md", ".markdown": "md"}
OVERWRITE = "!"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """Where a chat is written, as what, and whether over what is there."""

    path: Path
    format: Format
    overwrites: bool

    @classmethod
    def told(cls, name: str) -> "ExportFile":
        """The file of that name; a `!` at its end lets it be overwritten.

        Raises:
            CitewireError: its suffix is none of a format, or it is in the home of nobody.
        """
        path = Path(name.removesuffix(OVERWRITE).strip())
        try:
            path = path.expanduser()
        except RuntimeError as error:
            raise CitewireError(f"{path}: nobody here has that name") from error
        known = FORMATS.get(path.suffix.lower())
        if known is None:
            raise CitewireError(f"{path} ends neither with .md nor with .json")
        return cls(path, known, name.endswith(OVERWRITE))

    def write(self, content: bytes) -> None:
        """Write it; CitewireError if that cannot be done, or another is there."""
        try:
            with self.path.open("wb" if self.overwrites else "xb") as out:
                out.write(content)
        except FileExistsError as error:
            told = f"{self.path} is there already: /export {self.path}{OVERWRITE} overwrites it"
            raise CitewireError(told) from error
        except OSError as error:
            raise CitewireError(f"{self.path}: {error.strerror}") from error
        except ValueError as error:
            raise CitewireError(f"{self.path}: {error}") from error

"""Builds the web client into the package whenever a wheel or an sdist of a checkout is built."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebClientHook(BuildHookInterface):
    """Runs npm in `frontend/`; an sdist has no `frontend/` and brings the built files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless the checkout itself is installed, where `make web` does it."""
        if version == "editable":
            return
        root = Path(self.root)
        frontend = root / "frontend"
        if frontend.is_dir():
            npm = shutil.which("npm")
            if npm is None:
                raise RuntimeError("the web client needs Node.js 20.19 or newer (npm) to be built")
            subprocess.run([npm, "ci", "--silent"], cwd=frontend, check=True)  # noqa: S603
            build = [npm, "run", "--silent", "build"]
            subprocess.run(build, cwd=frontend, check=True)  # noqa: S603
        if not (root / "citewire" / "api" / "static" / "index.html").is_file():
            raise RuntimeError("the web client is not built")

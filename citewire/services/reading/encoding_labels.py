"""Names by which files tell their encoding, read as browsers read them (encoding.spec.whatwg.org).

A name of another list than theirs, of an encoding that is none of letters or of one that carries
its own mark is not known here.
"""

import codecs
from typing import Final

LONGEST = 40
"""Characters of a name."""

_ALSO: Final = {
    "cp1252": "ascii us-ascii iso-8859-1 latin1 x-cp1252 x-user-defined iso8859-1 latin-1 l1",
    "utf-8": "utf-16 utf-16le utf-16be utf-32 unicode unicodefffe csunicode iso-10646-ucs-2 ucs-2 "
    "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "gb18030": "gb2312 gbk x-gbk gb_2312-80 chinese csgb2312 iso-ir-58 csiso58gb231280 euc-cn",
    "cp932": "shift_jis shift-jis sjis x-sjis csshiftjis ms_kanji ms932 windows-31j",
    "cp949": "euc-kr cseuckr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 iso-ir-149 "
    "windows-949 cseuckr csksc56011987 uhc",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc_jp": "x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp": "csiso2022jp",
    "cp1254": "iso-8859-9 iso8859-9 latin5 latin-5 l5 csisolatin5 iso-ir-148 x-cp1254",
    "cp874": "tis-620 iso-8859-11 iso8859-11 windows-874 dos-874",
    "mac_roman": "macintosh mac csmacintosh x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp866": "ibm866 866 csibm866",
    "iso8859-8": "iso-8859-8-i iso-8859-8-e logical visual csiso88598e csiso88598i",
    "koi8_r": "koi koi8 cskoi8r",
    "koi8_u": "koi8-ru",
    **{f"cp{page}": f"x-cp{page}" for page in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
}
_CODECS: Final = {label: codec for codec, labels in _ALSO.items() for label in labels.split()}

_KNOWN: Final = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-2 iso8859-3 "
        "iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 "
        "iso8859-15 iso8859-16 koi8_r koi8_u mac_roman mac_cyrillic cp866 cp874 gb18030 big5hkscs "
        "cp932 euc_jp iso2022_jp cp949 cp437 cp850 cp852 cp855 cp857 cp858 mac_latin2 mac_greek"
    ).split()
)


def codec_of(label: str) -> str:
    """The name of the codec that `label` means; empty if it is none of a text on the web."""
    said = label[:LONGEST].strip().lower()
    if codec := as_browsers(said):
        return codec
    try:
        name = codecs.lookup(said).name
    except (LookupError, ValueError):
        return ""
    name = as_browsers(name) or name
    return name if name in _KNOWN else ""


def as_browsers(codec: str) -> str:
    """The larger encoding that is meant where `codec` is named; empty if there is none."""
    return _CODECS.get(codec.replace("_", "-"), "") or _CODECS.get(codec, "")

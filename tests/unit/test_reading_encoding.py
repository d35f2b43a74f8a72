"""Encodings: by marks and bytes, as browsers take what is declared, and old ones by their words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewire.errors import UnreadableDocument
from citewire.services.reading.encoding import read_text
from citewire.services.reading.encoding_guess import guessed
from citewire.services.reading.encoding_labels import codec_of
from citewire.services.reading.encoding_wide import wide_letters
from citewire.services.reading.read import read_report

PRICE = "Price €12.50 – “net” of tax, café"
GERMAN = "Der Umsatz für die Gruppe betrug 12 Millionen, größer als zuvor, auch in Österreich."
FRENCH = "Le chiffre d'affaires a été élevé à Orléans, où l'été fut chaud ; la société a reçu ça."
CHINESE = "去年港口来了四百艘船，其中大多数船只运输粮食。\n公司利润为五百万元。"
POLISH = "Statki przewożą zboże i ropę przez duży port każdego roku, również w święta."


def told(folder: Path, content: bytes, name: str = "a.html") -> str:
    path = folder / name
    path.write_bytes(content)
    return "\n".join(page.text for page in read_report(path).pages)


def page(label: str, text: bytes) -> bytes:
    return b'<html><head><meta charset="' + label.encode() + b'"></head><body><p>' + text


@pytest.mark.parametrize(
    "label", ["iso-8859-1", "ascii", "hex", "rot13", "utf-16", "utf-8", "none", "punycode"]
)
def test_a_declaration_is_read_as_browsers_do_or_not_believed(tmp_path: Path, label: str) -> None:
    assert told(tmp_path, page(label, PRICE.encode("cp1252"))) == PRICE


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gb18030", "朱镕基说利润为500万元"),
        ("shift_jis", "cp932", "①株式会社髙島屋"),
        ("x-sjis", "cp932", "株式会社"),
        ("ks_c_5601-1987", "cp949", "똠방각하 주식회사"),
        ("big5", "big5hkscs", "公司利潤為五百萬元"),
        ("iso-8859-9", "cp1254", "Şirket “büyüdü”"),
        ("tis-620", "cp874", "ท่าเรือ“สี่”"),
        ("iso-2022-jp", "iso2022_jp", "港口に船が来ました"),
        ("koi8-r", "koi8_r", "Корабли перевозят зерно"),
        ("macintosh", "mac_roman", GERMAN),
    ],
)
def test_a_declared_encoding_is_the_larger_one(
    tmp_path: Path, label: str, codec: str, text: str
) -> None:
    assert told(tmp_path, page(label, text.encode(codec))) == text


def test_an_xml_declaration_tells_the_encoding(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0" encoding="windows-1251"?><html><body><p>Корабли</p></body></html>'
    )

    assert told(tmp_path, content.encode("cp1251"), "a.xhtml") == "Корабли"


def test_a_mark_or_the_bytes_say_more_than_a_declaration(tmp_path: Path) -> None:
    assert told(tmp_path, b"\xef\xbb\xbf" + page("gb2312", PRICE.encode())) == PRICE
    assert told(tmp_path, page("windows-1251", PRICE.encode())) == PRICE


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [GERMAN, CHINESE])
def test_wide_characters_without_a_mark_are_told_by_their_zeros(
    tmp_path: Path, codec: str, text: str
) -> None:
    assert told(tmp_path, text.encode(codec), "a.txt") == text


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"abc", bytes(range(256)) * 9, b"\0" * 90]
)
def test_binary_data_are_no_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)

    with pytest.raises(UnreadableDocument, match="binary"):
        read_text(path)


@pytest.mark.parametrize("codec", ["cp1252", "cp850", "cp437", "mac_roman"])
@pytest.mark.parametrize("text", [GERMAN, FRENCH])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_encodings_of_old_machines_are_told_by_words(
    tmp_path: Path, codec: str, text: str, name: str
) -> None:
    assert told(tmp_path, text.encode(codec), name) == text


@pytest.mark.parametrize("codec", ["cp1250", "iso8859_2", "cp852"])
def test_encodings_of_central_europe_are_told_by_words(tmp_path: Path, codec: str) -> None:
    assert told(tmp_path, POLISH.encode(codec), "a.txt") == POLISH


def test_a_damaged_byte_does_not_make_another_encoding(tmp_path: Path) -> None:
    content = (GERMAN * 9).encode().replace("ß".encode(), b"\xc3", 1)

    assert told(tmp_path, content, "a.txt").count("ü") == 9


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Müller & Söhne: ".encode() + "café".encode("cp1252"), "Müller & Söhne: caf\ufffd"),
        ("Muñoz ".encode() + b"caf\xe9 5", "Muñoz caf\ufffd 5"),
        ("It’s “new”: ".encode() + b"caf\xe9", "It’s “new”: caf\ufffd"),
        ("Москва ".encode() + b"caf\xe9", "Москва caf\ufffd"),
    ],
)
def test_one_odd_byte_leaves_the_other_words_of_a_short_text_alone(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    for name in ("a.txt", "a.md", "a.csv", "a.html"):
        path = tmp_path / name
        path.write_bytes(content)
        report = read_report(path)

        assert report.pages[0].text == expected
        assert report.notes == (
            "1 character could not be told (shown as \ufffd): the file is damaged there",
        )


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (GERMAN, "cp1252"),
        ("«MARCHÉ» de café", "cp1252"),
        ("Пётр, Москва", "cp1251"),
        ("公司 café", "gb18030"),
    ],
)
def test_a_short_text_of_another_encoding_is_not_taken_for_damaged(
    tmp_path: Path, text: str, codec: str
) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(page(codec if codec != "cp1252" else "", text.encode(codec)))

    assert read_report(path).pages[0].text == text


def test_lost_characters_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Profit was 4\ufffd million\ufffd.", "utf-8")

    assert "2 characters could not be told" in "".join(read_report(path).notes)


def test_no_label_is_of_a_codec_that_is_none_of_text() -> None:
    labels = ["hex", "base64", "zip", "rot13", "idna", "unicode_escape", "undefined", "utf-7", ""]
    assert {codec_of(label) for label in labels} == {""}
    assert codec_of(" UTF-8 ") == "utf-8"


def test_a_zero_in_a_plain_text_makes_no_chinese_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,amount\nNorth,100\nSouth,200\0\nEast,300\n")

    with pytest.raises(UnreadableDocument, match="binary"):
        read_text(path)


@pytest.mark.parametrize(
    "text",
    [
        "Total: £500",
        "It’s a record: €5 million, up from €4 million – “very good”",
        "A,“quoted” £5\nB,5 – 6 €",
        "The company grew in all of its markets. £500 million and “organic growth” – a record",
    ],
)
def test_signs_of_windows_are_no_letters_of_dos_or_of_macs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("cp1252"))

    assert read_text(path).text == text


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.html"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Señor".encode("cp1252"), "Señor"),
        ("ÀÉÎ".encode("cp1252"), "ÀÉÎ"),
        ("Ladies’ shoes".encode("cp1252"), "Ladies’ shoes"),
        ("café".encode("cp850"), "caf‚"),
        ("Straße".encode("cp850"), "Straáe"),
        ("naïve".encode("mac_roman"), "na•ve"),
        ("Český Krumlov".encode("cp1250"), "Èeský Krumlov"),
        ("Москва".encode("cp1251"), "Ìîñêâà"),
        ("株式会社".encode("cp932"), "Š”Ž®‰ïŽÐ"),
    ],
)
def test_few_odd_bytes_are_read_as_browsers_do_and_that_is_told(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    report = read_report(path)

    assert report.pages[0].text == expected
    assert any("read as Windows-1252, as browsers do" in note for note in report.notes)


@pytest.mark.parametrize("text", ["café", "Müller & Söhne", "5 €", "£5", "Name;Größe", "10°"])
def test_few_bytes_that_make_words_in_one_encoding_alone_are_not_doubted(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("cp1252"))
    read = read_text(path)

    assert (read.text, read.notes) == (text, ())


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["北京", "Привет", "Ελλάδα", "公司利润"])
def test_wide_characters_without_a_zero_are_told_by_their_script(
    tmp_path: Path, codec: str, text: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(codec))

    assert read_text(path).text == text


def test_an_encoding_that_was_guessed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Zürich".encode("cp850"))
    read = read_text(path)

    assert (read.text, "read as cp850;" in "".join(read.notes)) == ("Zürich", True)


@given(st.binary(max_size=40))
def test_any_few_bytes_are_read_or_refused(content: bytes) -> None:
    assert isinstance(guessed(content + b"\xff").codec, str)
    assert wide_letters(content) in ("", "utf-16-le", "utf-16-be")


def test_damage_in_a_plain_text_makes_no_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Odd words in a long line of plain English, and one byte \x8d of damage.")

    assert "one byte \ufffd of damage" in read_text(path).text

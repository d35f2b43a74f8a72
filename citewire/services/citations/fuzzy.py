"""The place of a text that is nearest to a pattern, by the number of edited characters.

Myers' bit-parallel search (doi:10.1145/316542.316550): a column of the table of edit distances is
two integers, so that a step along the text is a dozen operations on integers of the pattern's
length. For the usual quote in the usual passage that is about a millisecond.
"""

from collections.abc import Iterator


def closest(pattern: str, text: str, most: int) -> tuple[int, int] | None:
    """Where in `text` what is nearest to `pattern` begins and ends; of equals, the first.

    Args:
        pattern: not empty.
        text: searched.
        most: edits (insertions, deletions, replacements) at most.
    """
    best, end = most + 1, 0
    for position, edits in enumerate(_edits(pattern, text, anywhere=True), start=1):
        if edits < best:
            best, end = edits, position
    if best > most:
        return None
    # The same from the end tells where it begins.
    before = text[max(end - len(pattern) - most, 0) : end][::-1]
    lengths = enumerate(_edits(pattern[::-1], before, anywhere=False), start=1)
    length, _ = min(lengths, key=lambda found: (found[1], abs(found[0] - len(pattern))))
    return end - length, end


def _edits(pattern: str, text: str, *, anywhere: bool) -> Iterator[int]:
    """After each character of `text`: edits from `pattern` to what ends there.

    What ends there begins at the beginning of `text`, or `anywhere`.
    """
    size = len(pattern)
    everywhere, highest = (1 << size) - 1, 1 << (size - 1)
    places: dict[str, int] = {}
    for index, character in enumerate(pattern):
        places[character] = places.get(character, 0) | 1 << index
    rises, falls, edits = everywhere, 0, size
    carried = 0 if anywhere else 1
    for character in text:
        equal = places.get(character, 0)
        vertical = equal | falls
        diagonal = (((equal & rises) + rises) ^ rises) | equal
        up = falls | (everywhere & ~(diagonal | rises))
        down = rises & diagonal
        if up & highest:
            edits += 1
        elif down & highest:
            edits -= 1
        up = ((up << 1) | carried) & everywhere
        down = (down << 1) & everywhere
        rises = down | (everywhere & ~(vertical | up))
        falls = up & vertical
        yield edits

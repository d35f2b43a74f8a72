"""Places in a text as JavaScript counts them, there and back."""

from hypothesis import given
from hypothesis import strategies as st

from citewire.text.offsets import from_utf16, utf16_length


@given(st.text(max_size=40), st.integers(0, 40))
def test_a_place_leads_there_and_back(text: str, at: int) -> None:
    at = min(at, len(text))

    assert from_utf16(text, utf16_length(text[:at])) == at

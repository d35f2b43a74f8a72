"""Places in a text as JavaScript counts them, there and back."""

from hypothesis import given
from hypothesis import strategies as st

from citewire.text.offsets import utf16_length, utf16_place


@given(st.text(max_size=40), st.integers(0, 40))
def test_a_place_leads_there_and_back(text: str, at: int) -> None:
    at = min(at, len(text))

    assert utf16_place(text, utf16_length(text[:at])) == at

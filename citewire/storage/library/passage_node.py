"""A passage of the index as LlamaIndex's node: all of its metadata is in the fields of its hash."""

from functools import lru_cache

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from citewire.storage.library.search import Found

TEXTS = (
    *("folder", "file_name", "title", "page_label", "language", "kind", "section"),
    *("withheld", "table", "organisation", "periods", "document_kind", "owner_id", "outdated"),
)
NUMBERS = ("page", "start", "end")
FIELDS = ("id", "doc_id", "text", "about", *TEXTS, *NUMBERS)
"""What is read of a passage. Not `folder_id`: the tags of all the folders of its document, for
filters alone."""

FOUND_BY = "found_by"
"""The key of a passage's metadata that tells what it was found by, as a list of names."""
CONTEXT = "context"
"""The key of a passage's metadata under which the passages stand that are shown with it."""
ALSO_IN = "also_in"
"""The key of a passage's metadata under which those stand that say the same."""

_HIDDEN = [*TEXTS, *NUMBERS, FOUND_BY, CONTEXT, ALSO_IN]
_BLANK = TextNode(excluded_embed_metadata_keys=_HIDDEN, excluded_llm_metadata_keys=_HIDDEN)


def to_node(fields: Found) -> TextNode:
    """The passage of one result."""
    metadata: dict[str, str | int] = {name: fields[name] for name in TEXTS if name in fields}
    metadata |= {name: int(fields[name]) for name in NUMBERS if name in fields}
    source = {NodeRelationship.SOURCE: _document(fields["doc_id"])}
    made = {"id_": fields["id"], "text": fields["text"]}
    return _BLANK.model_copy(update={**made, "metadata": metadata, "relationships": source})


@lru_cache(1024)
def _document(doc_id: str) -> RelatedNodeInfo:
    """The document of passages, which nobody changes: one for all of them."""
    return RelatedNodeInfo(node_id=doc_id)

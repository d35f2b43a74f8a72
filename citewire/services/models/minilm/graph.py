"""The ONNX graph of all-MiniLM-L6-v2, made from its published weights.

Token ids and a mask go in; one normalised vector per text comes out, so that nothing but
tokenising is left to Python. `onnx` and `safetensors` are needed here only, once per machine.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, NDArray[np.float32]]

HEADS = 12
HIDDEN = 384
LAYERS = 6
MAX_TOKENS = 256
_LAYER_NORM_EPSILON = 1e-12
_MASKED = -10_000.0
_OPSET = 17
_IR_VERSION = 8


def build_graph(weights: Weights) -> onnx.ModelProto:
    """The whole model: embeddings, six layers, masked mean pooling, L2 normalisation.

    Args:
        weights: the tensors under their names in the published `model.safetensors`.

    Raises:
        KeyError: a tensor is missing.
    """
    graph = _Graph(weights)
    hidden = graph.embed_tokens()
    bias = graph.attention_bias()
    for layer in range(LAYERS):
        hidden = graph.layer(layer, hidden, bias)
    graph.pool(hidden)
    return graph.to_model()


class _Graph:
    """Nodes and constants collected so far; each method adds a part and names its output."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def embed_tokens(self) -> str:
        """Word, position and type vectors added up and normalised: (batch, tokens, hidden)."""
        prefix = "embeddings."
        words = self._add("Gather", self._weight(f"{prefix}word_embeddings.weight"), "ids")
        # There is only one type of text here, so its vector is part of every position.
        positions = (
            self._weights[f"{prefix}position_embeddings.weight"][:MAX_TOKENS]
            + self._weights[f"{prefix}token_type_embeddings.weight"][0]
        )
        length = self._add("Shape", "ids", start=1)
        places = self._add(
            "Slice", self._constant("positions", positions), self._ints("zero", 0), length
        )
        return self._layer_norm(f"{prefix}LayerNorm", self._add("Add", words, places))

    def attention_bias(self) -> str:
        """0 for a token and a large negative number for padding: (batch, 1, 1, tokens)."""
        mask = self._add("Cast", "mask", to=TensorProto.FLOAT)
        padding = self._add("Sub", self._floats("one", 1.0), mask)
        scaled = self._add("Mul", padding, self._floats("masked", _MASKED))
        return self._add("Unsqueeze", scaled, self._ints("head_axes", 1, 2))

    def layer(self, number: int, hidden: str, bias: str) -> str:
        """One transformer layer."""
        prefix = f"encoder.layer.{number}."
        attended = self._dense(
            f"{prefix}attention.output.dense", self._attend(prefix, hidden, bias)
        )
        hidden = self._layer_norm(
            f"{prefix}attention.output.LayerNorm", self._add("Add", attended, hidden)
        )
        widened = self._gelu(self._dense(f"{prefix}intermediate.dense", hidden))
        narrowed = self._dense(f"{prefix}output.dense", widened)
        return self._layer_norm(f"{prefix}output.LayerNorm", self._add("Add", narrowed, hidden))

    def pool(self, hidden: str) -> None:
        """Mean over the tokens that are not padding, scaled to length one."""
        mask = self._add("Cast", "mask", to=TensorProto.FLOAT)
        row = self._add("Unsqueeze", mask, self._ints("row_axis", 1))
        total = self._add("Squeeze", self._add("MatMul", row, hidden), self._ints("row_axis", 1))
        # The mean's divisor is left out: normalising takes any factor away again.
        self._nodes.append(helper.make_node("LpNormalization", [total], ["vectors"], axis=1, p=2))

    def to_model(self) -> onnx.ModelProto:
        """The finished model; the runtime checks it when it is loaded."""
        tokens = ["batch", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("ids", TensorProto.INT64, tokens),
                helper.make_tensor_value_info("mask", TensorProto.INT64, tokens),
            ],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", HIDDEN])],
            list(self._constants.values()),
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION
        )

    def _attend(self, prefix: str, hidden: str, bias: str) -> str:
        query, key, value = (
            self._heads(self._dense(f"{prefix}attention.self.{name}", hidden), axes)
            for name, axes in (
                ("query", (0, 2, 1, 3)),
                ("key", (0, 2, 3, 1)),
                ("value", (0, 2, 1, 3)),
            )
        )
        scores = self._add("MatMul", query, key)
        scaled = self._add("Div", scores, self._floats("scale", float(np.sqrt(HIDDEN // HEADS))))
        chances = self._add("Softmax", self._add("Add", scaled, bias), axis=-1)
        context = self._add("MatMul", chances, value)
        joined = self._add("Transpose", context, perm=[0, 2, 1, 3])
        return self._add("Reshape", joined, self._ints("joined", 0, 0, HIDDEN))

    def _heads(self, name: str, axes: tuple[int, ...]) -> str:
        split = self._add("Reshape", name, self._ints("split", 0, 0, HEADS, HIDDEN // HEADS))
        return self._add("Transpose", split, perm=list(axes))

    def _gelu(self, name: str) -> str:
        """The exact form, with erf; the tanh form moves the vectors."""
        scaled = self._add("Div", name, self._floats("root_two", float(np.sqrt(2.0))))
        shifted = self._add("Add", self._add("Erf", scaled), self._floats("one", 1.0))
        return self._add("Mul", self._add("Mul", name, shifted), self._floats("half", 0.5))

    def _dense(self, prefix: str, name: str) -> str:
        # Published as (out, in), as torch keeps it; MatMul wants (in, out).
        weight = np.ascontiguousarray(self._weights[f"{prefix}.weight"].T)
        product = self._add("MatMul", name, self._constant(f"{prefix}.weight", weight))
        return self._add("Add", product, self._weight(f"{prefix}.bias"))

    def _layer_norm(self, prefix: str, name: str) -> str:
        weight, bias = self._weight(f"{prefix}.weight"), self._weight(f"{prefix}.bias")
        return self._add("LayerNormalization", name, weight, bias, epsilon=_LAYER_NORM_EPSILON)

    def _add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], output, **attributes))
        return output

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _ints(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values, dtype=np.int64))

    def _floats(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, dtype=np.float32))

    def _constant(self, name: str, value: NDArray[np.float32] | NDArray[np.int64]) -> str:
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(value, name)
        return name

"""The encoder's transformer layers as an ONNX graph with fused operators, quantised to int8."""
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import List

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from bot.nlu.arrays import Floats

from .base_model import Layer

FUSED = "com.microsoft"
EPSILON = 1e-12


def write(layers: List[Layer], heads: int, width: int, path: Path) -> None:
    """Write the graph: ``x`` (texts, tokens, width) embedded and normalised → ``y`` (texts, width), mean over tokens.

    ``heads``: of a whole layer; a slim one has as many as its matrices have room for.
    """
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        onnx.save(_graph(layers, heads, width), str(exact))
        quantize_dynamic(
            exact, path, weight_type=QuantType.QInt8, per_channel=True,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


def _graph(layers: List[Layer], heads: int, width: int) -> onnx.ModelProto:
    nodes: List[onnx.NodeProto] = []
    constants: List[onnx.TensorProto] = []

    def constant(name: str, values: Floats) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float32), name))
        return name

    x = "x"
    for number, layer in enumerate(layers):
        def name(part: str, number: int = number) -> str:
            return f"{number}.{part}"

        def weights(part: str, layer: Layer = layer) -> str:
            return constant(name(part), layer[part])

        qkv = constant(name("qkv.w"), np.hstack([layer["q.w"], layer["k.w"], layer["v.w"]]))
        qkv_bias = constant(name("qkv.b"), np.concatenate([layer["q.b"], layer["k.b"], layer["v.b"]]))
        attended, inner, out = name("attended"), name("inner"), name("out")
        nodes += [
            helper.make_node(
                "Attention", [x, qkv, qkv_bias], [name("context")], domain=FUSED, num_heads=layer["q.w"].shape[1] * heads // width,
            ),
            helper.make_node("MatMul", [name("context"), weights("ao.w")], [name("ao")]),
            helper.make_node(
                "SkipLayerNormalization", [x, name("ao"), weights("aln.w"), weights("aln.b"), weights("ao.b")], [attended],
                domain=FUSED, epsilon=EPSILON,
            ),
            helper.make_node("MatMul", [attended, weights("fi.w")], [name("fi")]),
            helper.make_node("BiasGelu", [name("fi"), weights("fi.b")], [inner], domain=FUSED),
            helper.make_node("MatMul", [inner, weights("fo.w")], [name("fo")]),
            helper.make_node(
                "SkipLayerNormalization", [attended, name("fo"), weights("oln.w"), weights("oln.b"), weights("fo.b")], [out],
                domain=FUSED, epsilon=EPSILON,
            ),
        ]
        x = out
    nodes.append(helper.make_node("ReduceMean", [x], ["y"], axes=[1], keepdims=0))
    graph = helper.make_graph(
        nodes, "sentence-encoder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["texts", "tokens", width])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["texts", width])],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)], ir_version=8)

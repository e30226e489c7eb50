"""Embeddings, recurrent layers, attention and the transformer's block beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from core_lib import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Embedding,
    MultiHeadAttention,
    TransformerEncoderBlock,
)
from core_lib.base import Array, Layer
from core_lib.parameters import named_parameters
from tests.core_lib.peers import Draw, LayerPeer, normal

Made = tuple[Layer, Array]
SIZES = st.integers(1, 9)


def shake(layer: Layer, rng: np.random.Generator) -> Layer:
    """Give biases, and scales of normalizations, that are not all the same."""
    for _, owner, name in named_parameters(layer):
        if name not in owner.decayed:
            getattr(owner, name)[...] += 0.5 * normal(rng, *getattr(owner, name).shape)
    return layer


# -- embedding -----------------------------------------------------------------------------------------


def make_embedding(draw: Draw, rng: np.random.Generator) -> Made:
    tokens, steps, n = draw(SIZES), draw(st.integers(0, 9)), draw(st.integers(0, 9))
    return Embedding(tokens, draw(SIZES), rng=rng), rng.integers(0, tokens, (steps, n))


def torch_embedding(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
    return torch.nn.functional.embedding(x, p["E"]).transpose(-1, -2)


# -- recurrent layers ----------------------------------------------------------------------------------

# our blocks of rows in PyTorch's order: o, i, f, g → i, f, g, o for the LSTM; the others are the same
ORDER = {"RNN": [0], "LSTM": [1, 2, 3, 0], "GRU": [0, 1, 2]}


def torch_weights(torch: Any, layer: Any, p: dict[str, Any], prefix: str = "") -> list[Any]:
    """Weights and biases as PyTorch has them: W, R, a bias for W x and one for R h."""
    H = layer.n_hidden

    def blocks(a: Any) -> Any:
        return torch.cat([a[i * H : (i + 1) * H] for i in ORDER[type(layer).__name__]])

    b = blocks(p[prefix + "b"])[:, 0]
    second = torch.zeros_like(b)
    if isinstance(layer, GRU):
        second = torch.cat((second[: 2 * H], p[prefix + "q"][:, 0]))
    return [blocks(p[prefix + "W"]), blocks(p[prefix + "R"]), b, second]


def torch_recurrent(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
    both = isinstance(layer, Bidirectional)
    cell = layer.forwards if both else layer
    weights = torch_weights(torch, cell, p, "forwards." if both else "")
    if both:
        weights += torch_weights(torch, layer.backwards, p, "backwards.")
    h = torch.zeros(1 + both, x.shape[2], cell.n_hidden)
    functions = {
        "RNN": torch._VF.rnn_tanh,  # type: ignore[attr-defined]
        "LSTM": torch._VF.lstm,
        "GRU": torch._VF.gru,
    }
    state = [h, h] if isinstance(cell, LSTM) else h
    settings = (True, 1, 0.0, True, both, False)  # biases, layers, dropout, training, directions, batch first
    x = x.transpose(1, 2)
    if layer.padded_steps is not None:
        lengths = torch.tensor((~layer.padded_steps).sum(axis=0))
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        order = packed.sorted_indices
        result = functions[type(cell).__name__](
            packed.data, packed.batch_sizes, state, weights, True, 1, 0.0, True, both
        )
        packed = torch.nn.utils.rnn.PackedSequence(
            result[0], packed.batch_sizes, order, packed.unsorted_indices
        )
        y = torch.nn.utils.rnn.pad_packed_sequence(packed, total_length=x.shape[0])[0]
        last = result[1].index_select(1, packed.unsorted_indices)
    else:
        result = functions[type(cell).__name__](x, state, weights, *settings)
        y, last = result[0], result[1]
    if cell.returns == "last":
        return torch.cat(list(last), dim=1).T
    return y.transpose(1, 2)


def recurrent(kind: type[RNN], both: bool = False, padded: bool = False) -> LayerPeer:
    def make(draw: Draw, rng: np.random.Generator) -> Made:
        n_in, n_hidden, steps, n = draw(SIZES), draw(SIZES), draw(SIZES), draw(SIZES)
        returns = draw(st.sampled_from(["all", "last"]))
        layer: Any = kind(n_in, n_hidden, rng=rng, returns=returns)
        if both:
            layer = Bidirectional(layer, kind(n_in, n_hidden, rng=rng, returns=returns))
        if padded:
            lengths = rng.integers(1, steps + 1, n)
            layer.padded_steps = np.arange(steps)[:, np.newaxis] >= lengths
        return shake(layer, rng), normal(rng, steps, n_in, n)

    name = kind.__name__ + (" padded" if padded else "")
    return LayerPeer(f"Bidirectional {name}" if both else name, make, torch_recurrent)


# -- attention -----------------------------------------------------------------------------------------


def make_attention(draw: Draw, rng: np.random.Generator) -> Made:
    heads, size, steps, n = (draw(st.integers(1, 5)) for _ in range(4))
    layer = MultiHeadAttention(heads * size, heads, rng=rng, causal=draw(st.booleans()))
    if draw(st.booleans()):
        layer.mask = normal(rng, steps, steps)
        layer.mask[rng.random((steps, steps)) < 0.3] = -np.inf
        np.fill_diagonal(layer.mask, 0.0)  # PyTorch has NaN where a row is all -inf
    if draw(st.booleans()):
        layer.padded_steps = rng.random((steps, n)) < 0.3
        layer.padded_steps[0] = False
        if layer.mask is not None:
            layer.mask[:, 0] = 0.0
    scale = draw(st.sampled_from([1.0, 30.0]))  # large scores take another way
    return shake(layer, rng), normal(rng, steps, heads * size, n) * np.float32(scale**0.5)


def torch_masks(torch: Any, layer: Any, steps: int) -> dict[str, Any]:
    masks = torch.zeros(steps, steps)
    if layer.mask is not None:
        masks = masks + torch.tensor(layer.mask)
    if layer.causal:
        masks = masks + torch.triu(torch.full((steps, steps), -torch.inf), 1)
    padding = None
    if layer.padded_steps is not None:
        padding = torch.zeros(layer.padded_steps.T.shape).masked_fill(
            torch.tensor(layer.padded_steps.T), -torch.inf
        )
    return {"key_padding_mask": padding, "attn_mask": masks}


def torch_attention(torch: Any, layer: Any, x: Any, p: dict[str, Any], prefix: str = "") -> Any:
    x = x.transpose(1, 2)
    y, _ = torch.nn.functional.multi_head_attention_forward(
        x,
        x,
        x,
        layer.n_features,
        layer.n_heads,
        p[prefix + "W"],
        p[prefix + "b"][:, 0],
        None,
        None,
        False,
        0.0,
        p[prefix + "Wo"],
        p[prefix + "bo"][:, 0],
        need_weights=False,
        **torch_masks(torch, layer, x.shape[0]),
    )
    return y.transpose(1, 2)


# -- the transformer's block ---------------------------------------------------------------------------


def make_block(draw: Draw, rng: np.random.Generator) -> Made:
    heads, steps, n = (draw(st.integers(1, 4)) for _ in range(3))
    d = heads * draw(
        st.integers(4, 8)
    )  # two features, normalized, are ±1: rounding is all that would be compared
    block = TransformerEncoderBlock(
        d, heads, draw(SIZES), rng=rng, causal=draw(st.booleans()), norm_first=draw(st.booleans())
    )
    return shake(block, rng), normal(rng, steps, d, n)


def torch_block(torch: Any, layer: Any, x: Any, p: dict[str, Any]) -> Any:
    module = torch.nn.TransformerEncoderLayer(
        layer.n_features,
        layer.n_heads,
        layer.n_hidden,
        dropout=0.0,
        norm_first=layer.norm_first,
    )
    weights = {
        "self_attn.in_proj_weight": p["attention.W"],
        "self_attn.in_proj_bias": p["attention.b"][:, 0],
        "self_attn.out_proj.weight": p["attention.Wo"],
        "self_attn.out_proj.bias": p["attention.bo"][:, 0],
        "linear1.weight": p["feedforward.0.W"],
        "linear1.bias": p["feedforward.0.b"][:, 0],
        "linear2.weight": p["feedforward.2.W"],
        "linear2.bias": p["feedforward.2.b"][:, 0],
        "norm1.weight": p["norm1.gamma"][:, 0],
        "norm1.bias": p["norm1.beta"][:, 0],
        "norm2.weight": p["norm2.gamma"][:, 0],
        "norm2.bias": p["norm2.beta"][:, 0],
    }
    mask = torch.triu(torch.full((x.shape[0],) * 2, -torch.inf), 1) if layer.attention.causal else None
    return torch.func.functional_call(module, weights, (x.transpose(1, 2), mask)).transpose(1, 2)


LAYERS = [
    LayerPeer("Embedding", make_embedding, torch_embedding),
    *(
        recurrent(kind, both, padded)
        for kind in (RNN, LSTM, GRU)
        for both in (False, True)
        for padded in (False, True)
    ),
    LayerPeer("MultiHeadAttention", make_attention, torch_attention),
    LayerPeer("TransformerEncoderBlock", make_block, torch_block),
]

NO_PEER = {
    "PositionalEncoding": "PyTorch has none",
    "LearnedPositions": "PyTorch has none",
    "EveryStep": "PyTorch's layers take any number of axes",
    "MeanOverSteps": "PyTorch has it as a method of tensors",
    "Padded": "PyTorch has masks and lengths as arguments",
    "EveryStepLoss": "PyTorch's losses take any number of axes",
    "Residual": "PyTorch has none",
    "Parallel": "PyTorch has none",
}

"""The safetensors format: against the package of that name, round trips, and files that mean harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core_lib import (
    Dense,
    ReLU,
    Sequential,
    load_parameters,
    read_safetensors,
    save_parameters,
    write_safetensors,
)
from core_lib.errors import DataError, StorageError
from core_lib.parameters import snapshot
from core_lib.safetensors import read_safetensors_metadata

DTYPES = [
    np.float64,
    np.float32,
    np.float16,
    np.int64,
    np.int32,
    np.int16,
    np.int8,
    np.uint64,
    np.uint32,
    np.uint16,
    np.uint8,
    np.bool_,
]
ARRAYS = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "__metadata__"),
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
    ),
    max_size=5,
)


def same(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert a.keys() == b.keys()
    for name, value in a.items():
        assert value.dtype == b[name].dtype
        np.testing.assert_array_equal(value, b[name])


@given(arrays=ARRAYS)
@settings(max_examples=60, deadline=None)
def test_round_trip(arrays: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("s") / "a.safetensors"
    write_safetensors(path, arrays)
    found = read_safetensors(path)
    same(arrays, found)
    assert all(array.flags.writeable for array in found.values())


@given(arrays=ARRAYS)
@settings(max_examples=60, deadline=None)
def test_the_package_reads_ours_and_we_read_its(
    arrays: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    package = pytest.importorskip("safetensors.numpy", reason="the safetensors package is not installed")
    folder = tmp_path_factory.mktemp("s")
    write_safetensors(folder / "ours", arrays, metadata={"made by": "core_lib – ä"})
    same(arrays, package.load_file(folder / "ours"))
    package.save_file(
        {k: np.ascontiguousarray(v).reshape(v.shape) for k, v in arrays.items()},
        folder / "theirs",
        metadata={"a": "b"},
    )
    same(arrays, read_safetensors(folder / "theirs"))
    assert read_safetensors_metadata(folder / "theirs") == {"a": "b"}
    assert read_safetensors_metadata(folder / "ours") == {"made by": "core_lib – ä"}


def test_arrays_that_are_not_contiguous_or_of_the_other_byte_order(tmp_path: Path) -> None:
    a = np.arange(12.0).reshape(3, 4)
    write_safetensors(tmp_path / "a", {"t": a.T, "big": a.astype(">f4"), "part": a[::2, ::-1]})
    found = read_safetensors(tmp_path / "a")
    np.testing.assert_array_equal(found["t"], a.T)
    np.testing.assert_array_equal(found["big"], a)
    np.testing.assert_array_equal(found["part"], a[::2, ::-1])
    assert found["big"].dtype == np.float32


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    raw = np.array([0x3F80, 0xC000, 0x7F80], "<u2").tobytes()
    (tmp_path / "b").write_bytes(file({"x": entry("BF16", [3], 0, 6)}, raw))
    np.testing.assert_array_equal(read_safetensors(tmp_path / "b")["x"], [1.0, -2.0, np.inf])


def test_a_network(tmp_path: Path) -> None:
    def net(seed: int) -> Sequential:
        rng = np.random.default_rng(seed)
        return Sequential(Dense(4, 5, rng=rng), ReLU(), Dense(5, 3, rng=rng))

    save_parameters(net(0), tmp_path / "sub" / "model.safetensors")
    other = net(1)
    load_parameters(other, tmp_path / "sub" / "model.safetensors")
    same(snapshot(net(0)), snapshot(other))
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["model.safetensors"]
    with pytest.raises(StorageError, match="does not fit"):
        load_parameters(Dense(4, 5, rng=np.random.default_rng(0)), tmp_path / "sub" / "model.safetensors")
    with pytest.raises(StorageError, match="there is no file"):
        load_parameters(other, tmp_path / "missing.safetensors")


@pytest.mark.parametrize(
    ("arrays", "metadata"),
    [
        ({"a": np.array([print], dtype=object)}, None),
        ({"a": np.array(["text"])}, None),
        ({"a": np.array([1j])}, None),
        ({"a": [1.0]}, None),
        ({"__metadata__": np.ones(1)}, None),
        ({1: np.ones(1)}, None),
        ({"a": np.ones(1)}, {"a": 1}),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, arrays: Any, metadata: Any) -> None:
    with pytest.raises(DataError, match="write_safetensors"):
        write_safetensors(tmp_path / "a", arrays, metadata=metadata)
    assert not (tmp_path / "a").exists()


def entry(dtype: Any, shape: Any, start: Any, stop: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def file(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


GOOD = entry("F32", [2], 0, 8)
HOSTILE = {
    "empty": b"",
    "seven bytes": b"\0" * 7,
    "a header longer than the file": (1 << 63).to_bytes(8, "little") + b"{}",
    "a header one byte too long": (3).to_bytes(8, "little") + b"{}",
    "no JSON": file(b"{nonsense"),
    "no object": file(b"[]"),
    "not UTF-8": file(b'{"\xff": 1}'),
    "a space in front": file(b' {"a": 1}'),
    "nested a million deep": file(b'{"a":' + b"[" * 1_000_000),
    "a number of a million digits": file(b'{"a": ' + b"9" * 1_000_000 + b"}"),
    "a name twice": file(b'{"a": %s, "a": %s}' % ((json.dumps(GOOD).encode(),) * 2), b"\0" * 8),
    "a key twice inside": file(
        b'{"a": {"dtype": "F32", "dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}', b"\0" * 8
    ),
    "an entry that is a list": file({"a": [1]}),
    "a key is missing": file({"a": {"dtype": "F32", "shape": [2]}}, b"\0" * 8),
    "a key too many": file({"a": {**GOOD, "run": "me"}}, b"\0" * 8),
    "an unknown dtype": file({"a": entry("F128", [1], 0, 8)}, b"\0" * 8),
    "a dtype that is a list": file({"a": entry(["F32"], [2], 0, 8)}, b"\0" * 8),
    "a negative size": file({"a": entry("F32", [-1, -2], 0, 8)}, b"\0" * 8),
    "a size that is true": file({"a": entry("F32", [True, 2], 0, 8)}, b"\0" * 8),
    "a size that is a float": file({"a": entry("F32", [2.0], 0, 8)}, b"\0" * 8),
    "sizes that overflow 64 bits to the right number": file(
        {"a": entry("F32", [2**32, 2**32, 2], 0, 8)}, b"\0" * 8
    ),
    "a terabyte": file({"a": entry("F32", [2**38], 0, 2**40)}, b"\0" * 8),
    "too many axes": file({"a": entry("F32", [1] * 33 + [2], 0, 8)}, b"\0" * 8),
    "offsets beyond the end": file({"a": entry("F32", [2], 4, 12)}, b"\0" * 8),
    "offsets backwards": file({"a": entry("F32", [0], 8, 0)}, b"\0" * 8),
    "negative offsets": file({"a": entry("F32", [2], -8, 0)}, b"\0" * 8),
    "three offsets": file({"a": {**GOOD, "data_offsets": [0, 8, 8]}}, b"\0" * 8),
    "more bytes than the shape takes": file({"a": entry("F32", [1], 0, 8)}, b"\0" * 8),
    "overlapping arrays": file({"a": GOOD, "b": entry("F32", [2], 4, 12)}, b"\0" * 12),
    "the same bytes twice": file({"a": GOOD, "b": GOOD}, b"\0" * 8),
    "a hole": file({"a": GOOD, "b": entry("F32", [1], 12, 16)}, b"\0" * 16),
    "bytes that belong to nobody": file({"a": GOOD}, b"\0" * 9),
    "cut short": file({"a": GOOD}, b"\0" * 7),
    "metadata that is a list": file({"__metadata__": ["a"]}),
    "metadata that is a number": file({"__metadata__": {"a": 1}}),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.safetensors").write_bytes(content)
    with pytest.raises(StorageError, match=r"bad\.safetensors is no safetensors file"):
        read_safetensors(tmp_path / "bad.safetensors")


def test_the_files_above_would_be_fine_without_their_mistake(tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(
        file({"a": GOOD, "b": entry("F32", [1], 8, 12), "empty": entry("I8", [0, 7], 12, 12)}, b"\0" * 12)
    )
    assert {k: v.shape for k, v in read_safetensors(tmp_path / "good").items()} == {
        "a": (2,),
        "b": (1,),
        "empty": (0, 7),
    }


@given(position=st.integers(0, 200), byte=st.integers(0, 255), cut=st.integers(0, 200))
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_gives_arrays_or_a_storage_error(
    position: int, byte: int, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(file({"a": GOOD, "ä": entry("BOOL", [4], 8, 12)}, bytes(range(12))))
    content[position % len(content)] = byte
    path = tmp_path_factory.mktemp("s") / "damaged"
    path.write_bytes(bytes(content[: len(content) - cut % 3]))
    try:
        found = read_safetensors(path)
    except StorageError:
        return
    assert all(isinstance(array, np.ndarray) for array in found.values())


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read"):
        read_safetensors(tmp_path)

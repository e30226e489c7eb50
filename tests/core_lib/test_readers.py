"""Data sets from CSV, IDX and folders of images, and what is said about files that do not fit."""

from __future__ import annotations

import builtins
import contextlib
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_lib import read_csv, read_idx, read_image_folder
from core_lib.errors import CoreLibError, DataError, StorageError

TABLE = """height,weight,color,species
1.5,2,red,cat
2.5,3,blue,dog
0.5,1,red,cat
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


class TestCSV:
    def test_classes_and_categories(self, table: Path) -> None:
        data = read_csv(table, target="species", categories=["color"])
        np.testing.assert_array_equal(data.x, [[1.5, 2.5, 0.5], [2, 3, 1], [0, 1, 0], [1, 0, 1]])
        assert data.features == ["height", "weight", "color=blue", "color=red"]
        np.testing.assert_array_equal(data.y, [0, 1, 0])
        assert data.classes == ["cat", "dog"]
        assert data.subset([0]).features == data.features

    def test_numbers(self, table: Path) -> None:
        data = read_csv(table, target="height", features=["weight"])
        np.testing.assert_array_equal(data.y, [[1.5, 2.5, 0.5]])
        assert data.y.dtype == np.float32
        assert data.classes is None

    def test_whole_numbers_are_classes_or_amounts(self, table: Path) -> None:
        with pytest.raises(DataError, match="classification=True"):
            read_csv(table, target="weight", features=["height"])
        data = read_csv(table, target="weight", features=["height"], classification=True)
        assert data.classes == ["1", "2", "3"]
        np.testing.assert_array_equal(data.y, [1, 2, 0])
        amounts = read_csv(table, target="weight", features=["height"], classification=False)
        np.testing.assert_array_equal(amounts.y, [[2, 3, 1]])

    def test_two_comes_before_ten(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("x,y\n1,10\n2,2\n", encoding="utf-8")
        assert read_csv(tmp_path / "t.csv", target="y", classification=True).classes == ["2", "10"]

    def test_of_a_german_spreadsheet(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_bytes("\ufeffGröße;Preis\r\n1,5;2,25\r\n\r\n3;4\r\n".encode())
        data = read_csv(tmp_path / "t.csv", target="Preis", delimiter=";", decimal=",")
        np.testing.assert_array_equal(data.x, [[1.5, 3]])
        np.testing.assert_array_equal(data.y, [[2.25, 4]])
        assert data.features == ["Größe"]

    def test_quotes_and_line_breaks_inside(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text('a,y\n1,"x, ""or""\nnot"\n2,z\n', encoding="utf-8")
        assert read_csv(tmp_path / "t.csv", target="y").classes == ['x, "or"\nnot', "z"]

    def test_missing_values(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("a,b,y\n1,,p\n2,3,q\n4,NaN,p\n5,6,p\n", encoding="utf-8")
        with pytest.raises(DataError, match=r"line 2: b is missing.*drop"):
            read_csv(tmp_path / "t.csv", target="y")
        data = read_csv(tmp_path / "t.csv", target="y", missing="drop")
        np.testing.assert_array_equal(data.x, [[2, 5], [3, 6]])
        assert len(read_csv(tmp_path / "t.csv", target="y", features=["a"])) == 4  # b does not matter

    @pytest.mark.parametrize(
        ("text", "settings", "message"),
        [
            (TABLE, {"target": "species"}, r"line 2: color is 'red'.*categories=\['color'\]"),
            (TABLE, {"target": "kind"}, "no column 'kind'; it has height, weight"),
            (TABLE, {"target": "species", "features": ["size"]}, "no column 'size'"),
            (TABLE, {"target": "species", "categories": ["species"]}, "must be features"),
            (TABLE, {"target": "height", "features": ["height"]}, "cannot be one of the features"),
            (TABLE, {"target": "species", "missing": "mean"}, "missing must be"),
            ("a,b\n1\n", {"target": "b"}, "line 2 has 1 values"),
            ("a;b\n1;2\n", {"target": "b"}, "no column 'b'; it has a;b"),
            ("a,a\n1,2\n", {"target": "a"}, "each once"),
            ("", {"target": "a"}, "name the columns"),
            ("a,b\n", {"target": "b"}, "no rows"),
            ("a,b\n?,1\n", {"target": "b", "missing": "drop"}, "no rows without missing"),
            ("a,b\ninf,1.5\n", {"target": "b"}, "no finite number"),
            ("a,b\n1e999,1.5\n", {"target": "b"}, "no finite number"),
        ],
    )
    def test_refused(self, tmp_path: Path, text: str, settings: dict[str, Any], message: str) -> None:
        (tmp_path / "t.csv").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=message):
            read_csv(tmp_path / "t.csv", **settings)

    def test_no_table(self, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="there is no file"):
            read_csv(tmp_path / "t.csv", target="a")
        (tmp_path / "t.csv").write_bytes(b"a,b\n\xff,1\n")
        with pytest.raises(DataError, match="UTF-8"):
            read_csv(tmp_path / "t.csv", target="b")


def idx(array: Any, code: int) -> bytes:
    head = bytes([0, 0, code, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


class TestIDX:
    @pytest.mark.parametrize("zipped", [False, True])
    @pytest.mark.parametrize(
        ("dtype", "code"),
        [("u1", 0x08), ("i1", 0x09), ("i2", 0x0B), ("i4", 0x0C), ("f4", 0x0D), ("f8", 0x0E)],
    )
    def test_every_type(self, tmp_path: Path, dtype: str, code: int, zipped: bool) -> None:
        array = (np.arange(24).reshape(2, 3, 4) * 5).astype(dtype)
        content = idx(array, code)
        (tmp_path / "a").write_bytes(gzip.compress(content) if zipped else content)
        found = read_idx(tmp_path / "a")
        np.testing.assert_array_equal(found, array)
        assert found.dtype == np.dtype(dtype)
        assert found.flags.writeable

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0\0",
            b"PNG!",
            b"\0\0\x07\x01\0\0\0\0",
            b"\0\0\x08\x02\0\0\0\x01",
            b"\0\0\x08\x01\0\0\0\x05abcd",
            b"\0\0\x08\x01\0\0\0\x03abcd",
            b"\0\0\x08\x03" + b"\xff" * 12,
            b"\0\0\x08\xff" + b"\0\0\0\x01" * 255 + b"a",
            b"\x1f\x8b broken",
            gzip.compress(idx(np.arange(100), 0x08))[:-20],
        ],
    )
    def test_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(StorageError, match="a"):
            read_idx(tmp_path / "a")

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(StorageError, match="there is no file"):
            read_idx(tmp_path / "a")

    @given(content=st.binary(max_size=40))
    @settings(max_examples=100, deadline=None)
    def test_any_bytes(self, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
        path = tmp_path_factory.mktemp("idx") / "a"
        path.write_bytes(b"\0\0\x08" + content)
        with contextlib.suppress(StorageError):
            assert read_idx(path).dtype == np.uint8


class TestImages:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
        for name, color in (("cat", (255, 0, 0)), ("dog", (0, 0, 255))):
            (tmp_path / name / "deep").mkdir(parents=True)
            image.new("RGB", (9, 6), color).save(tmp_path / name / "1.png")
            image.new("RGB", (4, 4), color).save(tmp_path / name / "deep" / "2.JPG", "JPEG")
        (tmp_path / "cat" / "notes.txt").write_text("no image")
        (tmp_path / "cat" / ".hidden.png").write_bytes(b"no image")
        (tmp_path / ".git").mkdir()
        return tmp_path

    def test_folders_are_classes(self, folder: Path) -> None:
        data = read_image_folder(folder, size=(5, 8))
        assert data.x.shape == (3, 5, 8, 4)
        assert data.x.dtype == np.float32
        assert data.classes == ["cat", "dog"]
        np.testing.assert_array_equal(data.y, [0, 0, 1, 1])
        np.testing.assert_allclose(data.x[:, 2, 3, 0], [1, 0, 0])
        np.testing.assert_allclose(data.x[:, 2, 3, 2], [0, 0, 1])

    def test_gray(self, folder: Path) -> None:
        data = read_image_folder(folder, size=(2, 2), gray=True, dtype=np.float64)
        assert data.x.shape == (1, 2, 2, 4)
        assert data.x.dtype == np.float64
        assert data.x[0, 0, 0, 0] == pytest.approx(76 / 255)

    def test_upright(self, tmp_path: Path) -> None:
        image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
        (tmp_path / "a").mkdir()
        picture = image.new("L", (2, 1))
        picture.putpixel((1, 0), 255)
        exif = picture.getexif()
        exif[0x0112] = 6  # to be turned by 90° clockwise
        picture.save(tmp_path / "a" / "1.png", exif=exif)
        data = read_image_folder(tmp_path, size=(2, 1), gray=True)
        np.testing.assert_array_equal(data.x[0, :, 0, 0], [0, 1])

    def test_a_file_that_is_no_image_is_named(self, folder: Path) -> None:
        (folder / "dog" / "broken.png").write_bytes(b"no image")
        with pytest.raises(DataError, match=r"broken\.png"):
            read_image_folder(folder, size=(4, 4))

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="one folder for each class"):
            read_image_folder(tmp_path, size=(4, 4))
        with pytest.raises(StorageError, match="no folder"):
            read_image_folder(tmp_path / "x", size=(4, 4))
        with pytest.raises(DataError, match="size"):
            read_image_folder(tmp_path, size=(0, 4))

    def test_without_pillow(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        original = builtins.__import__

        def without(name: str, *args: Any, **kwargs: Any) -> Any:
            if name.startswith("PIL"):
                raise ImportError(name)
            return original(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(CoreLibError, match="pip install pillow"):
            read_image_folder(folder, size=(4, 4))

"""Which files are data, by their names."""

from __future__ import annotations

#: What a table or an archive of data is called; pictures and notebooks are not data here.
DATA_ENDINGS = frozenset(
    [
        ".csv", ".tsv", ".xls", ".xlsx", ".parquet", ".feather", ".arrow", ".h5", ".hdf5", ".npy", ".npz",
        ".mat", ".pkl", ".pickle", ".sqlite", ".db", ".zip", ".gz", ".tar", ".7z", ".rar", ".json",
        ".jsonl", ".nc", ".dcm", ".nii", ".wav", ".mp3", ".fits", ".arff", ".sav", ".rds", ".rdata",
    ]
)  # fmt: skip

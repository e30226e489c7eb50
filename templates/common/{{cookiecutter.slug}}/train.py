"""Trains the final model anew and writes results/: runs the model notebook from top to bottom, and saves it with its outputs.

    python train.py          the notebook in 3_Model, with the final model
    python train.py --all    all notebooks, one after the other; do this before you hand in

Each notebook gets a fresh Python, as for somebody who opens it for the first time: nothing is left over from cells that
were run in another order or deleted since. Close the notebooks in Jupyter first, so that they are not saved over each other.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent
NOTEBOOKS = [
    "1_DatasetCharacteristics/exploratory_data_analysis.ipynb",
    "2_BaselineModel/baseline_model.ipynb",
    "3_Model/model_definition_evaluation.ipynb",
]


def run(name):
    """Run a notebook and save it, also when it stops with an error: then it shows where. Gives whether all went well."""
    path = ROOT / name
    print(f"{name} …", flush=True)
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"  stopped with {error.ename}: {error.evalue}")
        return False
    finally:
        nbformat.write(notebook, path)
    print(f"  done in {time.perf_counter() - start:.0f} s")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="run all notebooks, not only the model's")
    chosen = NOTEBOOKS if parser.parse_args().all else NOTEBOOKS[-1:]
    if not all([run(name) for name in chosen]):
        sys.exit("A notebook stopped with an error; open it to see in which cell.")


if __name__ == "__main__":
    main()

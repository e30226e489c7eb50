"""Git, without ever running anything of a repository's: its configuration, hooks and filters do not count.

What is in a repository is read and written through a library; the program git is called, through
`coursekit.git.command.run_git` alone, to reach hosts and to merge.

The library takes a while to load, and commands that only show what is known do without it: so each name is loaded when it
is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursekit.git.address import check_address
    from coursekit.git.commits import branch_message, commit_all, first_commit
    from coursekit.git.create import Shared, make_repository, pack_shared
    from coursekit.git.fetched import FetchError, check_revision, fetch_commit, kept_commit
    from coursekit.git.trees import tree_id, tree_id_without

_MODULES = ("address", "commits", "create", "fetched", "trees")

__all__ = [
    "FetchError",
    "Shared",
    "branch_message",
    "check_address",
    "check_revision",
    "commit_all",
    "fetch_commit",
    "first_commit",
    "kept_commit",
    "make_repository",
    "pack_shared",
    "tree_id",
    "tree_id_without",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

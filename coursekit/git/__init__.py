"""Git, without ever running anything of a repository's: its configuration, hooks and filters do not count.

What is in a repository is read and written through a library; the program git is called, through
`coursekit.git.command.run_git` alone, to reach hosts and to merge.
"""

from coursekit.git.address import check_address
from coursekit.git.commits import branch_message, commit_all, first_commit
from coursekit.git.create import Shared, make_repository, pack_shared
from coursekit.git.fetched import FetchError, check_revision, fetch_commit, kept_commit
from coursekit.git.trees import tree_id, tree_id_without

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

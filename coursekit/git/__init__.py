"""Git, without ever running anything of a repository's: its configuration, hooks and filters do not count.

What is in a repository is read and written through a library; the program git is called, through
`coursekit.git.command.run_git` alone, to reach hosts and to merge.
"""

from coursekit.git.commits import branch_message, commit_all, first_commit
from coursekit.git.create import Shared, make_repository, pack_shared
from coursekit.git.trees import tree_id, tree_id_without

__all__ = [
    "Shared",
    "branch_message",
    "commit_all",
    "first_commit",
    "make_repository",
    "pack_shared",
    "tree_id",
    "tree_id_without",
]

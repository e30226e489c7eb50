"""Git through a library: nothing of a repository's configuration, hooks or filters is ever run."""

from coursekit.git.commits import commit_all, first_commit
from coursekit.git.create import Shared, make_repository, pack_shared
from coursekit.git.trees import tree_id, tree_id_without

__all__ = [
    "Shared",
    "commit_all",
    "first_commit",
    "make_repository",
    "pack_shared",
    "tree_id",
    "tree_id_without",
]

"""Git through a library: nothing of a repository's configuration, hooks or filters is ever run."""

from coursekit.git.commits import commit_all, first_commit
from coursekit.git.create import Shared, make_repository, pack_shared

__all__ = ["Shared", "commit_all", "first_commit", "make_repository", "pack_shared"]

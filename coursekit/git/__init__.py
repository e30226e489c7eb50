"""Git through a library: nothing of a repository's configuration, hooks or filters is ever run."""

from coursekit.git.commits import commit_all, first_commit

__all__ = ["commit_all", "first_commit"]

"""How what was published is told."""

from __future__ import annotations

from coursekit.course.publish import Publishing
from tests.hosts.github_site import GitHubSite
from tests.hosts.gitlab_site import GitLabSite


def whats(done: Publishing, group: str | None = None) -> list[str]:
    return [step.what for step in done.steps if group in {None, step.group}]


def notes(done: Publishing) -> list[str]:
    return [f"{note.group}: {note.what}" for note in done.notes]


def on(site: GitHubSite | GitLabSite) -> str:
    if isinstance(site, GitHubSite):
        return f'kind = "github"\nnamespace = "{site.owner}"\napi = "{site.url}{site.api}"'
    return f'kind = "gitlab"\nnamespace = "{site.namespace}"\napi = "{site.url}"'

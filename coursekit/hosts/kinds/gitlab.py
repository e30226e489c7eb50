"""GitLab, the public one or one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from coursekit.config import HostSettings
from coursekit.errors import InputError, MissingExtraError
from coursekit.git.push import Target
from coursekit.hosts.host import (
    Account,
    Host,
    HostError,
    Issue,
    Remote,
    UnknownAccountError,
    refuse_unused,
    required,
)
from coursekit.hosts.patience import Patience, Refusal, Refused, no_answer
from coursekit.hosts.secret import find_token
from coursekit.hosts.web import check_api, check_clone_address, target
from coursekit.text import one_line

PUBLIC = "https://gitlab.com"
_USER = "oauth2"
_NAMESPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*", re.ASCII)
_DEVELOPER = 30
_LONGEST_ABOUT = 2000
_TIMEOUT = 60.0


class Kind(Host):
    """Projects of a group or a user; members become developers, who may push to the main branch."""

    has_accounts = True
    has_issues = True

    def __init__(self, settings: HostSettings, folder: Path, say: Callable[[str], object]) -> None:
        super().__init__(settings, folder, say)
        self.namespace = required(settings, "namespace", "courses/dl-2026")
        refuse_unused(settings, {"namespace": "", "api": "", "visibility": ""})
        if not _NAMESPACE.fullmatch(self.namespace):
            raise InputError(
                f"course.toml, [host]: expected a group's path or a user's name as 'namespace', found "
                f"{one_line(self.namespace, 60)!r}",
                'As in its address on the host:  namespace = "courses/dl-2026"',
            )
        self.web = check_api(re.sub(r"/api/v4/?$", "", settings.api or PUBLIC))
        where = urlsplit(self.web).netloc
        self.label = f"{self.web.partition('//')[2]}/{self.namespace}"
        try:
            import gitlab  # noqa: F401 - looked for here, used below
            import requests
        except ImportError:
            raise MissingExtraError(
                "expected the library python-gitlab, which publishing to GitLab needs, found none",
                "Install coursekit with the extra 'gitlab'; for a checkout:  pip install '.[gitlab]'",
            ) from None
        self.secret = find_token(
            ("GITLAB_TOKEN",), ("glab", "config", "get", "token", "--host", where), where, "the scope 'api'"
        )
        self._headers: dict[str, str] = {}
        session = requests.Session()
        # The library keeps no headers in its errors, and they say how long to wait.
        session.hooks["response"].append(self._note_headers)
        self.client = _client(self.web, self.secret.reveal(), session)
        self.patience = Patience(where, self._explain, say)
        self._me: Any = None
        self._namespace_id: int | None = None

    def begin(self) -> None:
        """See who we are, and whether the namespace is a group or ourselves."""
        self.patience.read(self.client.auth)
        self._me = self.client.user
        self.me = str(self._me.username)
        if self.me.casefold() == self.namespace.casefold():
            return
        try:
            group = self.patience.read(lambda: self.client.groups.get(self.namespace, with_projects=False))
        except Refused as refused:
            if refused.status != 404:
                raise
            raise HostError(
                f"expected a group {self.namespace!r} on {self.patience.where}, or that to be your own account "
                f"({self.me!r}), found neither",
                "Correct 'namespace' in course.toml, [host]; the token must be permitted to see the group.",
            ) from None
        self._namespace_id = int(group.id)

    def address(self, name: str) -> str:
        """Give the address: ``https://gitlab.com/courses/dl/bird-songs.git``."""
        return f"{self.web}/{self.namespace}/{name}.git"

    def find(self, name: str) -> Remote | None:
        """Look for a project in the namespace."""
        try:
            return self._remote(
                self.patience.read(lambda: self.client.projects.get(f"{self.namespace}/{name}"))
            )
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def create(self, name: str, about: str) -> Remote:
        """Create an empty project."""
        settings: dict[str, Any] = {
            "name": name,
            "path": name,
            "description": one_line(about, _LONGEST_ABOUT),
            "visibility": self.settings.visibility,
            "default_branch": "main",
        }
        if self._namespace_id is not None:
            settings["namespace_id"] = self._namespace_id
        try:
            return self._remote(self.patience.write(lambda: self.client.projects.create(settings)))
        except Refused as refused:
            # An answer that was lost: the project is there although the first call seemed to fail.
            if (
                refused.status in {400, 409}
                and "taken" in refused.refusal.text
                and (found := self.find(name))
            ):
                return found
            raise

    def target(self, remote: Remote) -> Target:
        """Give the address, with the token as a header."""
        return target(remote.url, self.secret, _USER)

    def let_members_push(self, remote: Remote, branch: str) -> None:
        """Let developers push to the main branch, which GitLab permits only to maintainers at first."""
        branches = remote.handle.protectedbranches
        try:
            present = self.patience.read(lambda: branches.get(branch))
        except Refused as refused:
            if refused.status != 404:
                raise
        else:
            # 0 means nobody.
            if any(
                0 < (level.get("access_level") or 0) <= _DEVELOPER for level in present.push_access_levels
            ):
                return
            self._gone(lambda: branches.delete(branch))
        wanted = {"name": branch, "push_access_level": _DEVELOPER, "merge_access_level": _DEVELOPER}
        self.patience.write(lambda: branches.create(wanted))

    def accounts(self, remote: Remote) -> list[Account]:
        """Give the project's own members."""
        members = self.patience.read(lambda: remote.handle.members.list(get_all=True))
        return [
            Account(one.username, "member", strong=one.access_level > _DEVELOPER, handle=one.id)
            for one in members
        ]

    def knows(self, account: str) -> bool:
        """Whether there is such a user."""
        return self._user_id(account) is not None

    def grant(self, remote: Remote, account: str) -> Literal["member", "invited"]:
        """Make a user a developer; there are no invitations to accept."""
        number = self._user_id(account)
        if number is None:
            raise UnknownAccountError(
                f"expected an account {one_line(account, 60)!r} on {self.patience.where}, found none"
            )
        wanted = {"user_id": number, "access_level": _DEVELOPER}
        try:
            self.patience.write(lambda: remote.handle.members.create(wanted))
        except Refused as refused:
            # A member already, or one with more rights through the group.
            text = refused.refusal.text.casefold()
            if refused.status != 409 and not (refused.status == 400 and "inherited" in text):
                raise
        return "member"

    def revoke(self, remote: Remote, account: Account) -> None:
        """Remove a member."""
        self._gone(lambda: remote.handle.members.delete(account.handle))

    def find_issue(self, remote: Remote, marker: str) -> Issue | None:
        """Look for our own issue among those that we wrote."""

        def look() -> Issue | None:
            for issue in remote.handle.issues.list(author_id=self._me.id, iterator=True):
                if issue.author["id"] == self._me.id and marker in (issue.description or ""):
                    return self._issue(issue)
            return None

        return self.patience.read(look)

    def write_issue(
        self, remote: Remote, issue: Issue | None, marker: str, title: str, body: str, *, reopen: bool = False
    ) -> Issue:
        """Write the issue."""
        if issue is not None:
            handle = issue.handle
            handle.title, handle.description = title, body
            if reopen and not issue.open:
                handle.state_event = "reopen"
            self.patience.write(handle.save)
            return self._issue(handle)
        tried = False

        def once() -> Issue:
            nonlocal tried
            # The answer to the first try may have been lost, and the issue be there.
            if tried and (found := self.find_issue(remote, marker)):
                return found
            tried = True
            return self._issue(remote.handle.issues.create({"title": title, "description": body}))

        return self.patience.write(once)

    def _user_id(self, account: str) -> int | None:
        users = self.patience.read(lambda: self.client.users.list(username=account, get_all=False))
        return next((int(one.id) for one in users if one.username.casefold() == account.casefold()), None)

    def _gone(self, call: Callable[[], object]) -> None:
        try:
            self.patience.write(call)
        except Refused as refused:
            if refused.status != 404:
                raise

    def _remote(self, project: Any) -> Remote:
        url = check_clone_address(project.http_url_to_repo, self.web)
        return Remote(project.path, url, project.description or "", project)

    def _issue(self, issue: Any) -> Issue:
        return Issue(issue.iid, issue.web_url, issue.description or "", issue.state == "opened", issue)

    def _note_headers(self, response: Any, *_: object, **__: object) -> None:
        self._headers = {str(key).lower(): str(value) for key, value in response.headers.items()}

    def _explain(self, error: Exception) -> Refusal | None:
        import gitlab

        if isinstance(error, gitlab.exceptions.RedirectError):
            return Refusal(301, "it leads to another address; correct 'api' in course.toml")
        if not isinstance(error, gitlab.GitlabError):
            return no_answer(error)
        text = self.secret.hide(str(error.error_message), _USER)
        return Refusal(error.response_code, text, self._headers)


def _client(web: str, token: str, session: Any) -> Any:
    import gitlab

    class Client(gitlab.Gitlab):
        """The library would wait on its own, and say nothing; `Patience` does both."""

        def http_request(self, *args: Any, **kwargs: Any) -> Any:
            return super().http_request(*args, **{**kwargs, "obey_rate_limit": False})

    return Client(
        web,
        # As a bearer, unlike in the library's own header for it, a token does not follow to another host.
        oauth_token=token,
        session=session,
        timeout=_TIMEOUT,
        per_page=100,
        user_agent="coursekit",
        keep_base_url=True,
    )

"""GitHub, and GitHub Enterprise on a machine of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

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
from coursekit.hosts.web import check_api, check_clone_address, target, web_address
from coursekit.text import one_line

if TYPE_CHECKING:
    from github.Repository import Repository

PUBLIC = "https://api.github.com"
# Before the colon when git logs in with a token.
_USER = "x-access-token"
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}|[A-Za-z0-9-]*_[A-Za-z0-9]+)", re.ASCII)
_LONGEST_ABOUT = 350
_TIMEOUT = 60
_LIMIT_WORDS = ("rate limit", "abuse detection", "submitted too quickly", "wait a few minutes")


class Kind(Host):
    """Repositories of an organization or a user; members are collaborators, invited at first."""

    has_accounts = True
    has_issues = True

    def __init__(self, settings: HostSettings, folder: Path, say: Callable[[str], object]) -> None:
        super().__init__(settings, folder, say)
        self.owner = required(settings, "namespace", "dl-course-2026")
        refuse_unused(settings, {"namespace": "", "api": "", "visibility": ""})
        if not _LOGIN.fullmatch(self.owner):
            raise InputError(
                f"course.toml, [host]: expected an organization's or a user's name as 'namespace', found "
                f"{one_line(self.owner, 60)!r}",
                'As in its address on the host:  namespace = "dl-course-2026"',
            )
        api = check_api(settings.api or PUBLIC)
        self.web = web_address(api)
        self.label = f"{self.web.partition('//')[2]}/{self.owner}"
        try:
            import github
        except ImportError:
            raise MissingExtraError(
                "expected the library PyGithub, which publishing to GitHub needs, found none",
                "Install coursekit with the extra 'github'; for a checkout:  pip install '.[github]'",
            ) from None
        where = self.web.partition("//")[2]
        enterprise = () if api == PUBLIC else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
        self.secret = find_token(
            (*enterprise, "GITHUB_TOKEN", "GH_TOKEN"),
            ("gh", "auth", "token", "--hostname", where),
            where,
            "creating repositories and inviting people (classic: the scope 'repo'; fine-grained: Administration, "
            "Contents, Issues and Workflows, each read and write, for all repositories of the owner)",
        )
        self.client = github.Github(
            base_url=api,
            auth=github.Auth.Token(self.secret.reveal()),
            timeout=_TIMEOUT,
            user_agent="coursekit",
            per_page=100,
            # Waiting is ours: `Patience` says so, and why.
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        self.patience = Patience(where, self._explain, say)
        self._maker: Any = None

    def begin(self) -> None:
        """See who we are, and whether the owner is an organization or ourselves."""
        me: Any = self.client.get_user()
        self.me = self.patience.read(lambda: me.login)
        if self.me.casefold() == self.owner.casefold():
            self._maker = me
            return
        try:
            self._maker = self.patience.read(lambda: self.client.get_organization(self.owner))
        except Refused as refused:
            if refused.status != 404:
                raise
            raise HostError(
                f"expected an organization {self.owner!r} on {self.patience.where}, or that to be your own account "
                f"({self.me!r}), found neither",
                "Correct 'namespace' in course.toml, [host]; the token must be permitted to see the organization.",
            ) from None

    def address(self, name: str) -> str:
        """Give the address: ``https://github.com/dl-course/bird-songs.git``."""
        return f"{self.web}/{self.owner}/{name}.git"

    def find(self, name: str) -> Remote | None:
        """Look for a repository of the owner."""
        try:
            return self._remote(
                self.patience.read(lambda: self.client.get_repo(f"{self.owner}/{quote(name)}"))
            )
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def create(self, name: str, about: str) -> Remote:
        """Create an empty repository."""
        settings: dict[str, Any] = {"description": one_line(about, _LONGEST_ABOUT), "has_wiki": False}
        if self.settings.visibility == "internal":
            settings["visibility"] = "internal"
        else:
            settings["private"] = self.settings.visibility == "private"
        try:
            return self._remote(self.patience.write(lambda: self._maker.create_repo(name, **settings)))
        except Refused as refused:
            # An answer that was lost: the repository is there although the first call seemed to fail.
            if refused.status == 422 and (found := self.find(name)):
                return found
            raise

    def target(self, remote: Remote) -> Target:
        """Give the address, with the token as a header."""
        return target(remote.url, self.secret, _USER)

    def accounts(self, remote: Remote) -> list[Account]:
        """Give collaborators who were added to the repository itself, and open invitations."""
        repository: Repository = remote.handle
        people = self.patience.read(lambda: list(repository.get_collaborators(affiliation="direct")))
        found = [
            Account(one.login, "member", strong=bool(one.permissions.admin or one.permissions.maintain))
            for one in people
        ]
        for invitation in self.patience.read(lambda: list(repository.get_pending_invitations())):
            # An invitation by e-mail has no account yet.
            if invitation.invitee is not None:
                state: Literal["expired", "invited"] = "expired" if invitation.expired else "invited"
                strong = invitation.permissions in {"admin", "maintain"}
                found.append(Account(invitation.invitee.login, state, strong, invitation.id))
        return found

    def knows(self, account: str) -> bool:
        """Whether there is such a user."""
        if not _LOGIN.fullmatch(account):
            return False
        try:
            self.patience.read(lambda: self.client.get_user(account).login)
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        return True

    def grant(self, remote: Remote, account: str) -> Literal["member", "invited"]:
        """Invite an account; who belongs to the organization becomes a member at once."""
        if not _LOGIN.fullmatch(account):
            raise self._unknown(account)
        repository: Repository = remote.handle
        try:
            invitation = self.patience.write(
                lambda: repository.add_to_collaborators(account, permission="push")
            )
        except Refused as refused:
            # The repository is there, so it is the account that is not; asking first would cost a call each.
            raise (self._unknown(account) if refused.status == 404 else refused) from None
        return "member" if invitation is None else "invited"

    def revoke(self, remote: Remote, account: Account) -> None:
        """Remove a collaborator, or withdraw the invitation."""
        repository: Repository = remote.handle
        try:
            if account.state == "member":
                self.patience.write(lambda: repository.remove_from_collaborators(account.name))
            else:
                self.patience.write(lambda: repository.remove_invitation(account.handle))
        except Refused as refused:
            if refused.status != 404:
                raise

    def find_issue(self, remote: Remote, marker: str) -> Issue | None:
        """Look for our own issue among those that we wrote."""
        repository: Repository = remote.handle
        # The library takes a name too; its annotation does not say so.
        me: Any = self.me

        def look() -> Issue | None:
            for issue in repository.get_issues(creator=me, state="all"):
                ours = issue.user.login.casefold() == self.me.casefold()
                if ours and issue.pull_request is None and marker in (issue.body or ""):
                    return self._issue(issue)
            return None

        return self.patience.read(look)

    def write_issue(
        self, remote: Remote, issue: Issue | None, marker: str, title: str, body: str, *, reopen: bool = False
    ) -> Issue:
        """Write the issue."""
        repository: Repository = remote.handle
        if issue is not None:
            handle, more = issue.handle, {"state": "open"} if reopen else {}
            self.patience.write(lambda: handle.edit(title=title, body=body, **more))
            return self._issue(handle)
        tried = False

        def once() -> Issue:
            nonlocal tried
            # The answer to the first try may have been lost, and the issue be there.
            if tried and (found := self.find_issue(remote, marker)):
                return found
            tried = True
            return self._issue(repository.create_issue(title, body))

        return self.patience.write(once)

    def _unknown(self, account: str) -> UnknownAccountError:
        return UnknownAccountError(
            f"expected an account {one_line(account, 60)!r} on {self.patience.where}, found none"
        )

    def _remote(self, repository: Repository) -> Remote:
        url = check_clone_address(repository.clone_url, self.web)
        return Remote(repository.name, url, repository.description or "", repository)

    def _issue(self, issue: Any) -> Issue:
        return Issue(issue.number, issue.html_url, issue.body or "", issue.state == "open", issue)

    def _explain(self, error: Exception) -> Refusal | None:
        import github

        if not isinstance(error, github.GithubException):
            return no_answer(error)
        data = error.data if isinstance(error.data, dict) else {}
        said = [str(data.get("message") or error.message or "")]
        for more in data.get("errors") or []:
            said.append(
                str(more.get("message") or more.get("code") or "") if isinstance(more, dict) else str(more)
            )
        text = self.secret.hide("; ".join(part for part in said if part), _USER)
        headers = {str(key).lower(): str(value) for key, value in (error.headers or {}).items()}
        limited = error.status == 403 and any(words in text.casefold() for words in _LIMIT_WORDS)
        return Refusal(error.status, text, headers, limited)

"""A server that behaves like GitHub, as far as the tool uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hosts.serving import TOKEN, Answer, Asked, Clock, Site


@dataclass
class Repo:
    name: str
    description: str
    private: bool
    people: dict[str, str] = field(default_factory=dict)
    invited: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)


class GitHubSite(Site):
    """One organization, some users; `members` of the organization need not accept invitations."""

    api = "/api/v3"
    owner = "dl-course"

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(folder, clock)
        self.me = "teacher"
        self.users = {"teacher", "ada", "alan", "grace", "helper"}
        self.members = {"teacher", "grace"}
        self.repos: dict[str, Repo] = {}
        self.numbers = iter(range(1, 100000))

    def authorized(self, header: str) -> bool:
        return header in {f"token {TOKEN}", f"Bearer {TOKEN}"}

    def add(self, name: str, description: str = "", private: bool = True) -> Repo:
        self.make_repository(self.owner, name)
        self.repos[name.lower()] = repo = Repo(name, description, private, {self.me: "admin"})
        return repo

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/user":
            return Answer(200, self._user(self.me))
        if asked.path == f"/orgs/{self.owner}":
            return Answer(200, {"login": self.owner, "url": f"{self.url}{self.api}/orgs/{self.owner}"})
        if found := re.fullmatch(r"/users/([^/]+)", asked.path):
            return Answer(200, self._user(found[1])) if found[1].lower() in self.users else _none()
        if asked.path in {f"/orgs/{self.owner}/repos", "/user/repos"} and asked.method == "POST":
            return self._create(asked.data)
        found = re.fullmatch(rf"/repos/{self.owner}/([^/]+)(/.*)?", asked.path)
        repo = self.repos.get(found[1].lower()) if found else None
        if not found or repo is None:
            return _none()
        return self._in(repo, asked, found[2] or "")

    def _create(self, data: dict[str, Any]) -> Answer:
        if data["name"].lower() in self.repos:
            errors = [
                {"resource": "Repository", "code": "custom", "message": "name already exists on this account"}
            ]
            return Answer(422, {"message": "Repository creation failed.", "errors": errors})
        if re.search(r"[\x00-\x1f\x7f]", data["description"]) or len(data["description"]) > 350:
            return Answer(422, {"message": "Validation Failed"})
        return Answer(
            201, self._repo(self.add(data["name"], data["description"], data.get("private", False)))
        )

    def _in(self, repo: Repo, asked: Asked, rest: str) -> Answer:
        if not rest:
            return Answer(200, self._repo(repo))
        if rest == "/collaborators":
            assert asked.query["affiliation"] == "direct"
            return self._pages(asked, [self._person(name, role) for name, role in repo.people.items()])
        if rest == "/invitations":
            return self._pages(asked, list(repo.invited.values()))
        if found := re.fullmatch(r"/collaborators/([^/]+)", rest):
            return self._collaborator(repo, asked, found[1].lower())
        if found := re.fullmatch(r"/invitations/(\d+)", rest):
            name = next((n for n, one in repo.invited.items() if one["id"] == int(found[1])), None)
            repo.invited.pop(name or "", None)
            return Answer(204) if name else _none()
        if rest == "/issues" and asked.method == "GET":
            wrote = [one for one in repo.issues if one["user"]["login"] == asked.query["creator"]]
            return self._pages(asked, wrote[::-1])
        if rest == "/issues":
            number = len(repo.issues) + 1
            repo.issues.append(self._issue(repo, number, self.me, asked.data))
            return Answer(201, repo.issues[-1])
        if found := re.fullmatch(r"/issues/(\d+)", rest):
            repo.issues[int(found[1]) - 1] |= asked.data
            return Answer(200, repo.issues[int(found[1]) - 1])
        return _none()

    def _collaborator(self, repo: Repo, asked: Asked, name: str) -> Answer:
        if asked.method == "DELETE":
            # As GitHub does: also for those who are none.
            repo.people.pop(name, None)
            return Answer(204)
        if name not in self.users:
            return _none()
        assert asked.data == {"permission": "push"}
        if name in self.members:
            repo.people[name] = "push"
        if name in repo.people:
            return Answer(204)
        return Answer(201, self.invite(repo, name))

    def invite(self, repo: Repo, name: str, expired: bool = False) -> dict[str, Any]:
        repo.invited[name] = {
            "id": next(self.numbers), "expired": expired, "permissions": "write", "invitee": self._user(name),
            "url": f"{self.url}{self.api}/user/repository_invitations/1",
        }  # fmt: skip
        return repo.invited[name]

    def accept(self, repo: Repo, name: str) -> None:
        del repo.invited[name]
        repo.people[name] = "push"

    def add_issue(self, repo: Repo, author: str, body: str) -> None:
        repo.issues.append(self._issue(repo, len(repo.issues) + 1, author, {"title": "x", "body": body}))

    def _issue(self, repo: Repo, number: int, author: str, data: dict[str, Any]) -> dict[str, Any]:
        where = f"{self.url}{self.api}/repos/{self.owner}/{repo.name}/issues/{number}"
        page = f"{self.url}/{self.owner}/{repo.name}/issues/{number}"
        return {
            "number": number,
            "state": "open",
            "user": self._user(author),
            "url": where,
            "html_url": page,
            **data,
        }

    def _user(self, name: str) -> dict[str, Any]:
        return {"login": name, "id": len(name), "url": f"{self.url}{self.api}/users/{name}", "type": "User"}

    def _person(self, name: str, role: str) -> dict[str, Any]:
        rights = ["pull", "triage", "push", "maintain", "admin"]
        given = rights[: rights.index(role) + 1]
        return {
            **self._user(name),
            "role_name": role,
            "permissions": {right: right in given for right in rights},
        }

    def _repo(self, repo: Repo) -> dict[str, Any]:
        return {
            "name": repo.name, "full_name": f"{self.owner}/{repo.name}", "private": repo.private,
            "description": repo.description, "url": f"{self.url}{self.api}/repos/{self.owner}/{repo.name}",
            "clone_url": f"{self.url}/{self.owner}/{repo.name}.git",
        }  # fmt: skip

    def _pages(self, asked: Asked, rows: list[Any]) -> Answer:
        page, size = int(asked.query.get("page", 1)), min(int(asked.query.get("per_page", 30)), self.page)
        headers = {}
        if page * size < len(rows):
            query = "&".join(f"{key}={value}" for key, value in {**asked.query, "page": page + 1}.items())
            headers["Link"] = f'<{self.url}{self.api}{asked.path}?{query}>; rel="next"'
        return Answer(200, rows[(page - 1) * size : page * size], headers)


def _none() -> Answer:
    return Answer(404, {"message": "Not Found"})


def primary_limit(clock: Clock, seconds: int) -> Answer:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(clock.now + seconds))}
    return Answer(403, {"message": "API rate limit exceeded for user ID 1."}, headers)


def secondary_limit(seconds: int | None) -> Answer:
    headers = {"Retry-After": str(seconds)} if seconds is not None else {}
    headers["X-RateLimit-Remaining"] = "4000"
    text = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
    return Answer(403, {"message": text}, headers)

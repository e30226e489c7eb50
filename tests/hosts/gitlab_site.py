"""A server that behaves like GitLab, as far as the tool uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.hosts.serving import TOKEN, Answer, Asked, Clock, Site


@dataclass
class Project:
    id: int
    name: str
    description: str
    visibility: str
    people: dict[int, int] = field(default_factory=dict)
    protected: dict[str, int] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)


class GitLabSite(Site):
    """One group, some users."""

    api = "/api/v4"
    namespace = "courses/dl"

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(folder, clock)
        self.users = {1: "teacher", 2: "ada", 3: "alan", 4: "grace", 5: "helper"}
        self.projects: dict[int, Project] = {}

    def authorized(self, header: str) -> bool:
        return header == f"Bearer {TOKEN}"

    def add(self, name: str, description: str = "", visibility: str = "private") -> Project:
        self.make_repository(self.namespace, name)
        number = len(self.projects) + 1
        # The main branch is for maintainers until somebody says otherwise.
        self.projects[number] = Project(number, name, description, visibility, {1: 50}, {"main": 40})
        return self.projects[number]

    def named(self, name: str) -> Project:
        return next(one for one in self.projects.values() if one.name == name)

    def answer(self, asked: Asked) -> Answer:
        path = unquote(asked.path)
        if path == "/user":
            return Answer(200, self._user(1))
        if path == f"/groups/{self.namespace}":
            return Answer(200, {"id": 77, "full_path": self.namespace})
        if path == "/users":
            return Answer(
                200, [self._user(n) for n, name in self.users.items() if name == asked.query["username"]]
            )
        if path == "/projects" and asked.method == "POST":
            return self._create(asked.data)
        found = re.fullmatch(rf"/projects/({self.namespace}/[^/]+|\d+)(/.*)?", path)
        if not found:
            return _none()
        for project in self.projects.values():
            if found[1] in {str(project.id), f"{self.namespace}/{project.name}"}:
                return self._in(project, asked, found[2] or "")
        return _none("404 Project Not Found")

    def _create(self, data: dict[str, Any]) -> Answer:
        assert data["namespace_id"] == 77
        if any(one.name == data["path"] for one in self.projects.values()):
            message = {
                "project_namespace.name": ["has already been taken"],
                "path": ["has already been taken"],
            }
            return Answer(400, {"message": message})
        return Answer(201, self._project(self.add(data["path"], data["description"], data["visibility"])))

    def _in(self, project: Project, asked: Asked, rest: str) -> Answer:
        if not rest:
            return Answer(200, self._project(project))
        if rest == "/members" and asked.method == "GET":
            return Answer(
                200, [{**self._user(n), "access_level": level} for n, level in project.people.items()]
            )
        if rest == "/members":
            number = asked.data["user_id"]
            if number in project.people:
                return Answer(409, {"message": "Member already exists"})
            project.people[number] = asked.data["access_level"]
            return Answer(201, {**self._user(number), "access_level": asked.data["access_level"]})
        if found := re.fullmatch(r"/members/(\d+)", rest):
            return Answer(204) if project.people.pop(int(found[1]), None) else _none()
        if rest == "/protected_branches":
            project.protected[asked.data["name"]] = asked.data["push_access_level"]
            return Answer(201, self._branch(project, asked.data["name"]))
        if found := re.fullmatch(r"/protected_branches/(.+)", rest):
            if found[1] not in project.protected:
                return _none()
            if asked.method == "DELETE":
                del project.protected[found[1]]
                return Answer(204)
            return Answer(200, self._branch(project, found[1]))
        if rest == "/issues" and asked.method == "GET":
            wrote = [one for one in project.issues if str(one["author"]["id"]) == asked.query["author_id"]]
            return Answer(200, wrote[::-1])
        if rest == "/issues":
            project.issues.append(self._issue(project, 1, asked.data))
            return Answer(201, project.issues[-1])
        if found := re.fullmatch(r"/issues/(\d+)", rest):
            issue = project.issues[int(found[1]) - 1]
            issue |= {key: value for key, value in asked.data.items() if key != "state_event"}
            if asked.data.get("state_event") == "reopen":
                issue["state"] = "opened"
            return Answer(200, issue)
        return _none()

    def add_issue(self, project: Project, author: int, body: str) -> None:
        project.issues.append(self._issue(project, author, {"title": "x", "description": body}))

    def _issue(self, project: Project, author: int, data: dict[str, Any]) -> dict[str, Any]:
        number = len(project.issues) + 1
        page = f"{self.url}/{self.namespace}/{project.name}/-/issues/{number}"
        head = {"iid": number, "id": 100 + number, "project_id": project.id, "state": "opened"}
        return {**head, "author": self._user(author), "web_url": page, **data}

    def _branch(self, project: Project, name: str) -> dict[str, Any]:
        return {"name": name, "push_access_levels": [{"access_level": project.protected[name]}]}

    def _user(self, number: int) -> dict[str, Any]:
        return {"id": number, "username": self.users[number]}

    def _project(self, project: Project) -> dict[str, Any]:
        return {
            "id": project.id, "path": project.name, "description": project.description,
            "http_url_to_repo": f"{self.url}/{self.namespace}/{project.name}.git",
        }  # fmt: skip


def _none(text: str = "404 Not Found") -> Answer:
    return Answer(404, {"message": text})

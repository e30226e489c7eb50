"""Telling the groups: one issue a repository, or a file or a draft each; nothing without being asked."""

from __future__ import annotations

import email
import re
from collections.abc import Mapping
from email.policy import default
from pathlib import Path

import cmarkgfm
import pytest

from coursekit.config import Course, load_course
from coursekit.course.check_all import check_all
from coursekit.course.feedback import Feedback, Way, feedback
from coursekit.course.feedback_text import Told, changes, told
from coursekit.course.publish import publish
from coursekit.errors import CoursekitError
from coursekit.model import Finding, Level, Location, Status
from coursekit.store import open_store
from coursekit.store.checks import list_checks, record_check
from coursekit.store.people import change_student, list_students
from coursekit.store.records import NewCheckRun, NewStudent
from tests.building import complete, write
from tests.course.publishing import a_course
from tests.hosts.github_site import GitHubSite
from tests.hosts.gitlab_site import GitLabSite
from tests.hosts.serving import Answer

FOLDER = 'kind = "folder"\npath = "../bare"'
TITLES = {"DOC107": "Result", "LIT201": "Sources", "PRE601": "Slides"}


def finding(code: str, status: Status, message: str = "found", *, due: bool = True) -> Finding:
    place = (Location("README.md", 3),)
    return Finding(
        code, TITLES.get(code, code), status, Level.REQUIRED, "model", due, message, "Do it.", place
    )


def checked(course: Course, group: int, statuses: Mapping[str, Status], message: str = "found") -> int:
    findings = tuple(finding(code, status, message) for code, status in statuses.items())
    with open_store(course.store) as store, store.transaction("test") as tx:
        return record_check(
            tx, NewCheckRun(group, "opencampus-ml", "1.0", findings, commit="0123456789" * 4)
        ).id


def on(site: GitHubSite | GitLabSite) -> str:
    if isinstance(site, GitHubSite):
        return f'kind = "github"\nnamespace = "{site.owner}"\napi = "{site.url}{site.api}"'
    return f'kind = "gitlab"\nnamespace = "{site.namespace}"\napi = "{site.url}"'


def written(course: Course, name: str = "birds.md") -> str:
    return (course.folder / "feedback" / name).read_text(encoding="utf-8")


def kinds(done: Feedback) -> list[str]:
    return [one.change for one in done.sent]


BEFORE = {"DOC107": Status.NOT_MET, "LIT201": Status.MET, "PRE601": Status.NOT_MET}
AFTER = {"DOC107": Status.MET, "LIT201": Status.NOT_MET, "PRE601": Status.NOT_MET, "ENV701": Status.NOT_MET}


def test_nothing_is_written_unless_asked(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    checked(course, 1, BEFORE)
    checked(course, 2, BEFORE)
    done = feedback(course)
    assert kinds(done) == ["new", "new"]
    assert "**Result** (DOC107): found" in done.sent[0].text
    assert not (course.folder / "feedback").exists()
    sent = feedback(course, send=True)
    assert [one.text for one in sent.sent] == [one.text for one in done.sent]
    assert written(course) == sent.sent[0].text


def test_what_changed_comes_first_and_once_more_changes_nothing(tmp_path: Path) -> None:
    """Compared with what the group was told of last, not with the check before."""
    course = a_course(tmp_path / "c", FOLDER, {"Birds": ()})
    first = checked(course, 1, BEFORE)
    feedback(course, send=True)
    assert "changed" not in written(course)
    checked(course, 1, AFTER)
    last = checked(course, 1, AFTER)
    assert kinds(feedback(course, send=True)) == ["updated"]
    text = written(course)
    head = text[: text.index("requirements are met")]
    assert "- now there: Result (DOC107)" in head
    assert "- no longer there: Sources (LIT201)" in head
    assert "- asked for since: ENV701 (ENV701)" in head
    assert told(text) == Told(last, first)
    assert kinds(feedback(course, send=True)) == ["unchanged"]
    assert written(course) == text
    checked(course, 1, AFTER)
    feedback(course, send=True)
    assert "Nothing has changed since" in written(course)


def test_a_requirement_that_has_become_due_is_named() -> None:
    before = [finding("DOC107", Status.NOT_MET, due=False), finding("LIT201", Status.MET)]
    now = [finding("DOC107", Status.NOT_MET), finding("LIT201", Status.MET)]
    assert list(changes(now, before)) == ["due"]
    assert changes(now, now) == {}


def test_the_courses_language_is_spoken(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER, {"Vögel": ("ada",)})
    text = (tmp_path / "c/course.toml").read_text().replace('"en"', '"de"\ntime_zone = "Europe/Berlin"')
    (tmp_path / "c/course.toml").write_text(text)
    course = load_course(tmp_path / "c")
    checked(course, 1, BEFORE)
    feedback(course, send=True)
    checked(course, 1, AFTER)
    feedback(course, send=True)
    text = written(course, "voegel.md")
    assert re.search(
        r"### Was sich seit \d\d\.\d\d\.\d{4}, \d\d:\d\d geändert hat\n\n- jetzt da: Result", text
    )
    assert "Geprüft am" in text
    feedback(course, send=True, way="email")
    message = email.message_from_bytes((tmp_path / "c/feedback/voegel.eml").read_bytes(), policy=default)
    assert message["Subject"] == "Deep Learning: Was in Vögel noch fehlt"


def test_who_was_never_checked_is_checked_now(tmp_path: Path) -> None:
    """And the result kept when it is sent, so that the next feedback says what changed."""
    course = a_course(tmp_path / "c", FOLDER, {"Birds": ()})
    write(tmp_path / "c/repositories/birds", {**complete(), "README.md": "# Birds\n"})
    done = feedback(course)
    assert "(DOC107)" in done.sent[0].text
    with open_store(course.store) as store, store.read() as view:
        assert list_checks(view, 1) == []
    feedback(course, send=True)
    with open_store(course.store) as store, store.read() as view:
        [kept] = list_checks(view, 1)
    assert told(written(course)) == Told(kept.id, 0)


def test_who_was_never_checked_is_judged_as_check_all_does(tmp_path: Path) -> None:
    """Not by a waiver of another group, nor by deadlines of its own; `check --all` finds it unchanged then."""
    course = a_course(tmp_path / "c", FOLDER, {"Birds": (), "Leaves": ()})
    with (tmp_path / "c/course.toml").open("a") as file:
        file.write('[[waivers]]\ncode = "LIT201"\nreason = "ill"\ngroup = "Leaves"\n')
        file.write('[[check.milestones]]\nname = "model"\ndeadline = 2999-01-01T00:00:00Z\n')
    course = load_course(tmp_path / "c")
    project = (
        '[project]\ntitle = "x"\ngroup = "Leaves"\n[[check.milestones]]\n'
        'name = "literature-review"\ndeadline = 2999-01-01T00:00:00Z\n'
    )
    for name in ("birds", "leaves"):
        write(course.folder / "repositories" / name, {"README.md": "# Title\n", "project.toml": project})
    birds, leaves = feedback(course).sent
    assert "**Sources** (LIT201): there is no folder" in birds.text
    assert "**Sources** (LIT201): waived: ill" in leaves.text
    feedback(course, send=True)
    with open_store(course.store) as store, store.read() as view:
        kept = [{one.code: one for one in list_checks(view, group)[0].findings} for group in (1, 2)]
    assert [found["LIT201"].status for found in kept] == [Status.NOT_MET, Status.WAIVED]
    assert [found["LIT201"].due for found in kept] == [True, True]
    assert [found["MOD503"].due for found in kept] == [False, False]
    assert check_all(course).summary == "0 done, 2 unchanged, 0 failed, of 2 groups"


def test_who_was_never_checked_and_cannot_be_read_is_named(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    (tmp_path / "c/repositories/birds/README.md").rename(tmp_path / "c/repositories/birds/x")
    done = feedback(course, send=True)
    assert [group for group, _ in done.failures] == ["Birds"]
    assert done.failures[0][1].startswith("could not be read: expected a group's repository at")
    assert kinds(done) == ["new"]
    with open_store(course.store) as store, store.read() as view:
        assert list_checks(view, 1) == []


def test_a_group_without_work_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    checked(course, 2, BEFORE)
    (tmp_path / "c/repositories/birds").rename(tmp_path / "elsewhere")
    for send in (False, True):
        done = feedback(course, send=send)
        assert [group for group, _ in done.failures] == ["Birds"]
        assert "coursekit fetch --all" in done.failures[0][1]
        assert kinds(done) == ["new"]


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    course = a_course(tmp_path / "c", FOLDER, {"Birds": ()})
    checked(course, 1, BEFORE)
    mine = tmp_path / "c/feedback/birds.md"
    mine.parent.mkdir()
    mine.write_text("My notes")
    done = feedback(course, send=True)
    assert "feedback did not write" in done.failures[0][1]
    assert mine.read_text() == "My notes"
    assert kinds(feedback(course, send=True, output=tmp_path / "other")) == ["new"]
    assert (tmp_path / "other/birds.md").exists()


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_one_issue_a_repository(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """Written anew in place; one that somebody else wrote with our mark is not ours."""
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site))
    publish(course)
    issues = site.repos["birds"].issues if isinstance(site, GitHubSite) else site.named("birds").issues
    fake = "<!-- coursekit-feedback run=1 since=0 -->"
    if isinstance(site, GitHubSite):
        site.add_issue(site.repos["birds"], "ada", fake)
        site.add_issue(site.repos["birds"], "teacher", "Another one of ours")
    else:
        site.add_issue(site.named("birds"), 2, fake)
        site.add_issue(site.named("birds"), 1, "Another one of ours")
    body = "body" if isinstance(site, GitHubSite) else "description"
    checked(course, 1, BEFORE)
    checked(course, 2, BEFORE)
    writes = len(site.writes)
    said = feedback(course)
    assert (kinds(said), len(site.writes)) == (["new", "new"], writes)
    done = feedback(course, send=True)
    assert kinds(done) == ["new", "new"]
    assert [issue[body] for issue in issues][2:] == [done.sent[0].text]
    assert done.sent[0].where.endswith("issues/3")
    assert kinds(feedback(course, send=True)) == ["unchanged", "unchanged"]
    issues[2]["state"] = "closed"
    checked(course, 1, AFTER)
    assert kinds(feedback(course, ["Birds"], send=True)) == ["updated"]
    assert len(issues) == 3
    assert "now there: Result" in issues[2][body]
    assert issues[2]["state"] in {"open", "opened"}, "something required is missing again"
    assert issues[0][body] == fake


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_an_issue_that_the_group_closed_stays_closed_when_all_is_there(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site), {"Birds": ()})
    publish(course)
    checked(course, 1, BEFORE)
    feedback(course, send=True)
    [issue] = site.repos["birds"].issues if isinstance(site, GitHubSite) else site.named("birds").issues
    issue["state"] = "closed"
    checked(course, 1, dict.fromkeys(BEFORE, Status.MET))
    assert kinds(feedback(course, send=True)) == ["updated"]
    assert issue["state"] == "closed"


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_an_answer_that_was_lost_makes_no_second_issue(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(kind)
    course = a_course(tmp_path / "c", on(site), {"Birds": ()})
    publish(course)
    checked(course, 1, BEFORE)
    site.fail(1, "POST", "/issues", lambda: Answer(502, {"message": "Bad gateway"}), after=True)
    assert kinds(feedback(course, send=True)) == ["new"]
    assert (
        len(site.repos["birds"].issues if isinstance(site, GitHubSite) else site.named("birds").issues) == 1
    )


def test_a_mark_that_was_tampered_with_is_not_believed(tmp_path: Path, github: GitHubSite) -> None:
    """Members may change the text of issues; what it says of itself is looked up among the group's own checks."""
    course = a_course(tmp_path / "c", on(github))
    publish(course)
    secret = checked(course, 2, {"XYZ999": Status.NOT_MET})
    checked(course, 1, BEFORE)
    feedback(course, ["Birds"], send=True)
    [issue] = github.repos["birds"].issues
    for mark in (f"run={secret} since=0", f"run={'9' * 18} since=0", "run=99999999999999999999 since=x"):
        issue["body"] = f"Ha!\n<!-- coursekit-feedback {mark} -->"
        checked(course, 1, AFTER)
        assert kinds(feedback(course, ["Birds"], send=True)) == ["updated"]
        assert "XYZ999" not in issue["body"]
        assert "Ha!" not in issue["body"]


def test_where_there_is_no_repository_on_the_host(tmp_path: Path, github: GitHubSite) -> None:
    """A file by itself; a clear word when an issue was asked for."""
    course = a_course(tmp_path / "c", on(github))
    publish(course, ["Birds"])
    checked(course, 1, BEFORE)
    checked(course, 2, BEFORE)
    assert [one.way for one in feedback(course).sent] == ["issue", "file"]
    done = feedback(course, way="issue")
    assert [group for group, _ in done.failures] == ["Leaves"]
    assert "coursekit publish" in done.failures[0][1]
    del github.repos["birds"]
    assert "found none" in feedback(course, ["Birds"]).failures[0][1]


@pytest.mark.parametrize("host", [FOLDER, 'kind = "folder"'])
def test_an_issue_needs_a_host_that_has_them(tmp_path: Path, host: str) -> None:
    course = a_course(tmp_path / "c", FOLDER)
    if host != FOLDER:
        (tmp_path / "c/course.toml").write_text('[course]\nname = "DL"\n')
        course = load_course(tmp_path / "c")
    with pytest.raises(CoursekitError, match="expected a git host") as caught:
        feedback(course, way="issue")
    assert "--as file" in caught.value.hint


def test_drafts_of_e_mails(tmp_path: Path) -> None:
    """To those who have an address, and nothing of a name or an address can add a line to the head."""
    course = a_course(tmp_path / "c", FOLDER, {"Birds": ("ada", "alan"), "Leaves": ("grace",)})
    with open_store(course.store) as store, store.transaction("test") as tx:
        ada, alan, grace = list_students(tx)
        change_student(tx, ada.id, NewStudent('Ada "L"\r\nBcc: evil@example.org, \u202e李', ada.email, "ada"))
        change_student(tx, alan.id, NewStudent(alan.name, "no address\r\nBcc: evil@example.org", "alan"))
        change_student(tx, grace.id, NewStudent(grace.name, None, "grace"))
    checked(course, 1, BEFORE, "first line\r\n.\r\nBcc: x")
    checked(course, 2, BEFORE)
    done = feedback(course, send=True, way="email")
    assert [group for group, _ in done.failures] == ["Leaves"]
    assert done.sent[0].notes == ("without an e-mail address: Alan Turing",)
    path = tmp_path / "c/feedback/birds.eml"
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@example.org"]
    assert set(message.keys()) == {
        "Subject", "To", "X-Unsent", "X-Coursekit-Feedback", "Content-Type", "Content-Transfer-Encoding",
        "MIME-Version",
    }  # fmt: skip
    assert message["X-Unsent"] == "1"
    assert "DOC107 Result" in message.get_content()
    before = path.read_bytes()
    assert kinds(feedback(course, ["Birds"], send=True, way="email")) == ["unchanged"]
    assert path.read_bytes() == before
    checked(course, 1, AFTER)
    assert kinds(feedback(course, ["Birds"], send=True, way="email")) == ["updated"]
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert message.get_content().startswith("What changed since ")


@pytest.mark.parametrize("way", ["file", "email"])
def test_a_run_that_was_killed_is_completed(
    tmp_path: Path, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coursekit.course import feedback as module

    course = a_course(tmp_path / "c", FOLDER, {f"G{n}": ("ada",) if n == 0 else () for n in range(4)})
    for number in range(1, 5):
        checked(course, number, BEFORE)
    if way == "email":
        monkeypatch.setattr(module, "email", lambda *args: b"X-Coursekit-Feedback: run=1 since=0\n\n")
    real, calls = module.write_bytes, []

    def dies(path: Path, data: bytes) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_bytes", dies)
        with pytest.raises(KeyboardInterrupt):
            feedback(course, send=True, way=way)
    assert len(list((tmp_path / "c/feedback").iterdir())) == 2
    done = feedback(course, send=True, way=way)
    assert len(list((tmp_path / "c/feedback").iterdir())) == 4
    assert (kinds(done), done.before, done.of) == (["new", "new"], 2, 4)
    assert kinds(feedback(course, send=True, way=way)) == ["unchanged"] * 4


HOSTILE = (
    "@teacher @dl-course/all #12 GH-12 dl-course/x#1 !3 &4 %5 ~bug ![x](https://evil.example.org/x.png) "
    "<img src=https://evil.example.org/x.png> [click](https://evil.example.org) https://evil.example.org "
    "www.evil.example.org <script>x</script> evil@example.org --> <!-- coursekit-feedback run=9 since=0 --> "
    "/close /assign @me `@teacher` 0123456789012345678901234567890123456789 \u202e"
)


def test_nothing_that_a_group_wrote_works_in_an_issue(tmp_path: Path) -> None:
    """No mention, reference, link, image, HTML or command; and it cannot pose as our mark."""
    course = a_course(tmp_path / "c", FOLDER, {HOSTILE[:70]: ()})
    checked(course, 1, BEFORE, HOSTILE)
    first = feedback(course, send=True).sent[0]
    checked(course, 1, AFTER, HOSTILE)
    text = feedback(course, send=True).sent[0].text
    assert told(text) == Told(2, 1)
    assert told(first.text) == Told(1, 0)
    options = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    html = cmarkgfm.github_flavored_markdown_to_html(text, options)
    html = html.replace("<!-- coursekit-feedback run=2 since=1 -->", "")
    assert not re.search(r"<(?!/?(?:h\d|p|ul|li|strong|code)>)", html)
    # What is left outside of code, where hosts look for nothing.
    prose = re.sub(r"<code>.*?</code>|<[^>]*>", " ", html, flags=re.S)
    assert not re.search(r"@\w|#\d|GH-\d|!\d|https?:|www\.|\u202e", prose)
    assert not re.search(r"^\s*/\w", prose, re.M)


def test_a_long_text_fits_on_the_host(tmp_path: Path) -> None:
    """Hosts refuse more than 65,536 characters; the mark stays."""
    course = a_course(tmp_path / "c", FOLDER, {"Birds": ()})
    many = {f"DOC{n}": Status.NOT_MET for n in range(100, 400)}
    checked(course, 1, many, "words " * 400)
    text = feedback(course).sent[0].text
    assert 30_000 < len(text) <= 65_536
    assert told(text)

"""The `course.toml` of a new course: what is known is filled in, the rest stands there as comments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from coursekit.config.course import parse_course
from coursekit.config.shared import toml_string

# A comment that begins with a key or a bracket is a setting, and must be valid without its '#'; a test takes
# all of them away. All others have a space, a capital and a sentence.
_SKELETON = """\
# The course. Every command of coursekit reads this file; edit it with any text editor, at any time.
# A line that begins with '#' is a comment. Where one shows a setting, take the '#' away to use it.

[course]
name = @name@
semester = @semester@
# The language in which groups are told what is missing: en or de.
language = @language@
# Deadlines and sessions are in this time zone.
time_zone = @time_zone@

[groups]
# How many students are in a group.
#min_size = 2
max_size = @max_size@

# The meetings of the course: one table each, with two brackets. Attendance belongs to them.
#[[sessions]]
#date = @day@
#start = 18:00:00
#end = 20:00:00
#topic = "Introduction"
# In which of them groups present, how long each has with its questions, and the break between two.
#[presentations]
#sessions = [@day@]
#slot_minutes = 20
#break_minutes = 5

[attendance]
# How many sessions may be missed for a certificate. Without it, attendance is not certified, and bars nobody from
# the certificate of achievement.
missed_sessions_allowed = 2
# For how much of a session somebody must be there to have attended it.
#min_session_share = 0.5

[check]
# Which requirements `coursekit check` looks at: one of its profiles, or the path of your own, ending in .toml.
#profile = "opencampus-ml"

# What is due when. Without a deadline a milestone is due from the first day; a date alone means its last minute.
@milestones@
[projects]
# The template that groups start from, by its name (`coursekit ideas --kind template`) or as a folder or address.
#template = "blank"
# Where the repositories that coursekit makes lie, and where it keeps copies of those that it fetches.
#repositories = "repositories"
#clones = "clones"
# For a workflow in the groups' repositories: which coursekit it installs. Without it none is written.
#coursekit_source = "git+https://git.example.org/tools/coursekit@v1.0.0"

[store]
# What the course knows lies in the file course.db beside this one. For a database on a PostgreSQL server, here or,
# with a password, in the environment variable COURSEKIT_DATABASE, which goes before this:
@database@

# Where `coursekit publish` puts the groups' repositories: a folder, on this machine or a shared drive.
#[host]
#kind = "folder"
#path = "../dl-repositories"
# For a machine that is reached by ssh the kind is "ssh"; instead of path it needs this.
#address = "git@git.example.org:courses/dl"
# For the kinds "github" and "gitlab", instead of path: the organization or group, and the address of a server of your own.
#namespace = "our-organization"
#api = "https://gitlab.example.org"
#visibility = "private"
# What the name of every repository begins with.
#prefix = "dl-"

# How presentations look and how long they are; `coursekit report --course .` uses it.
#[report]
# The theme is light or dark; the logo is a PNG or JPEG file beside this one.
#theme = "light"
#logo = "logo.png"
#minutes = 15
# The sections in this order; one that is not named is left out.
#sections = ["title", "introduction", "literature", "dataset", "baseline", "model", "results", "conclusion", "questions"]
# Colors of your own: of headings and marks, of the first slide, of what stands out in charts.
#[report.colors]
#primary = "#0b6573"
#deep = "#0c3c46"
#accent = "#c2410c"
# How many slides a section may have, and how many seconds it should take.
#[report.limits]
#results = { slides = 3, seconds = 150 }

# What stands on certificates; `coursekit certificates build` makes them, and `coursekit certificates template` lets you
# change how they look.
#[certificates]
#issuer = "Example University"
#signatory = "Prof. Dr. Ada Lovelace"
#role = "Head of the course"
#place = "Kiel"
#ects = 5
#learning_goals = ["Derive and implement the training of a neural network.", "Compare models by fair experiments."]
# The date of all certificates; without it each has the day on which it is made. The language is that of the course.
#date = @day@
#language = "en"
# Pictures beside this file: PNG, JPEG or SVG.
#logo = "logo.png"
#signature = "signature.png"
# Where others learn whether a certificate is genuine; it is printed as a QR code, too.
#verify_url = "https://example.org/certificates?code={code}"

# Your own topics, which `coursekit ideas` shows to groups that look for one.
#[[ideas]]
#title = "How full is the bus?"
#description = "Predict how many people get on at each stop, from a year of counts."
#tags = ["time series", "regression"]
#data = "https://data.example.org/bus"
#license = "CC-BY-4.0"
#contact = "ada@example.org"
#link = "https://example.org/bus"

# Requirements from which you excuse a group, or without `group` all of them.
#[[waivers]]
#code = "LIT201"
#reason = "Works with a company's data; there is no literature on it."
#group = "birds"
"""


def render_course(
    name: str,
    *,
    semester: str = "",
    language: str = "en",
    time_zone: str = "UTC",
    max_group_size: int = 4,
    milestones: Sequence[str] = (),
    database: str = "",
    today: dt.date | None = None,
) -> str:
    """Write a commented `course.toml`.

    Parameters
    ----------
    name, semester, language, time_zone, max_group_size, database
        See `coursekit.config.Course`.
    milestones : sequence of str
        In the order in which they will be due, three weeks apart in the example.
    today : datetime.date, optional
        From which the example's dates are counted.

    Raises
    ------
    InputError
        If a value is none.
    """
    today = today or dt.date.today()
    parts = [
        f"[[check.milestones]]\nname = {_quoted(milestone)}\n"
        f"#deadline = {today + dt.timedelta(weeks=3 * number)}T18:00:00\n\n"
        for number, milestone in enumerate(milestones, start=1)
    ]
    url = database or "postgresql+psycopg://user@host/database"
    values = {
        "name": _quoted(name),
        "semester": _quoted(semester),
        "language": _quoted(language),
        "time_zone": _quoted(time_zone),
        "max_size": str(max_group_size),
        "day": (today + dt.timedelta(weeks=1)).isoformat(),
        "milestones": "".join(parts).removesuffix("\n"),
        "database": f"{'' if database else '#'}database = {_quoted(url)}",
    }
    text = re.sub("@([a-z_]+)@", lambda match: values[match[1]], _SKELETON)
    parse_course(text.encode("utf-8"))
    return text


def _quoted(text: str) -> str:
    return toml_string(text).as_string()

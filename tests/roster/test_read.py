"""Rosters from the places where courses are administered, and what is odd in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.errors import InputError
from coursekit.roster import Entry, Reading, entry_of, read_roster
from coursekit.roster.format import all_formats


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str, *, encoding: str = "utf-8", **options) -> Reading:
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path, **options)

    return read


def only(reading: Reading) -> Entry:
    (entry,) = reading.entries
    assert reading.rejected == ()
    return entry


def test_github_classroom(read) -> None:
    reading = read(
        '"identifier","github_username","github_id","name"\n'
        '"ada@example.org","adalove","4711","ada <3"\n'
        '"Muster, Ben","","",""\n'
        '"s123456","cleo","42",""\n'
    )
    assert reading.format == "GitHub Classroom"
    assert reading.entries == (
        Entry(2, "ada <3", "ada@example.org", "adalove", "4711", nickname=True),
        Entry(3, "Muster, Ben"),
        Entry(4, "", "", "cleo", "42", "s123456", nickname=True),
    )


def test_classroom50(read) -> None:
    reading = read(
        "username,first_name,last_name,email,section,github_id,role\n"
        "adalove,Ada,Lovelace,ada@example.org,Lab 1,4711,student\n"
        "mquintero,,,,,10482913,student\n"
        "grace,Grace,Hopper,grace@example.org,,1,teacher\n"
        "tim,Tim,A,,,2,ta\n"
        "old,Old,Name,,,3,instructor\n"
    )
    assert reading.format == "Classroom 50"
    assert reading.entries == (
        Entry(2, "Ada Lovelace", "ada@example.org", "adalove", "4711", section="Lab 1"),
        Entry(3, "", "", "mquintero", "10482913"),
    )
    assert [(remark.line, remark.message) for remark in reading.left_out] == [
        (4, "the role is 'teacher'"),
        (5, "the role is 'ta'"),
        (6, "the role is 'instructor'"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "First name,Surname,ID number,Email address",
        "First name;Last name;ID number;Email address",
        "Vorname;Nachname;ID-Nummer;E-Mail-Adresse",
        "VORNAME\tnachname\tId-Nummer\te-mail-adresse",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_moodle(read, header: str, encoding: str) -> None:
    separator = next(char for char in ";\t," if char in header)
    row = separator.join(("Jürgen", "Groß", "s123456", "j.gross@example.org"))
    reading = read(f"{header}\n{row}\n", encoding=encoding)
    assert reading.format == "Moodle"
    assert only(reading) == Entry(2, "Jürgen Groß", "j.gross@example.org", id_number="s123456")


def test_moodles_groups_and_roles(read) -> None:
    reading = read(
        "Nachname,Vorname,E-Mail-Adresse,Rollen,Gruppen,Letzter Zugriff\n"
        "Groß,Jürgen,j@example.org,Teilnehmer/in,Birds,gestern\n"
        "Beispiel,Ada,a@example.org,Teilnehmer/in,Keine Gruppen,heute\n"
        'Muster,Ben,b@example.org,Teilnehmer/in,"Birds, Trees",heute\n'
        'Lehrer,Lea,l@example.org,"Teilnehmer/in, Trainer/in",,heute\n'
    )
    assert [(entry.name, entry.group) for entry in reading.entries] == [
        ("Jürgen Groß", "Birds"),
        ("Ada Beispiel", ""),
        ("Ben Muster", ""),
    ]
    assert reading.unused == ("Letzter Zugriff",)
    assert [remark.message for remark in reading.warnings] == [
        "group 'Birds, Trees': these are several; none is taken"
    ]
    assert [remark.message for remark in reading.left_out] == ["the role is 'Trainer/in'"]


def test_opencampus(read) -> None:
    text = (
        "first name,last name,e-mail,status\n"
        "Ada,A,a@x,CONFIRMED\nBen,B,b@x,COMPLETED\nCleo,C,c@x,bestätigt\nDan,D,d@x,\n"
        "Eve,E,e@x,INVITED\nFay,F,f@x,APPLIED\nGus,G,g@x,REJECTED\nHal,H,h@x,ABORTED\nIda,I,i@x,CANCELLED\n"
    )
    reading = read(text)
    assert reading.format == "edu.opencampus.sh"
    assert [entry.name for entry in reading.entries] == ["Ada A", "Ben B", "Cleo C", "Dan D"]
    assert [remark.line for remark in reading.left_out] == [6, 7, 8, 9, 10]
    assert "Eve E" in [entry.name for entry in read(text, status=["invited"]).entries]


def test_a_plain_file_in_any_order(read) -> None:
    reading = read("Group;EMAIL;Name;repository\nbirds;a@x;Ada;https://git.example.org/g/birds/\n")
    assert reading.format == "plain"
    assert only(reading) == Entry(
        2, "Ada", "a@x", group="birds", repository="https://git.example.org/g/birds"
    )


def test_any_other_by_saying_what_is_what(read) -> None:
    text = "Zeitstempel,Wie heißt du?,Deine Mail,GitHub?\n1.1.,Ada,a@x,https://github.com/adalove\n"
    with pytest.raises(InputError, match="its columns are 'Zeitstempel', 'Wie heißt du") as caught:
        read(text)
    assert "--map" in caught.value.hint
    mapping = {"name": "wie heisst du", "email": "3"}
    reading = read(text, mapping=mapping)
    assert only(reading) == Entry(2, "Ada", "a@x", "adalove")
    assert reading.columns == (("name", "Wie heißt du?"), ("e-mail", "Deine Mail"), ("account", "GitHub?"))


def test_a_field_can_be_left_unused(read) -> None:
    assert only(read("name,group\nAda,Tutorial 1\n", mapping={"group": ""})).group == ""


@pytest.mark.parametrize(
    ("mapping", "said", "hint"),
    [
        ({"nmae": "x"}, "a field that a roster has", "'name'"),
        ({"colour": "x"}, "a field that a roster has", "Fields are"),
        ({"name": "Nmae"}, "it is not there", "'Name'"),
        ({"name": "9"}, "it is not there", "Columns are"),
        ({"name": "Mail"}, "it is twice there", "Columns are"),
    ],
)
def test_what_was_said_must_be_there(read, mapping: dict[str, str], said: str, hint: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read("Name,Mail,mail\nAda,a@x,b@x\n", mapping=mapping)
    assert hint in caught.value.hint


def test_two_columns_for_one_thing(read) -> None:
    with pytest.raises(InputError, match=r"'E-Mail' \(column 2\) and 'Email address' \(column 3\)") as caught:
        read("name,E-Mail,Email address\nAda,a@x,b@x\n")
    assert "--map email=2" in caught.value.hint
    assert only(read("name,E-Mail,Email address\nAda,a@x,b@x\n", mapping={"email": "3"})).email == "b@x"
    assert only(read("name,note,note\nAda,1,2\n")).name == "Ada"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ada Lovelace,ada@example.org\n", "the names of the columns in the first row"),
        ("name,email\n", "expected rows below the header"),
        ("name,email\n,\n", "expected rows below the header"),
        ('"name,email\n', "its first row cannot be read"),
        ('"name\nemail,x\n', "line 1 cannot be read"),
        ("a,b\n1,2\n", "its columns are 'a', 'b'"),
        (",".join(f"c{n}" for n in range(30)) + "\n1\n", "and 18 more"),
        ("name\n" + "Ada\n" * 20_001, "at most 20000 rows"),
    ],
)
def test_files_in_which_there_is_no_roster(read, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(text)


def test_rows_that_cannot_be_read_are_named_and_the_others_go_in(read) -> None:
    reading = read(
        "name,email,group\n"
        "Ada,a@x,G\n"
        "Ben,ben(at)x,G\n"
        ",,G\n"
        "Cleo,c@x,G,more\n"
        '"Dan,d@x,G\n'
        "Eve\n"
        f"{'F' * 101},f@x,\n"
        "Gus,g@x,,,\n"
        "\u200b\u200e,h@x,\n"
    )
    assert [entry.name for entry in reading.entries] == ["Ada", "Eve", "Gus"]
    assert [(remark.line, remark.message.split(",")[0].split(";")[0]) for remark in reading.rejected] == [
        (3, "expected an e-mail address"),
        (4, "expected a name"),
        (5, "expected 3 cells"),
        (6, "expected cells separated by commas"),
        (8, "expected at most 100 characters in a cell"),
        (10, "expected a name"),
    ]
    assert [(remark.line, remark.message) for remark in reading.warnings] == [
        (7, "expected 3 cells, but found 1; the others are taken as empty")
    ]


@pytest.mark.parametrize(
    ("cell", "name", "said"),
    [
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "formula"),
        ("+1", "+1", "formula"),
        ("'=1+1", "=1+1", "formula"),
        ("\x1b[31mAda\x07", "[31mAda", "control characters"),
        ("A\0da", "Ada", "control characters"),
        ("JÃ¼rgen", "JÃ¼rgen", "look broken"),
        ("  Ada \u00a0  B ", "Ada B", ""),
        ("Cafe\u0301", "Café", ""),
        ("O'Brien-Šimić, José (Pepe)", "O'Brien-Šimić, José (Pepe)", ""),
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}", ""),
    ],
)
def test_what_is_odd_in_a_cell_is_text(read, cell: str, name: str, said: str) -> None:
    reading = read(f"name;email\n{cell};a@x\n")
    assert only(reading).name == name
    assert [said in remark.message for remark in reading.warnings] == [True] * bool(said)


@pytest.mark.parametrize(
    ("field", "cell", "value", "noted"),
    [
        ("account", "@adalove", "adalove", False),
        ("account", "https://github.com/adalove/", "adalove", False),
        ("account", "github.com/adalove", "adalove", False),
        ("account", "Ada Lovelace", "", True),
        ("account", "-x", "", True),
        ("github id", "0042", "42", False),
        ("github id", "4.02E+07", "", True),
        ("id number", "1.23457E+11", "", True),
        ("id number", "s-12/34", "s-12/34", False),
        ("group", "–", "", False),
        ("group", "\u200b", "", True),
        ("repository", "git@git.example.org:g/birds.git", "git@git.example.org:g/birds.git", False),
        ("repository", "ext::sh -c x", "", True),
        ("repository", "--upload-pack=x", "", True),
        ("repository", "file:///etc/passwd", "", True),
        ("email", "mailto:ada@example.org", "ada@example.org", False),
    ],
)
def test_what_a_person_can_do_without_is_left_out_and_noted(
    read, field: str, cell: str, value: str, noted: bool
) -> None:
    reading = read(f"name;{field}\nAda;{cell}\n")
    entry = only(reading)
    attribute = {"github id": "account_id", "id number": "id_number"}.get(field, field)
    assert getattr(entry, attribute) == value
    assert bool(reading.warnings) is noted
    assert all("left out" in remark.message for remark in reading.warnings)


def test_a_password_in_a_repositorys_address_is_not_repeated(read) -> None:
    reading = read("name,repository\nAda,https://ada:s3cret@git.example.org/g/birds\n")
    assert only(reading).repository == ""
    assert "s3cret" not in repr(reading)


def test_what_is_typed_by_hand_is_checked_as_strictly_as_it_can_be() -> None:
    assert entry_of({"name": " Ada  L ", "email": "", "account": "@ada"}) == Entry(0, "Ada L", account="ada")
    for field in ("email", "account", "id_number", "repository", "group"):
        with pytest.raises(InputError):
            entry_of({"name": "Ada", field: "1e+12" if field == "id_number" else "\u200b"})
    with pytest.raises(InputError, match="expected a name"):
        entry_of({"name": " "})


def test_each_format_is_found_and_says_what_it_is() -> None:
    assert {one.title for one in all_formats()} == {
        "GitHub Classroom",
        "Classroom 50",
        "Moodle",
        "edu.opencampus.sh",
        "plain",
    }

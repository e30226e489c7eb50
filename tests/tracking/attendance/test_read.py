"""Lists of participants from the places that write them, in all their spellings; all people are made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.errors import InputError
from coursekit.tracking.attendance.format import all_formats
from coursekit.tracking.attendance.listing import Listing
from coursekit.tracking.attendance.read import parse_listing, read_listing

ROW = "10/14/2026 06:00:00 PM,10/14/2026 07:00:00 PM,60,No"


def rows_of(listing: Listing) -> list[tuple[object, ...]]:
    assert listing.rejected == ()
    return [
        (
            entry.line,
            entry.name,
            entry.email,
            entry.joined.text if entry.joined else None,
            entry.left.text if entry.left else None,
            entry.seconds,
        )
        for entry in listing.entries
    ]


def read(text: str, encoding: str = "utf-8", **options) -> Listing:  # type: ignore[no-untyped-def]
    return parse_listing(text.encode(encoding), "list.csv", **options)


ANNA = (2, "Anna Berg", "anna@example.org", "10/14/2026 06:00:00 PM", "10/14/2026 07:00:00 PM", 3600)


@pytest.mark.parametrize(
    "header",
    [
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest",
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest",
        "Name (Originalname),Benutzer-E-Mail,Beitrittszeit,Verlassenszeit,Dauer (Minuten),Gast",
        "Name (ursprünglicher Name),E-Mail,Beitrittszeit,Austrittszeit,Dauer (Minuten),Gast",
        "Nome (nome originale),E-mail,Ora di ingresso,Ora di uscita,Durata (minuti),Guest",
        "이름(원래 이름),이메일,참가 시간,나간 시간,기간(분),게스트",
        "User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_zoom_in_its_languages_and_spellings(header: str, encoding: str) -> None:
    listing = read(f"{header}\nAnna Berg,anna@example.org,{ROW}\n", encoding)
    assert listing.format == "Zoom"
    assert rows_of(listing) == [ANNA]


@pytest.mark.parametrize(
    "above",
    [
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n853 1234 5678,DL,10/14/2026 05:55:00 PM,10/14/2026 08:10:00 PM,host@example.org,135,3\n\n",
        'Topic,ID,Host,Duration (minutes),Start time,End time,Participants\nDL,853,Host,135,"10/14/2026 05:55:00 PM","10/14/2026 08:10:00 PM",3\n\n',
    ],
)
def test_zoom_with_a_block_about_the_meeting(above: str) -> None:
    header = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    listing = read(f"{above}{header}Anna Berg,anna@example.org,{ROW}\nAnni (Kurz),,{ROW}\n")
    assert [(row[0], row[1], row[2]) for row in rows_of(listing)] == [
        (5, "Anna Berg", "anna@example.org"),
        (6, "Anni (Kurz)", None),
    ]
    assert listing.start is not None
    assert listing.end is not None
    assert (listing.start.text, listing.end.text) == ("10/14/2026 05:55:00 PM", "10/14/2026 08:10:00 PM")


@pytest.mark.parametrize(("delimiter", "words"), [(";", "semicolons"), ("\t", "tabs"), (",", "commas")])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16-le"])
def test_german_dates_separators_and_encodings(delimiter: str, words: str, encoding: str) -> None:
    text = (
        "Name (Originalname);Benutzer-E-Mail;Beitrittszeit;Verlassenszeit;Dauer (Minuten);Gast\n"
        "Jürgen Groß;;14.10.2026 18:00:00;14.10.2026 19:00:00;60;Nein\n"
    ).replace(";", delimiter)
    listing = read(text, encoding)
    assert listing.separated_by == words
    assert rows_of(listing) == [(2, "Jürgen Groß", None, "14.10.2026 18:00:00", "14.10.2026 19:00:00", 3600)]


def test_zoom_totals() -> None:
    listing = read("Name (original name),Email,Total duration (minutes),Guest\nAnna Berg,,61,No\n")
    assert rows_of(listing) == [(2, "Anna Berg", None, None, None, 3660)]
    assert not listing.has_times


def test_zoom_of_a_month_has_the_meeting_in_every_row() -> None:
    listing = read(
        "Topic,Type,ID,Host name,Host email,Start time,End time,Participants,Duration (minutes),"
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest\n"
        f"DL,Meeting,1,H,host@example.org,10/14/2026 17:55,10/14/2026 20:10,3,135,Anna Berg,anna@example.org,{ROW}\n"
    )
    assert rows_of(listing) == [ANNA]


def test_a_webinar_has_several_tables_and_people_who_never_came() -> None:
    listing = read(
        "Attendee Report\nTopic,Webinar ID,Actual Start Time,Actual Duration (minutes)\n"
        'DL,000,"10/14/2026 06:00:00 PM",120\n'
        "Host Details\n"
        "Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest\n"
        f"Yes,Dr. Host,host@example.org,{ROW}\n"
        "Attendee Details\n"
        "Attended,User Name (Original Name),First Name,Last Name,Email,Join Time,Leave Time,"
        "Time in Session (minutes),Is Guest,Country/Region Name\n"
        f"Yes,Anna Berg,Anna,Berg,anna@example.org,{ROW},\n"
        "No,Ben Kurz,Ben,Kurz,ben@example.org,--,--,--,No,\n"
    )
    assert [row[1] for row in rows_of(listing)] == ["Dr. Host", "Anna Berg"]
    assert [(one.line, one.name) for one in listing.left_out] == [(10, "Ben Kurz")]


def test_the_waiting_room_is_not_the_meeting() -> None:
    listing = read(
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room\n"
        f"Anna Berg,anna@example.org,{ROW},No\nBen Kurz,,{ROW},Yes\n"
    )
    assert [row[1] for row in rows_of(listing)] == ["Anna Berg"]
    assert [(one.line, one.message) for one in listing.left_out] == [
        (3, "in the waiting room, not in the meeting")
    ]


TEAMS = (
    "1. Summary\nMeeting title\tDL, part a, b, c\nStart time\t10/14/26, 5:55:11 PM\nEnd time\t10/14/26, 8:31:02 PM\n\n"
    "2. Participants\nName\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole\n"
    "Anna Berg\t10/14/26, 6:00:00 PM\t10/14/26, 8:30:00 PM\t1h 30m\tanna@example.org\tanna@example.org\tAttendee\n"
)


def test_teams_counts_single_stays_where_it_has_them() -> None:
    whole = read(TEAMS, "utf-16")
    assert whole.format == "Microsoft Teams"
    assert rows_of(whole) == [
        (8, "Anna Berg", "anna@example.org", "10/14/26, 6:00:00 PM", "10/14/26, 8:30:00 PM", 5400)
    ]
    stays = (
        "\n3. In-Meeting Activities\nName\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
        "Anna Berg\t10/14/26, 6:00:00 PM\t10/14/26, 7:00:00 PM\t1h\tanna@example.org\tAttendee\n"
        "Anna Berg\t10/14/26, 8:00:00 PM\t10/14/26, 8:30:00 PM\t30m\tanna@example.org\tAttendee\n"
        "\n4. Something new\nA\tB\nx\ty\n"
    )
    assert [(row[0], row[5]) for row in rows_of(read(TEAMS + stays, "utf-16"))] == [(12, 3600), (13, 1800)]


def test_teams_may_say_that_times_are_in_utc() -> None:
    listing = read(
        "Full Name\tFirst Join (UTC)\tLast Leave (UTC)\tDuration\tEmail\n"
        "Anna Berg\t10/14/2026, 4:00:00 PM\t10/14/2026, 5:00:00 PM\t1h\t\n"
    )
    assert [entry.joined.offset is not None for entry in listing.entries if entry.joined] == [True]


def test_bigbluebutton_and_meet() -> None:
    listing = read(
        "Name,Moderator,Activity Score,Talk Time,Webcam Time,Messages,Reactions,Poll Votes,Raise Hands,Join,Left,"
        "Duration,Which one?\n"
        '"Anna Berg","FALSE","3,5","00:01:00","-","1","0","0","0","10/14/2026, 06:02:11 PM",'
        '"10/14/2026, 08:02:11 PM","01:30:00","A"\n"Anonymous","","","","","","","","","","","","A\r\nB"\n'
    )
    assert listing.format == "BigBlueButton"
    assert [(row[1], row[5]) for row in rows_of(listing)] == [("Anna Berg", 5400)]
    meet = read(
        "First name,Last name,Email,Duration,Time joined,Time exited\n"
        "Anna,Berg,anna@example.org,1 hr 5 min,6:00 PM,7:05 PM\n"
    )
    assert meet.format == "Google Meet"
    assert rows_of(meet) == [(2, "Anna Berg", "anna@example.org", "6:00 PM", "7:05 PM", 3900)]


def test_plain_lists() -> None:
    assert rows_of(read("sep=;\nName;Minuten\nAnna Berg;60\n")) == [(3, "Anna Berg", None, None, None, 3600)]
    assert rows_of(read("email\nanna@example.org\n")) == [
        (2, "anna@example.org", "anna@example.org", None, None, None)
    ]
    assert rows_of(read("Nachname,Vorname,von,bis\nBerg,Anna,18:00,19:00\n")) == [
        (2, "Anna Berg", None, "18:00", "19:00", None)
    ]
    there = read("name;anwesend\nAnna Berg;x\nBen Kurz;\nJo;nein\n")
    assert [row[1] for row in rows_of(there)] == ["Anna Berg"]
    assert [one.name for one in there.left_out] == ["Ben Kurz", "Jo"]
    # A title above the table, and a name alone in a row that should have minutes.
    assert [one.line for one in read("My list\n\nname,minutes\nAnna Berg,60\nBen Kurz\n").rejected] == [5]


def test_columns_can_be_named() -> None:
    text = "Wer,Wann da,Wann weg\nAnna Berg,18:00,19:00\n"
    with pytest.raises(InputError, match="its columns are 'Wer', 'Wann da', 'Wann weg'"):
        read(text)
    mapping = {"name": "wer", "joined": "2", "left": "Wann weg", "email": ""}
    assert rows_of(read(text, mapping=mapping)) == [(2, "Anna Berg", None, "18:00", "19:00", None)]
    with pytest.raises(InputError, match="expected columns 'Wen'"):
        read(text, mapping={"name": "Wen"})
    with pytest.raises(
        InputError, match="a field that a list of participants has, but found 'nam'"
    ) as caught:
        read(text, mapping={"nam": "Wer"})
    assert caught.value.hint == "Did you mean 'name'?"
    known = read(
        f"Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,Matrikel\nx,,{ROW},Anna\n",
        mapping={"name": "Matrikel"},
    )
    assert [row[1] for row in rows_of(known)] == ["Anna"]


def test_rows_that_cannot_be_read_are_named() -> None:
    listing = read(
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest\n"
        "A,,32.10.2026 18:00,14.10.2026 19:00,60,No\n"
        ",,14.10.2026 18:00,14.10.2026 19:00,60,No\n"
        '"C,,14.10.2026 18:00,14.10.2026 19:00,60,No\n'
        "D,,,,,No\n"
        "E,n/a,14.10.2026 18:00,14.10.2026 19:00,long,No\n"
    )
    assert listing.entries == ()
    assert [(one.line, one.name) for one in listing.rejected] == [
        (2, "A"),
        (3, ""),
        (4, ""),
        (5, "D"),
        (6, "E"),
    ]
    assert "no day '32.10.2026 18:00'" in listing.rejected[0].message
    odd = read("name,present\nAnna,perhaps\n")
    assert [one.message for one in odd.rejected] == ["expected yes or no, but found 'perhaps'"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"name,email\nAnna\x00,\n", "line 2 of x.csv holds a NUL byte"),
        (b"PK\x03\x04" + b"x" * 100, "a spreadsheet"),
        (bytes(range(256)) * 20, "a binary file"),
        (b"name,minutes\n", "expected rows below the headings"),
        (b"1,2,3\n4,5,6\n", "expected a list of participants"),
        (b"name," * 1_000_000, "expected a list of participants"),
        (b"name,minutes\n" + b"A,1\n" * 100_001, "at most 100,000 rows"),
        (b"name,minutes\n" + b"Anna Berg,1\n" * 1_000_000, "at most 10 MB"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_listing(tmp_path / "x.csv")


def test_a_folder_or_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found a folder"):
        read_listing(tmp_path)
    with pytest.raises(InputError, match="found nothing"):
        read_listing(tmp_path / "x.csv")


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: f"name,minutes\n{text}".encode("utf-8", "replace"))
)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        listing = parse_listing(data, "x.csv")
    except InputError as error:
        assert error.message
    else:
        assert listing.entries or listing.rejected or listing.left_out


def test_every_format_has_headings_that_compare() -> None:
    from coursekit.csvread import comparable_heading

    for one in all_formats():
        for heading in (*one.headings, *one.own, *one.start, *one.end):
            assert heading == comparable_heading(heading)

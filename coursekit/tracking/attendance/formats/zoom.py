"""Zoom: the report of a meeting's participants in its languages and spellings, and a webinar's report of attendees.

The details have a row for each time that somebody joined; the short form has the total of each participant. Above
may stand a block about the meeting. The report over a month has the meeting's columns in front of the participant's.
"""

from __future__ import annotations

from coursekit.tracking.attendance.format import Format

FORMAT = Format(
    title="Zoom",
    columns={
        "name": (
            *("name original name", "user name original name", "user name"),
            *("name originalname", "name ursprünglicher name", "benutzername originalname", "benutzername"),
            *("nom nom d origine", "nom nom original", "nome nome originale", "nombre nombre original"),
            *(
                "nome nome original",
                "naam oorspronkelijke naam",
                "이름 원래 이름",
                "名前 元の名前",
                "姓名 原始姓名",
            ),
        ),
        "email": (
            *("user email", "email", "e mail", "email address", "e mail address"),
            *("benutzer e mail", "e mail adresse", "e mail adresse des benutzers", "e mail des benutzers"),
            *("adresse e mail", "e mail de l utilisateur", "email dell utente", "correo electrónico"),
            *("correo electrónico del usuario", "e mail do usuário", "이메일", "メール", "メールアドレス"),
        ),
        "joined": (
            *(
                "join time",
                "beitrittszeit",
                "zeitpunkt des beitritts",
                "uhrzeit des beitritts",
                "beitritt um",
            ),
            *("teilnahmezeit", "beigetreten um", "beginn der teilnahme", "ora di ingresso", "ora di entrata"),
            *(
                "heure d arrivée",
                "heure d entrée",
                "hora de ingreso",
                "hora de entrada",
                "참가 시간",
                "参加時刻",
            ),
        ),
        "left": (
            *("leave time", "verlassenszeit", "austrittszeit", "zeitpunkt des verlassens", "verlassen um"),
            *("uhrzeit des verlassens", "ende der teilnahme", "ora di uscita", "heure de départ"),
            *("heure de sortie", "hora de salida", "hora de saída", "나간 시간", "退出時刻"),
        ),
        "duration": (
            *("duration minutes", "total duration minutes", "time in session minutes"),
            *("dauer minuten", "dauer in minuten", "gesamtdauer minuten", "gesamtdauer in minuten"),
            *("sitzungszeit minuten", "zeit in sitzung minuten", "durata minuti", "durata totale minuti"),
            *("durée minutes", "durée totale minutes", "duración minutos", "duración total minutos"),
            *("duração minutos", "duração total minutos", "기간 분", "所要時間 分", "時間 分"),
        ),
        "waiting": (
            *(
                "in waiting room",
                "im warteraum",
                "in sala d attesa",
                "en salle d attente",
                "en sala de espera",
            ),
            *("na sala de espera", "대기실에 있음"),
        ),
        "present": ("attended", "teilgenommen"),
    },
    needs=(("name",), ("duration", "joined")),
    own=frozenset(
        (
            *("name original name", "user name original name", "name originalname", "nome nome originale"),
            *(
                "name ursprünglicher name",
                "nom nom d origine",
                "nombre nombre original",
                "nome nome original",
            ),
            *(
                "이름 원래 이름",
                "名前 元の名前",
                "guest",
                "gast",
                "user email",
                "benutzer e mail",
                "is guest",
            ),
            *("total duration minutes", "gesamtdauer minuten", "duration minutes", "dauer minuten"),
            *("time in session minutes", "in waiting room", "im warteraum"),
        )
    ),
    start=frozenset(
        (
            *("start time", "actual start time", "startzeit", "tatsächliche startzeit", "beginn"),
            *("ora di inizio", "heure de début", "hora de inicio", "hora de início", "시작 시간", "開始時刻"),
        )
    ),
    end=frozenset(
        (
            *("end time", "endzeit", "ende", "ora di fine", "heure de fin", "hora de finalización"),
            *("hora de término", "종료 시간", "終了時刻"),
        )
    ),
)

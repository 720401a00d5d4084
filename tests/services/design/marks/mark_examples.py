"""A model for each kind of mark that has it once, and what gets it ready to be asked."""

from __future__ import annotations

from pathlib import Path

from workbench.project.project import load_project
from workbench.project.project_file import read_document
from workbench.services.design.design_text import DesignText
from workbench.services.design.marks.find_marks import marks_of
from workbench.tusk import parse

PARCEL = """\
[aggregate.parcel]
description: "A parcel."
state { status { type: "choice", choices: ["packed", "sent", "lost"] } }

[event.parcel.packed]
fields { weight: "integer" }
set { status: "'packed'" }

[event.parcel.sent]
set { status: "'sent'" }

[command.pack_parcel]
creates: "parcel"
fields { parcel_id: "string", weight: "integer" }
emit: "parcel.packed"

[command.send_parcel]
changes: "parcel"
fields { parcel_id: "string" }
refuse { sent { when: "state.status == 'sent'", message: "it is sent" } }
emit: "parcel.sent"

[projection.parcels]
columns { id: "text", weight: "integer", status: "text" }
on {
    "parcel.packed": { put { weight: "event.weight", status: "'packed'" } }
    "parcel.sent": { set { status: "'sent'" } }
}
"""
"""Has no mark."""

NOTE = """
[event.parcel.noted]
fields { words: "string" }

[command.note]
changes: "parcel"
fields { parcel_id: "string", words: "string" }
emit: "parcel.noted"
"""
WATCH = """
[process.watch]
key: "id"
on {
    "parcel.packed": { starts: true, issue: "remind", with { parcel_id: "id" }, after: "1d" }
    "parcel.sent": { ends: true }
}

[event.parcel.reminded]
set { status: "'lost'" }

[command.remind]
changes: "parcel"
fields { parcel_id: "string" }
refuse { sent { when: "state.status == 'sent'", message: "it is sent" } }
emit: "parcel.reminded"
"""
PING = """
[event.parcel.pinged]
[command.ping]
changes: "parcel"
fields { parcel_id: "string" }
emit: "parcel.pinged"
[policy.again]
on: ["parcel.packed", "parcel.pinged"]
issue: "ping"
with { parcel_id: "id" }
"""

VAN = """
[aggregate.van]

[event.van.unloaded]
fields { parcel_id: "string" }

[command.unload]
changes: "van"
fields { van_id: "string", parcel_id: "string" }
emit: "van.unloaded"
"""

LOST = """
[event.parcel.lost]
set { status: "'lost'" }
"""

EXAMPLES = {
    "A-UNEMITTED": (
        "event parcel.lost",
        PARCEL
        + LOST
        + '[command.lose_parcel]\nchanges: "parcel"\nfields { parcel_id: "string" }\n'
        + 'refuse { lost { when: "state.status == \'lost\'", message: "it is lost" } }\n',
    ),
    "A-UNREAD": ("event parcel.noted", PARCEL + NOTE),
    "A-FIELD": (
        "event parcel.sent",
        PARCEL.replace("[event.parcel.sent]\n", '[event.parcel.sent]\nfields { by: "string?" }\n'),
    ),
    "A-STATE": (
        "aggregate parcel",
        PARCEL.replace("state { status", 'state { weight { type: "integer", default: 0 }, status'),
    ),
    "A-ROWS": (
        "projection parcels",
        PARCEL.replace('"parcel.packed": { put {', '"parcel.packed": { set {'),
    ),
    "A-COLUMN": ("projection parcels", PARCEL.replace('put { weight: "event.weight", ', "put { ")),
    "A-MONEY": (
        "projection parcels",
        PARCEL.replace('weight: "integer", status: "text"', 'weight: "number", status: "text"').replace(
            'weight: "integer" }', 'weight: "money" }'
        ),
    ),
    "A-NULL": (
        "command pack_parcel",
        PARCEL.replace(
            'parcel_id: "string", weight: "integer" }',
            'parcel_id: "string", weight: "integer", most: "integer?" }\n'
            'refuse { heavy { when: "command.weight > command.most", message: "it is too heavy" } }',
        ),
    ),
    "A-GIVER": (
        "command pack_parcel",
        PARCEL.replace('creates: "parcel"', 'creates: "parcel"\nby: "clerk"')
        + "\n[actor.clerks]\n"
        + '[policy.again]\non: "parcel.sent"\nissue: "send_parcel"\nwith { parcel_id: "id" }\n',
    ),
    "A-GUARD": ("command send_parcel", PARCEL.replace("state.status == 'sent'", "state.status == 'lost'")),
    "A-REFUSE": (
        "command send_parcel",
        PARCEL.replace('refuse { sent { when: "state.status == \'sent\'", message: "it is sent" } }\n', ""),
    ),
    "A-UNISSUED": (
        "command send_parcel",
        PARCEL.replace('creates: "parcel"', 'creates: "parcel"\nby: "clerk"')
        + '\n[actor.clerk]\ndescription: "Packs."\n',
    ),
    "A-LOOP": ("policy again", PARCEL + PING),
    "A-END": ("process watch", PARCEL + WATCH.replace("{ ends: true }", '{ withdraw: "remind" }')),
    "A-TIMEOUT": ("process watch", PARCEL + WATCH),
    "A-FILL": (
        "projection parcels",
        PARCEL.replace(
            """"weight: "event.weight", status: "'packed'" """[1:].rstrip(), 'weight: "event.weight"'
        ),
    ),
    "A-EXISTS": (
        "policy tell",
        PARCEL
        + '[aggregate.letter]\n[event.letter.written]\n[command.write_letter]\ncreates: "letter"\n'
        + 'fields { letter_id: "string" }\nemit: "letter.written"\n'
        + '[policy.tell]\non: "parcel.sent"\nissue: "write_letter"\nwith { letter_id: "id" }\n'
        + '[projection.letters]\ncolumns { id: "text", n: "integer" }\n'
        + 'on { "letter.written": { count: "n" } }\n',
    ),
    "A-ID": (
        "process watch",
        PARCEL
        + VAN
        + '[process.watch]\nkey: "id"\non {\n    "parcel.packed": { starts: true, issue: "send_parcel", '
        + 'with { parcel_id: "id" }, refused: "nothing" }\n    "van.unloaded": { ends: true }\n}\n',
    ),
    "A-TARGET": (
        "command weigh",
        PARCEL
        + VAN
        + '[event.van.weighed]\n[command.weigh]\nchanges: "van"\nfields { parcel_id: "string" }\n'
        + 'emit: "van.weighed"\n[projection.vans]\ncolumns { id: "text", n: "integer" }\n'
        + 'on { "van.weighed": { count: "n" }, "van.unloaded": { count: "n" } }\n',
    ),
    "A-TOPIC": (
        "topics mail",
        '[topics]\nmail { }\n[routing]\nmail { pattern: "parcel.*", topics: ["mail"] }\n' + PARCEL,
    ),
    "A-UNUSED": ("topics mail", "[topics]\nmail { }\n" + PARCEL),
    "A-ROUTE": (
        "routing letters",
        '[topics]\nmail { }\n[routing]\nall { pattern: "parcel.*", topics: "mail" }\n'
        'letters { pattern: "letter.*", topics: "mail" }\n'
        '[subscriptions]\npost { topic: "mail", handler: "post" }\n[handler.post]\npublish: "mail"\n'
        + PARCEL,
    ),
    "A-NAMES": (
        "projection Parcels",
        PARCEL + PARCEL[PARCEL.index("[projection.") :].replace("[projection.p", "[projection.P"),
    ),
}
"""By code: what is marked, and the text of a project file."""


def design_of(text: str) -> DesignText:
    """Returns a project file as a design."""
    return DesignText(project=parse(text, "project.tsk"))


def marks_in(design: DesignText):
    """Loads a design and returns its marks; raises where it does not load."""
    file = read_document(design.project, Path("/nowhere/project.tsk"), environ={})
    project = load_project(file.path.parent, environ={}, trusted=True, file=file)
    return marks_of(file, project.registry, project.warnings)

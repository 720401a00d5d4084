"""A small project as text, and a mark for the place that a test is about."""

from __future__ import annotations

from pathlib import Path

from workbench.services.design.marks.find_marks import marks_of
from workbench.services.design.text_check import check_project_text

PROJECT = """\
[topics]
mails { description: "For the mail server" }

[subscriptions]
sender { topic: "mails", handler: "send", filter: "data.id != ''" }

[routing]
all { pattern: "order.*", topics: ["mails"] }

[types]
color { type: "choice", choices: ["red", "blue"] }
line { type: "object", fields { price: "decimal", count: "integer" } }

[aggregate.order]
description: "What somebody wants"
state { color: "color?", total: "decimal?" }

[event.order.placed]
description: "Somebody wants it"
fields { id: "uuid", color: "color", total: "decimal" }
set { color: "event.color", total: "event.total" }

[event.order.paid]
description: "It is paid"
fields { id: "uuid" }

[aggregate.bill]

[event.bill.sent]
fields { id: "uuid" }

[command.place]
creates: "order"
fields { id: "uuid", color: "color", lines { type: "list", of: "line" } }
emit: "order.placed"
with {
    total: "sum(command.lines.map(line, line.price))"
}

[command.pay]
changes: "order"
fields { id: "uuid" }
refuse {
    red { when: "state.color == 'red'", message: "{state.color} is never paid" }
}
emit: "order.paid"

[projection.orders]
columns { id: "text", color { type: "text", index: true }, paid: "integer" }
on {
    "order.placed" { put { color: "event.color", paid: "0" } }
    "order.paid" { count: "paid" }
}

[query.orders]
list: "orders"
order: "color"

[process.payment]
key: "id"
state { seen: "boolean" }
on {
    "order.placed" { starts: true, set { seen: "true" }, issue: "pay" }
}

[handler.send]
event: "order.placed"
publish: "mails"
"""
MARK = "‸"


def checked(text=PROJECT):
    """Checks a text as the project file."""
    return check_project_text(text, Path("project.tsk"), environ={}, running=None, advise=marks_of)


def placed(old, new):
    """Returns the project with a piece exchanged for one with a mark, without the mark, and its offset."""
    assert old in PROJECT
    text = PROJECT.replace(old, new, 1)
    offset = text.index(MARK)
    return text.replace(MARK, ""), offset

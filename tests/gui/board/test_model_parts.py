"""What the blueprint tells of a model, and what of an earlier one it takes over."""

from __future__ import annotations

from tests.conftest import ROOT
from workbench.gui.board.model_parts import parts_of
from workbench.project.project import load_project


def test_what_two_models_have_in_common_has_the_same_fields_and_the_rest_is_read(tmp_path):
    text = (ROOT / "resources" / "samples" / "users-declared" / "project.tsk").read_text()
    file = tmp_path / "project.tsk"
    file.write_text(text)
    first = load_project(tmp_path, environ={}, trusted=True)
    changed = '[event.outage.reported]\ndescription: "Mail to a domain cannot be delivered."\nfields {\n'
    assert changed in text
    file.write_text(text.replace(changed, f'{changed}  note: "string?"\n'))
    second = load_project(tmp_path, environ={}, trusted=True, before=first)
    known = parts_of(first.registry)
    found = parts_of(second.registry, first.registry, known)
    assert found == parts_of(second.registry)
    same = {
        node for node, part in found.nodes.items() if part.fields and part.fields is known.nodes[node].fields
    }
    assert "event:user.created" in same
    assert "event:outage.reported" not in same
    assert "note?" in [one.name for one in found.nodes["event:outage.reported"].fields]


def test_what_ends_or_takes_rows_away_is_said_of_it(tmp_path):
    text = (ROOT / "resources" / "samples" / "orders-declared" / "project.tsk").read_text()
    text += """
[projection.open_orders]
columns { id: "text", status: "text" }
on { "order.placed": { put { status: "'open'" } },
    "order.shipped": { remove: true }, "order.cancelled": { remove: true } }
"""
    (tmp_path / "project.tsk").write_text(text)
    found = parts_of(load_project(tmp_path, environ={}, trusted=True).registry).nodes
    assert found["projection:open_orders"].leaves == "leaves by order.shipped, order.cancelled"
    assert found["subscription:fulfilment"].leaves == "ends by order.shipped, order.cancelled"
    assert found["projection:orders"].leaves == ""

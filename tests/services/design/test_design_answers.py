"""Answers to which of two texts counts, after any outside edits, answers and undone steps."""

from __future__ import annotations

import contextlib
import random
import re

import pytest

from workbench.errors import InvalidValue, ProjectError
from workbench.services.design.section_merge import pieces
from workbench.services.design.text_merge import DesignConflict
from workbench.services.project.open_project import open_target
from workbench.tusk import parse

TEXT = """\
[project]
name: "shop"

[aggregate.order]

[event.order.placed]

[event.order.shipped]

[command.place_order]
creates: "order"
fields { order_id: "string" }
emit: "order.placed"

[command.ship_order]
changes: "order"
fields { order_id: "string" }
emit: "order.shipped"
"""
LINES = {
    "description": ("", "Says it", "Tells it"),
    "on": ("order.placed", "order.shipped"),
    "issue": ("", "", "ship_order", "place_order"),
    "with": ("", "id", "id + '-1'"),
    "delay": ("", "1h", "2h"),
}
"""What a policy can say; without issue it is a draft."""
NAMES = ("policy.tell", "policy.warn")
OWN_WORDS = 30
"""Words that only one section has: else one that goes while the other comes would be the same, renamed."""
NAMED = re.compile(r"\[([\w.]+)\]")


def section(name, said):
    lines = [
        f'with {{ order_id: "{value}" }}' if key == "with" else f'{key}: "{value}"'
        for key, value in said.items()
        if value
    ]
    return "\n".join([f"[{name}]", f"# {f'{name} ' * OWN_WORDS}".rstrip(), *lines]) + "\n"


def with_section(text, name, now):
    """Returns a text with a section in another form; it is taken away if that is empty."""
    known = pieces(parse(text))
    kept = [piece.rstrip("\n") for one, piece in known.items() if one != name]
    return "\n\n".join([*filter(None, kept), *([now.rstrip("\n")] if now else [])]) + "\n"


def section_of(text, name):
    return pieces(parse(text)).get(name, "").rstrip("\n")


class Edits:
    """Changes a policy in a file as another program does, or as a step of the design."""

    def __init__(self, workspace, rng):
        self.design, self.rng = workspace.design, rng
        self.path = workspace.project.root / "project.tsk"

    def changed(self, text):
        name = self.rng.choice(NAMES)
        if self.rng.random() < 0.1:
            return with_section(text, name, "")
        said = {key: self.rng.choice(values) for key, values in LINES.items()}
        return with_section(text, name, section(name, said))

    def others(self):
        self.path.write_text(self.changed(self.path.read_text()))

    def mine(self):
        now = self.changed
        with contextlib.suppress(InvalidValue, ProjectError):  # it asks which counts
            self.design.apply(
                "Mine", lambda text: text.with_project(parse(now(text.project.text), "project.tsk"))
            )

    def back(self):
        with contextlib.suppress(InvalidValue, ProjectError):
            self.rng.choice([self.design.undo, self.design.redo])()

    def asked(self):
        """Returns the names that are asked about, and both texts; no names where nothing is asked."""
        try:
            self.design.state()
        except DesignConflict as error:
            (clash,) = error.clashes
            return NAMED.findall(clash.said), clash.mine, clash.theirs
        return [], "", ""


@pytest.mark.parametrize("seeds", [range(12), pytest.param(range(12, 400), marks=pytest.mark.long)])
def test_V5_an_answer_is_whole_after_any_edits_answers_and_undone_steps(tmp_path, stores, by_hand, seeds):
    count = 0
    for seed in seeds:
        rng, root = random.Random(seed), tmp_path / f"p{seed}"
        root.mkdir()
        (root / "project.tsk").write_text(TEXT)
        workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
        edits, design = Edits(workspace, rng), workspace.design
        here = ""
        for _ in range(14):
            rng.choice([edits.others, edits.others, edits.mine, edits.mine, edits.back])()
            names, mine, theirs = edits.asked()
            if not names:
                here = design.state().text.project.text
                continue
            said = edits.path.read_text()
            answer = rng.random() < 0.5
            now = design.settle(mine=answer).text.project.text
            count += 1
            for name in names:
                assert section_of(mine, name) == section_of(here, name), "what is offered as mine"
                assert section_of(theirs, name) == section_of(said, name), "what is offered as theirs"
                assert section_of(now, name) == section_of(mine if answer else theirs, name), (seed, name)
            if rng.random() < 0.5:
                back = design.undo().text.project.text
                for name in names:
                    assert section_of(back, name) == section_of(theirs if answer else mine, name)
                if rng.random() < 0.5:
                    design.redo()
            here = design.state().text.project.text
        workspace.drafts.close()
        workspace.world.store.close()
    assert count > 1.2 * len(seeds), "it was asked often"

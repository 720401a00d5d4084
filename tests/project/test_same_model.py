"""Two readings of a project: whether the model is the same."""

from __future__ import annotations

import pytest

from workbench.project.project import load_project
from workbench.project.same_model import same_model
from workbench.project.samples import copy_sample


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("\n[event.", "\n# a comment\n\n[event.", True),
        ("fields {", "fields   {\n", True),
        ("[project]", '[event_components]\nstore: "what it is for"\n\n[project]', True),
        ("[project]\nname:", "[project]\n# named\nname:", True),
        ("max_attempts: 4", "max_attempts: 5", False),
        ("\n[event.", "\n[event.order.forgotten]\n\n[event.", False),
    ],
)
def test_what_changes_the_model_and_what_does_not(tmp_path, before, after, same):
    root = copy_sample("orders-declared", tmp_path / "orders")
    one = load_project(root, environ={}, trusted=True)
    file = root / "project.tsk"
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after, 1))
    other = load_project(root, environ={}, trusted=True)
    assert same_model(one, other) is same
    assert same_model(one, one)


def test_a_change_of_a_module_or_of_trust_counts(tmp_path):
    root = copy_sample("orders", tmp_path / "orders")
    one = load_project(root, environ={}, trusted=True)
    assert not same_model(one, load_project(root, environ={}, trusted=False))
    (root / "domain.py").write_text((root / "domain.py").read_text() + "\nMORE = 1\n")
    assert not same_model(one, load_project(root, environ={}, trusted=True))

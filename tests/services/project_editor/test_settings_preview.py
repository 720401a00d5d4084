"""Settings are saved only if the project opens with them; new names are followed, old ones accounted for."""

from __future__ import annotations

import asyncio

import pytest

from workbench.errors import ProjectError
from workbench.project.project import load_project
from workbench.project.samples import copy_sample
from workbench.project.scenarios import find_scenarios
from workbench.services.project.open_project import open_target
from workbench.services.project_editor.settings_preview import WouldBreak, consequences
from workbench.tusk import TskError


async def opened(name, tmp_path):
    folder = copy_sample(name, tmp_path / name)
    workspace = open_target(folder, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    return workspace


@pytest.fixture
async def declared(tmp_path):
    workspace = await opened("users-declared", tmp_path)
    yield workspace
    await workspace.close()


@pytest.fixture
async def coded(tmp_path):
    workspace = await opened("users", tmp_path)
    yield workspace
    await workspace.close()


def file(workspace):
    return workspace.project.root / "project.tsk"


def loads(workspace):
    project = load_project(workspace.project.root, environ={}, trusted=True)
    return [problem for one in find_scenarios(project.root, project.registry) for problem in one.problems]


def topic(workspace, key, name):
    """Returns the draft with the topic called otherwise, as its form does it."""
    draft = workspace.project_editor.read()
    return draft.changed(("topics", key), {**draft.part(("topics", key)).values, "name": name})


@pytest.mark.parametrize(
    ("key", "old"), [("audit", "audit"), ("mail", "mail"), ("user_events", "user-events")]
)
@pytest.mark.parametrize("name", ["x", 'with "quotes"', "a.b-c"])
async def test_a_topic_is_followed_by_handlers_routes_subscriptions_and_scenarios(declared, key, old, name):
    await asyncio.to_thread(declared.project_editor.save, topic(declared, key, name))
    assert loads(declared) == []
    text = file(declared).read_text()
    for speaking in ("topic", "publish", "default_topic"):
        assert f'{speaking}: "{old}"' not in text


async def test_a_block_without_a_name_is_followed_under_its_key(declared):
    draft = declared.project_editor.read()
    named = {**draft.part(("topics", "audit")).values, "name": None}
    declared.project_editor.save(draft.changed(("topics", "audit"), named))
    draft = declared.project_editor.read().renamed(("topics", "audit"), "book")
    declared.project_editor.save(draft)
    assert loads(declared) == []
    assert 'publish: "book"' in file(declared).read_text()


async def test_names_that_are_typed_letter_by_letter_are_followed_once(declared):
    draft = declared.project_editor.read()
    values = draft.part(("topics", "audit")).values
    typed = [
        draft.changed(("topics", "audit"), {**values, "name": name}) for name in ("m", "mail", "mailbox")
    ]
    assert [one.new for one in typed[-1].renames] == ["mailbox"]
    declared.project_editor.save(typed[-1])
    assert loads(declared) == []


async def test_policies_processes_and_several_actions_are_followed(declared):
    text = file(declared).read_text() + (
        '\n[policy.tell]\non: ["user.created"]\ndo {\n'
        '    one { publish: "audit", type: "a", with: { what: "event.username" } }\n'
        '    two { publish: "mail", type: "b", with: { what: "event.username" } }\n}\n'
    )
    file(declared).write_text(text)
    draft = topic(declared, "audit", "book")
    assert 'one { publish: "book"' in draft.document.text
    assert 'two { publish: "mail"' in draft.document.text


async def test_a_subscription_is_followed_by_the_scenarios(declared):
    draft = declared.project_editor.read()
    path = ("subscriptions", "welcome_mail")
    draft = draft.changed(path, {**draft.part(path).values, "name": "hello"})
    declared.project_editor.save(draft)
    scenarios = (declared.project.root / "scenarios" / "mail.tsk").read_text()
    assert 'dead_letter: "hello"' in scenarios
    assert 'replay: "hello"' in scenarios
    assert loads(declared) == []


async def test_what_would_not_open_is_not_written_and_named_with_its_places(declared):
    before = file(declared).read_bytes()
    draft = declared.project_editor.read()
    gone = draft.removed(("topics", "audit"))
    path = ("subscriptions", "audit_file")
    gone = gone.changed(path, {**gone.part(path).values, "topic": "mail"})
    assert gone.problems == [], "routes and subscriptions are right"
    with pytest.raises(ProjectError, match="there is no topic audit") as caught:
        declared.project_editor.save(gone)
    assert all(problem.line > 0 and problem.file == "project.tsk" for problem in caught.value.problems)
    assert len(caught.value.problems) == 3
    assert file(declared).read_bytes() == before


async def test_a_module_that_does_not_import_is_named_and_nothing_is_written(coded):
    before = file(coded).read_bytes()
    draft = coded.project_editor.read().changed(("cqrs",), {"modules": ["domain", "nowhere"]})
    with pytest.raises(ProjectError, match="nowhere"):
        coded.project_editor.save(draft)
    assert file(coded).read_bytes() == before


async def test_scenarios_that_would_break_are_named_and_written_over_only_if_one_insists(declared):
    before = file(declared).read_bytes()
    draft = declared.project_editor.read().removed(("subscriptions", "welcome_mail"))
    with pytest.raises(WouldBreak, match=r"scenarios/mail\.tsk:"):
        declared.project_editor.save(draft)
    assert file(declared).read_bytes() == before
    declared.project_editor.save(draft, insist=True)
    assert loads(declared)


async def test_what_is_wrong_at_its_field_is_told_first(declared):
    draft = declared.project_editor.read().changed(("message_queue",), {"max_delay": "soon"})
    with pytest.raises(TskError):
        declared.project_editor.save(draft)
    assert consequences(declared.world, draft) == []


async def test_what_is_stored_under_an_old_name_is_accounted_for(declared):
    await declared.commands.issue(
        "create_user", {"user_id": "ada", "username": "Ada A", "email": "a@example.org"}
    )
    await declared.running().settle()
    assert consequences(declared.world, declared.project_editor.read()) == []
    (said,) = consequences(declared.world, topic(declared, "audit", "book"))
    assert said.startswith("Topic audit: 2 messages published to it stay in the store under this name")
    draft = declared.project_editor.read().removed(("subscriptions", "audit_file"))
    (said,) = consequences(declared.world, draft)
    assert said.startswith("Subscription audit-file: its cursor, at position ")


async def test_expressions_and_code_that_still_say_the_old_name_are_listed(coded):
    said = consequences(coded.world, topic(coded, "audit", "book"))
    places = [line for line in said if line.split(":")[0].endswith(".py")]
    assert places
    assert all("still says audit" in line for line in places)
    path = ("subscriptions", "welcome_mail")
    draft = coded.project_editor.read()
    draft = draft.changed(path, {**draft.part(path).values, "filter": "topic == 'audit'"})
    values = {**draft.part(("topics", "audit")).values, "name": "book"}
    said = consequences(coded.world, draft.changed(("topics", "audit"), values))
    assert any(line.startswith("project.tsk:") and "filter still says audit" in line for line in said)

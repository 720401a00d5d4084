"""The project file as settings: what is written and what is not, and edits that touch nothing else."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue, NotFound
from workbench.project.settings import Flags, Settings
from workbench.services.design.text_merge import DesignConflict
from workbench.services.project.model_reload import ReloadOutcome
from workbench.services.project.open_project import open_target
from workbench.tusk import TskError

TEXT = """\
# A shop
$delay: "3s"   # for all

[project]
name: "shop"   # said in the title

[event_store]
path: @env("WORKBENCH_DB", "data/events.db")
snapshot_frequency: 7

[message_queue]
max_retries: 3
retry_delay: $delay

[topics]
# letters go here
mail {}
user_events {
    name: "user-events"
}

[routing]
default_topic: "mail"
letters { pattern: "mail.*", topics: "mail" }   # one is enough
"""


@pytest.fixture
async def shop(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "project.tsk").write_text(TEXT)
    workspace = open_target(root, "", environ={"WORKBENCH_CONFIG": str(tmp_path / "config")})
    await workspace.start()
    yield workspace
    await workspace.close()


def after(draft):
    return draft.document.text


def is_always_shown(annotation):
    """Flags are shown where a project has them; what components are for stands in the file alone."""
    return annotation != dict[str, str] and not (
        isinstance(annotation, type) and issubclass(annotation, Flags)
    )


async def test_flags_are_shown_where_a_project_has_them(shop):
    file = shop.project.root / "project.tsk"
    file.write_text(file.read_text() + "\n[message_queues]\npoint_to_point: true\n")
    draft = shop.project_editor.read()
    assert ("message_queues",) in [branch.path for branch in draft.outline()]
    assert draft.part(("message_queues",)).values == {"point_to_point": True}


async def test_the_outline_follows_the_model(shop):
    outline = shop.project_editor.read().outline()
    sections = [name for name, field in Settings.model_fields.items() if is_always_shown(field.annotation)]
    assert [branch.path for branch in outline if len(branch.path) == 1] == [(name,) for name in sections]
    entries = {branch.path: dict(branch.entries) for branch in outline if branch.entries is not None}
    assert list(entries[("topics",)]) == ["mail", "user_events"]
    assert entries[("routing", "routes")] == {"letters": ("routing", "routes", "letters")}
    assert entries[("subscriptions",)] == {}


async def test_every_setting_is_in_a_form_and_says_its_default(shop):
    draft = shop.project_editor.read()
    for name in Settings.model_fields:
        if name not in {"topics", "subscriptions", "event_components"}:
            part = draft.part((name,))
            for field, schema in part.schema["properties"].items():
                assert schema["description"], (name, field)
                assert "default" not in schema
    store = draft.part(("event_store",))
    assert store.values == {"path": "data/events.db", "snapshot_every": 7}
    assert store.schema["properties"]["synchronous"]["x-unset"] == "default: full"
    assert (
        'Written as @env("WORKBENCH_DB", "data/events.db")'
        in store.schema["properties"]["path"]["description"]
    )
    queue = draft.part(("message_queue",))
    assert queue.values == {"max_attempts": 4, "retry_delay": "3s"}
    assert queue.schema["properties"]["handler_timeout"]["x-unset"] == "default: 1m"
    assert queue.schema["properties"]["max_delay"]["x-unset"] == "default: 1h"
    assert (store.line, queue.line, draft.part(("routing", "routes", "letters")).line) == (7, 11, 24)
    with pytest.raises(NotFound):
        draft.part(("topics", "none"))
    with pytest.raises(NotFound):
        draft.part(("nothing",))


async def test_a_subscription_falls_back_to_the_queue(shop):
    draft = shop.project_editor.read().added(("subscriptions",), "post")
    properties = draft.part(("subscriptions", "post")).schema["properties"]
    assert properties["max_attempts"]["x-unset"] == "default: 4"
    assert properties["retry_delay"]["x-unset"] == "default: 3s"
    assert properties["in_flight"]["x-unset"] == "default: 16"


@pytest.mark.parametrize(
    ("path", "values", "old", "new"),
    [
        (("project",), {"name": "store"}, '"shop"', '"store"'),
        (("event_store",), {"snapshot_every": 9}, "snapshot_frequency: 7", "snapshot_frequency: 9"),
        (("event_store",), {"path": "x.db"}, '@env("WORKBENCH_DB", "data/events.db")', '"x.db"'),
        (("message_queue",), {"max_attempts": 6}, "max_retries: 3", "max_retries: 5"),
        (("message_queue",), {"retry_delay": None}, "retry_delay: $delay\n", ""),
        (("message_queue",), {"backoff": "linear"}, "$delay\n\n", '$delay\nbackoff: "linear"\n\n'),
        (("topics", "mail"), {"description": "letters"}, "mail {}", 'mail { description: "letters" }'),
        (("routing", "routes", "letters"), {"topics": ["mail", "x"]}, 's: "mail" }', 's: ["mail", "x"] }'),
        (("cqrs",), {"modules": ["domain"]}, "enough\n", 'enough\n\n[cqrs]\nmodules: ["domain"]\n'),
    ],
)  # fmt: skip
async def test_a_changed_setting_changes_only_its_place(shop, path, values, old, new):
    draft = shop.project_editor.read()
    assert not draft.dirty
    part = draft.part(path)
    assert after(draft.changed(path, part.values)) == TEXT
    changed = draft.changed(path, {**part.values, **values})
    assert TEXT.count(old) == 1
    assert after(changed) == TEXT.replace(old, new)
    assert changed.dirty


@pytest.mark.parametrize("path", [("project",), ("topics", "user_events")])
@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\n", "\t", "\x07"])
async def test_a_name_that_is_typed_has_nothing_that_is_not_seen_and_one_that_stands_there_may(
    shop, path, sign
):
    draft = shop.project_editor.read()
    with pytest.raises(InvalidValue, match=rf"U\+{ord(sign):04X}"):
        draft.changed(path, {**draft.part(path).values, "name": f"a{sign}b"})
    file = shop.project.root / "project.tsk"
    file.write_text(TEXT.replace('"shop"', '"s\u200bhop"').replace('"user-events"', '"u\u200bs"'))
    draft = shop.project_editor.read()
    kept = draft.changed(path, dict(draft.part(path).values))
    assert after(kept) == file.read_text()


async def test_entries_are_added_removed_and_renamed(shop):
    draft = shop.project_editor.read()
    assert after(draft.added(("topics",), "audit")) == TEXT.replace('events"\n}\n', 'events"\n}\naudit {}\n')
    assert after(draft.removed(("topics", "user_events"))) == TEXT.replace(
        'user_events {\n    name: "user-events"\n}\n', ""
    )
    assert after(draft.removed(("routing", "routes", "letters"))) == TEXT[: TEXT.index("letters {")]
    renamed = draft.renamed(("routing", "routes", "letters"), "post")
    assert after(renamed) == TEXT.replace("letters {", "post {")
    route = draft.added(("routing", "routes"), "all").changed(("routing", "routes", "all"), {"pattern": "*"})
    assert after(route).endswith('enough\nall { pattern: "*" }\n')
    for name in ("mail", " ", ""):
        with pytest.raises(InvalidValue):
            draft.added(("topics",), name)
        with pytest.raises(InvalidValue):
            draft.renamed(("topics", "user_events"), name)


async def test_a_renamed_topic_is_followed_by_those_who_speak_of_it(shop):
    draft = shop.project_editor.read().renamed(("topics", "mail"), "post")
    assert after(draft) == TEXT.replace("mail {}", "post {}").replace(
        'default_topic: "mail"', 'default_topic: "post"'
    ).replace('topics: "mail"', 'topics: "post"')
    assert draft.problems == []
    named = shop.project_editor.read().renamed(("topics", "user_events"), "people")
    assert after(named) == TEXT.replace("user_events {", "people {")


async def test_what_is_wrong_is_told_at_its_field(shop):
    draft = shop.project_editor.read()
    queue = draft.part(("message_queue",))
    bad = draft.changed(queue.path, {**queue.values, "max_delay": "soon", "in_flight": 0, "jitter": "much"})
    inside, elsewhere = bad.faults(queue.path)
    assert dict(inside).keys() == {("max_delay",), ("in_flight",), ("jitter",)}
    assert dict(inside)[("in_flight",)] == "should be at least 1"
    assert elsewhere == []
    inside, elsewhere = bad.faults(("project",))
    assert (inside, len(elsewhere)) == ([], 3)
    missing = draft.added(("subscriptions",), "post")
    inside, _ = missing.faults(("subscriptions", "post"))
    assert sorted(inside) == [(("handler",), "is missing"), (("topic",), "is missing")]
    routed = draft.changed(("routing",), {"default_topic": "none"})
    ((place, said),) = routed.faults(("routing",))[0]
    assert place == ("default_topic",)
    assert said.startswith("the topic none is not declared")
    handled = missing.changed(("subscriptions", "post"), {"topic": "mail", "handler": "none"})
    assert handled.faults(("subscriptions", "post"))[0][0][0] == ("handler",)


async def test_secrets_are_not_shown(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "project.tsk").write_text('[project]\ndescription: @env("WORKBENCH_TOKEN")\n')
    environ = {"WORKBENCH_CONFIG": str(tmp_path / "config"), "WORKBENCH_TOKEN": "s3cret"}
    workspace = open_target(root, "", environ=environ)
    try:
        draft = workspace.project_editor.read()
        part = draft.part(("project",))
        assert "s3cret" not in repr(part)
        assert not draft.changed(("project",), part.values).dirty
    finally:
        await workspace.close()


async def test_saving_keeps_every_other_character_and_the_model_takes_over(shop):
    draft = shop.project_editor.read().changed(
        ("event_store",), {"path": "data/events.db", "snapshot_every": 9}
    )
    assert draft.counts() == (1, 1)
    assert draft.diff()[-3:] == ["+snapshot_frequency: 9", " ", " [message_queue]"]
    shop.project_editor.save(draft)
    assert shop.texts.read("project.tsk") == TEXT.replace(": 7", ": 9").encode()
    assert (await shop.model_reload.check()).outcome is ReloadOutcome.DONE
    assert shop.project.snapshot_every == 9


async def test_what_is_wrong_or_out_of_date_is_not_saved(shop):
    draft = shop.project_editor.read()
    with pytest.raises(TskError, match="S-RANGE snapshot_every should be at least 1"):
        shop.project_editor.save(draft.changed(("event_store",), {"snapshot_every": 0}))
    draft.path.write_text(TEXT.replace(": 7", ": 8"))
    said = r"\[event_store\] snapshot_frequency changed in the file, and here"
    with pytest.raises(DesignConflict, match=said):
        shop.project_editor.save(draft.changed(("event_store",), {"path": "data/events.db"}))
    assert draft.path.read_text() == TEXT.replace(": 7", ": 8")
    draft.path.unlink()
    with pytest.raises(NotFound, match="cannot be read"):
        shop.project_editor.read()


async def test_V5_what_changed_meanwhile_stays_and_saving_is_a_step_that_is_undone(shop):
    draft = shop.project_editor.read()
    theirs = TEXT + "# theirs\n"
    draft.path.write_text(theirs)
    shop.project_editor.save(draft.changed(("project",), {"name": "store"}))
    assert draft.path.read_text() == theirs.replace('"shop"', '"store"')
    assert shop.design.state().undo == "Change settings"
    shop.design.undo()
    assert draft.path.read_text() == theirs

"""A project file becomes settings, or every problem in it is told with its place and a way out."""

from __future__ import annotations

import pytest

from workbench.errors import NotFound, ProjectError
from workbench.model.retry import Backoff
from workbench.project.project import load_project

MODULE = """\
from workbench import Definitions

async def keep(message, context):
    pass

DEFINITIONS = Definitions(handlers={"keep": keep})
"""
MAILING = """\
[topics]
mail {}
[subscriptions]
a { topic: "mail", handler: "keep" }
[cqrs]
modules: ["domain"]
"""


@pytest.fixture
def load(tmp_path):
    (tmp_path / "domain.py").write_text(MODULE)

    def call(text, trusted=True, **environ):
        (tmp_path / "project.tsk").write_text(text)
        return load_project(tmp_path, environ=environ, trusted=trusted)

    call.root = tmp_path
    return call


def told(load, text):
    with pytest.raises(ProjectError) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_file_is_a_project_with_the_defaults_of_the_contract(load):
    project = load("")
    assert project.name == load.root.name
    assert project.store_path == load.root / "data/events.db"
    assert (project.synchronous, project.snapshot_every) == ("full", 100)
    assert project.retry.max_attempts == 5


def test_everything_that_can_be_chosen_is_chosen(load):
    project = load("""
[project]
name: "shop"
[event_store]
path: @env("WORKBENCH_DB", "x.db")
synchronous: "normal"
snapshot_frequency: 7
[message_queue]
max_retries: 3
retry_delay: "500ms"
backoff: "linear"
max_delay: "2h"
in_flight: 4
[topics]
user_events { name: "user-events" }
mail {}
[subscriptions]
s1 { topic: "mail", handler: "keep", max_attempts: 1, filter: "data.n > 1", handler_timeout: "3s" }
s2 { topic: "user-events", handler: "keep", filter_field: "n", filter_operator: "greater_than",
     filter_value: 1, mode: "point_to_point", ordering: "none", on_dead: "continue", start: "new" }
[routing]
default_topic: "user-events"
mails { pattern: "mail.*", topics: "mail" }
[cqrs]
modules: ["domain"]
""", WORKBENCH_DB="y.db")  # fmt: skip
    assert (project.name, project.store_path.name) == ("shop", "y.db")
    assert (project.synchronous, project.snapshot_every) == ("normal", 7)
    assert (project.retry.max_attempts, project.retry.delay, project.retry.backoff) == (
        4,
        0.5,
        Backoff.LINEAR,
    )
    assert project.retry.max_delay == 7200
    first, second = project.registry.subscriptions["s1"], project.registry.subscriptions["s2"]
    assert (first.retry.max_attempts, first.retry.delay, first.timeout, first.in_flight) == (1, 0.5, 3.0, 4)
    assert first.filter.matcher()({"data": {"n": 2}})
    assert second.filter.matcher()({"data": {"n": 2}})
    assert not second.filter.matcher()({"data": {"n": 1}})
    assert [second.mode.value, second.ordering.value, second.on_dead.value, second.start.value] == [
        "point_to_point",
        "none",
        "continue",
        "new",
    ]
    assert project.registry.routing.topics_of("mail.sent") == {"mail"}
    assert project.registry.routing.topics_of("user.created") == {"user-events"}


def test_what_is_wrong_is_told_all_at_once_with_places(load):
    found = told(load, """\
[projekt]
name: "x"
[event_store]
synchronus: "full"
snapshot_interval: 0
[message_queue]
retry_delay: "soon"
max_attempts: "3"
backoff: "sometimes"
[subscriptions]
a { topic: "mail", filter: "data.x ==" }
[routing]
mails { pattern: "x", topics: [] }
""")  # fmt: skip
    assert found == [
        "project.tsk:1:1: S-UNKNOWN projekt is not a setting here (did you mean project?)",
        "project.tsk:4:1: S-UNKNOWN synchronus is not a setting here (did you mean synchronous?)",
        "project.tsk:5:20: S-RANGE snapshot_every should be at least 1",
        found[3],
        "project.tsk:8:15: S-TYPE max_attempts should be a whole number",
        "project.tsk:9:10: S-TYPE backoff should be 'fixed', 'linear', 'exponential' or 'list'",
        "project.tsk:11:1: S-TYPE handler is missing",
        "project.tsk:11:38: S-CEL the expression ends too early",
        "project.tsk:13:31: S-RANGE topics should not be empty",
    ]
    assert found[3].startswith("project.tsk:7:14: S-TYPE retry_delay should be a duration such as")


def test_names_that_nobody_declares(load):
    found = told(load, """\
[topics]
mail {}
post { name: "mail" }
[subscriptions]
a { topic: "mial", handler: "keep" }
[routing]
default_topic: "events"
mails { pattern: "x", topics: ["mail", "letters"] }
""")  # fmt: skip
    assert found == [
        "project.tsk:3:14: S-REF mail has the name mail already",
        "project.tsk:5:12: S-REF the topic mial is not declared (declared are: mail)",
        "project.tsk:7:16: S-REF the topic events is not declared (declared are: mail)",
        "project.tsk:8:31: S-REF the topic letters is not declared (declared are: mail)",
    ]


def test_a_handler_that_no_module_brings(load):
    assert told(load, MAILING.replace("keep", "burn")) == [
        "project.tsk:4:29: S-REF no handler is named burn (the model has: keep)"
    ]


def test_retries_and_attempts_are_not_both_given(load):
    assert told(load, "[message_queue]\nmax_attempts: 3\nmax_retries: 2") == [
        "project.tsk:3:1: S-UNKNOWN max_retries is not a setting here (did you mean max_attempts?)"
    ]
    assert "S-RANGE max_attempts should be at least 1" in told(load, "[message_queue]\nmax_retries: -1")[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[event_store]\nsnapshot_every: null", "2:17: S-TYPE snapshot_every should be a whole number"),
        ('[topics.a]\nname: ""', "2:7: S-RANGE name should not be empty"),
        ("[topics.a]\nmax_backlog: 0.5", "2:14: S-TYPE max_backlog should be a whole number"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_file(load, text, said):
    assert told(load, text) == [f"project.tsk:{said}"]


def test_a_missing_reference_is_told_once(load):
    assert told(load, "[event_store]\nsnapshot_every: $n") == [
        'project.tsk:2:17: R-MISSING nothing defines $n (write $n: "…" above)'
    ]


def test_a_broken_module_is_told_with_its_line(load):
    (load.root / "domain.py").write_text("x = 1\nraise ValueError('broken')\n")
    (problem,) = told(load, '[cqrs]\nmodules: ["domain"]')
    assert problem.endswith("domain.py:2:1: M-IMPORT ValueError: broken")


def test_a_module_is_a_name_not_a_path(load):
    (problem,) = told(load, '[cqrs]\nmodules: ["../evil"]')
    assert "'../evil' is not a module" in problem


def test_an_untrusted_project_imports_nothing(load):
    (load.root / "domain.py").write_text("raise SystemExit('imported')")
    project = load(
        MAILING,
        trusted=False,
    )
    assert project.restricted
    assert project.registry.handlers == {}
    assert "a" in project.registry.subscriptions


def test_a_folder_without_a_project_file(tmp_path):
    with pytest.raises(NotFound, match="there is no project in") as caught:
        load_project(tmp_path, environ={}, trusted=True)
    assert "project.tsk" in caught.value.hint


def test_contract_11_no_try_at_all_is_refused_with_its_place(load):
    with pytest.raises(ProjectError, match=r"project.tsk:4:\d+: S-RANGE max_attempts should be at least 1"):
        load(MAILING.replace('handler: "keep" }', 'handler: "keep", max_attempts: 0 }'))


def test_a_projection_that_maps_classes_to_functions_is_told_how_it_is_written(load):
    (load.root / "domain.py").write_text(
        "from workbench import Column, Event, Projection\n"
        "class Made(Event, frozen=True): ...\n"
        "ROWS = Projection(name='rows', columns=(Column(name='id'),), on={Made: print})\n"
    )
    [problem] = told(load, '[cqrs]\nmodules: ["domain"]\n')
    assert problem.startswith(
        "domain.py:3:8: M-IMPORT TypeError: on of projection rows takes On(event class, "
    )


HEAD = """import workbench as wb
class Made(wb.Event, frozen=True): event_type = "a.made"
class Make(wb.Command):
    command_type, target = "make", "thing"
    thing: str
class Ask(wb.Query): query_type = "ask"
"""


PROCESS = "wb.Process(name='p', on=(), ends=(5,), correlate=print, state=Made, evolve=print, react=print)"


def aggregate(**more: str) -> str:
    said = {"events": "()", "commands": "()", "decide": "print", "evolve": "print"} | more
    return f'wb.Aggregate(name="a", state=Made, {", ".join(f"{name}={one}" for name, one in said.items())})'


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("aggregates=5", "aggregates takes a tuple of Aggregate, not 5"),
        ("aggregates=(5,)", "aggregates takes Aggregate objects, not 5"),
        ("projections=(print,)", "projections takes Projection objects, not <built-in function print>"),
        ("policies=(Made,)", "policies takes Policy objects, not the class Made"),
        ("processes=(5,)", "processes takes Process objects, not 5"),
        ("queries=(print,)", "queries takes Answer objects, not <built-in"),
        ("handlers=5", "handlers should be functions by name"),
        (f"aggregates=({aggregate(events='(5,)')},)", "events of aggregate a takes Event classes, not 5"),
        (
            f"aggregates=({aggregate(commands='(Made,)')},)",
            "commands of aggregate a takes Command classes, not the class Made",
        ),
        (f"aggregates=({aggregate(decide='5')},)", "decide of aggregate a takes a function, not 5"),
        ("queries=(wb.Answer(Ask, 5),)", "answer of Answer(Ask) takes a function, not 5"),
        ("queries=(wb.Answer(5, print),)", "Answer takes Query classes, not 5"),
        (
            "policies=(wb.Policy(name='p', on=(5,), react=print),)",
            "on of policy p takes Event classes, not 5",
        ),
        ("policies=(wb.Policy(name='p', on=Made, react=print),)", "on of policy p takes a tuple of Event"),
        (f"processes=({PROCESS},)", "ends of process p takes Event classes, not 5"),
        ("projections=(wb.Projection(name='p', columns=()),)", "columns of projection p begin with its key"),
        (
            "projections=(wb.Projection(name='p', columns=(5,)),)",
            "columns of projection p takes Column",
        ),
        (
            "projections=(wb.Projection(name='p', columns=(wb.Column(name='a', kind='text'),)),)",
            "kind of column a takes a ColumnKind",
        ),
        ("projections=(wb.On(5, print),)", "On takes Event classes, not 5"),
        ("projections=(wb.On(Made, 5),)", "apply of On(a.made) takes a function, not 5"),
    ],
)
def test_what_a_module_declares_wrongly_is_told_by_its_part_and_its_line(load, declared, said):
    (load.root / "domain.py").write_text(f"{HEAD}DEFINITIONS = wb.Definitions({declared})\n")
    [problem] = told(load, '[cqrs]\nmodules: ["domain"]\n')
    assert said in problem
    assert problem.startswith(("domain.py:7:", "domain.py:1:1: M-IMPORT handlers"))


def test_K1_a_command_names_the_field_that_holds_the_id(load):
    head = HEAD.replace('"make", "thing"', '"make", "nope"')
    made = f"{head}DEFINITIONS = wb.Definitions(aggregates=({aggregate(commands='(Make,)')},))\n"
    (load.root / "domain.py").write_text(made)
    [problem] = told(load, '[cqrs]\nmodules: ["domain"]\n')
    assert "M-MODEL the target of command make is nope, which is none of its fields" in problem


def test_a_module_whose_error_cannot_be_told_is_a_mistake_like_any_other(load):
    (load.root / "domain.py").write_text(
        "class Unsaid(Exception):\n    def __str__(self): return 1 / 0\nraise Unsaid\n"
    )
    [problem] = told(load, '[cqrs]\nmodules: ["domain"]\n')
    assert problem.startswith("domain.py:3:1: M-IMPORT Unsaid: it cannot be told")
    assert "ZeroDivisionError" in problem

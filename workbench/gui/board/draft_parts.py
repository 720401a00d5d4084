"""What is designed and does not run yet, as parts of the blueprint, whether its text loads or not."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from workbench.errors import InvalidValue
from workbench.gui.board.board_graph import DRAFT, NOT_RUNNING, BoardEdge
from workbench.gui.board.model_parts import ModelPart, ModelParts, subscription_part
from workbench.model.flow_rules import rules_of, written_flows
from workbench.model.model_flow import ModelFlow
from workbench.model.type_words import type_word
from workbench.project.declared.section_kinds import KINDS
from workbench.services.design.design_state import DesignState
from workbench.services.design.design_text import DesignText
from workbench.services.design.field_gestures import FIELDED
from workbench.services.design.field_lines import plain_value, write_field_line
from workbench.services.design.flow_gestures import steps_of
from workbench.services.design.gestures import DesignNode, fields_of
from workbench.services.design.owners import PLACES
from workbench.services.design.problem_place import node_before
from workbench.services.design.references import Reference, references
from workbench.services.design.relations import declared_names, place_of
from workbench.services.design.section_lists import names_at
from workbench.services.design.section_merge import pieces
from workbench.services.documents.card_fields import CardField
from workbench.tusk import Document, Problem

_SORTS = {"policy": "subscription", "process": "subscription", "actor": "external"}
"""First word of a node's id where it is not the kind itself."""
_VERBS = {"emit": "emits", "issue": "issues", "publish": "publishes"}
_NO_CARD = ("aggregate", "flow", "invariant")
"""Kinds of sections that are no card, or one only where nothing else tells of them."""
_SETTINGS = ("topic", "subscription")
_NAMED = re.compile(r"\A(\[|\{|)(string|boolean)\b")
"""The types of fields that are called otherwise on a card."""


def with_draft(parts: ModelParts, state: DesignState) -> ModelParts:
    """Returns the parts of the model that runs, with what the design says otherwise.

    What was not changed stays as it runs, also where others have to wait for it.
    """
    draft = _Draft(parts, state)
    draft.leave_out()
    draft.sections()
    draft.settings()
    draft.actors()
    draft.problems()
    return draft.parts()


def node_of(kind: str, name: str) -> str:
    """Returns the id of the node of a section."""
    return f"{_SORTS.get(kind, kind)}:{name}"


def stands_of(state: DesignState) -> dict[str, str]:
    """Returns how each section stands that says something else than what runs: `DRAFT` or `NOT_RUNNING`.

    They go by kind and name, such as ``event.user.created``. A subscription is where its handler is: that is
    drawn where it works.
    """
    stands = _stands(state)
    works = declared_names(state.text.project, "subscription")
    handlers = {one: f"handler.{named_by(state.text.project, one, 'handler')}" for one in works}
    return stands | {f"subscription.{one}": stands[name] for one, name in handlers.items() if name in stands}


def _stands(state: DesignState) -> dict[str, str]:
    now, written = pieces(state.text.project), pieces(state.written.project)
    runs = written if state.running is None else pieces(state.running)
    return dict.fromkeys(_changed(runs, now), NOT_RUNNING) | dict.fromkeys(_changed(written, now), DRAFT)


def _changed(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in now if was.get(name, "").strip() != now[name].strip()]


def cards_of(problem: Problem, state: DesignState, drawn: Container[str]) -> list[str]:
    """Returns the ids of what is drawn in whose section a problem of the project file stands.

    A handler has no card of its own where subscriptions work with it: what is wrong with it is theirs. Where
    the section is none, such as by its header, it is that of the card whose lines stood there when it ran.
    """
    document = state.text.project
    names = (".".join(problem.path[:length]) for length in range(len(problem.path), 1, -1))
    kind, _, name = next((one for one in names if one in document.sections), "").partition(".")
    found = [node_of(kind, name)]
    if kind == "handler" and found[0] not in drawn:
        works = declared_names(document, "subscription")
        found = [f"subscription:{one}" for one in works if named_by(document, one, "handler") == name]
    found = [one for one in found if one in drawn]
    if not found and state.running is not None:
        node = node_before(problem, document, state.running)
        found = [node_of(node.kind, node.name)] if node is not None else []
    return [one for one in found if one in drawn]


def named_by(document: Document, subscription: str, key: str) -> str:
    """Returns the name of the topic or the handler of a subscription; empty for none."""
    place = place_of(document, "subscription", subscription) or ()
    return next(iter(names_at(document, (*place, key))), "")


def draft_edges(node: str, parts: ModelParts) -> Iterator[BoardEdge]:
    """Yields the lines from and to what is designed, as the topology draws them."""
    part = parts.nodes.get(node)
    if part is None:
        return
    for source in part.reads:
        yield BoardEdge(source, node, "projects" if part.kind == "projection" else "consumes")
    for flow in part.flows:
        yield BoardEdge(node, f"{flow.kind}:{flow.name}", flow.verb)
    if part.kind == "command":
        yield BoardEdge(node, f"aggregate:{part.owner}", "handles")
    emitters = [one for one, other in parts.nodes.items() if part.title in _emitted(other)]
    if part.kind == "event":
        yield from (BoardEdge(one, node, "emits") for one in emitters or [f"aggregate:{part.owner}"])


def _emitted(part: ModelPart) -> list[str]:
    return [flow.name for flow in part.flows if flow.verb == "emits"]


class _Draft:
    """The parts while they are read."""

    def __init__(self, parts: ModelParts, state: DesignState) -> None:
        self._nodes, self._aggregates = dict(parts.nodes), list(parts.aggregates)
        self._text, self._state, self._story = state.text, state, parts.story
        self._document = state.text.project
        was, now = pieces(state.written.project), pieces(self._document)
        self._sections, self._gone = [*now], [name for name in was if name not in now]
        self._stands = _stands(state)
        self._said: dict[str, list[Reference]] = {}
        for one in references(DesignText(project=self._document)):
            self._said.setdefault(one.owner, []).append(one)

    def leave_out(self) -> None:
        """Leaves out what the design says no more."""
        for section in self._gone:
            kind, _, name = section.partition(".")
            self._nodes.pop(node_of(kind, name), None)
        for kind in _SETTINGS:
            for name in declared_names(self._state.written.project, kind):
                if name not in declared_names(self._text.project, kind):
                    self._nodes.pop(f"{kind}:{name}", None)

    def sections(self) -> None:
        """Adds every section that was changed, or that the files that run by now have no more."""
        for section in self._sections:
            kind, _, name = section.partition(".")
            if kind in KINDS and name and kind not in _NO_CARD:
                self._section(kind, name, self._stands.get(section, ""))

    def _section(self, kind: str, name: str, stands: str) -> None:
        node = node_of(kind, name)
        handlers = self._nodes.items() if kind == "handler" else ()
        others = [one for one, part in handlers if (part.kind, part.title) == (kind, name)]
        if not stands and (node in self._nodes or others):
            return
        told = self._part(kind, name, stands or DRAFT)
        if others:
            for one in others:  # a handler is drawn where it works
                self._nodes[one] = replace(self._nodes[one], flows=told.flows, draft=told.draft)
        else:
            given = self._nodes[node].flows if kind == "actor" and node in self._nodes else ()
            self._nodes[node] = replace(told, flows=(*given, *told.flows))

    def _part(self, kind: str, name: str, stands: str) -> ModelPart:
        said = self._said.get(f"{kind}.{name}", [])
        read = [f"event:{one.name}" for one in said if one.role in {"on", "event"} and one.kind == "event"]
        return ModelPart(
            kind=kind,
            title=name,
            fields=tuple(self._fields(kind, name)),
            owner=_owner(kind, name, said),
            reads=tuple(dict.fromkeys(read)),
            flows=tuple(dict.fromkeys(self._flows(kind, name, said, read or [""]))),
            draft=stands,
            rules=rules_of(written_flows(self._written(kind, name))),
        )

    def _flows(
        self, kind: str, name: str, said: Sequence[Reference], read: Sequence[str]
    ) -> Iterator[ModelFlow]:
        """Yields what follows, with the events that lead to it, as it is known of what runs.

        Slices stand by that: a draft that says the same moves none.
        """
        entry = self._document.find((*(place_of(self._document, kind, name) or ()), "on"))
        steps = entry.value.scope.entries if entry is not None and entry.value.scope is not None else {}
        acts = [one for one in said if one.role in _VERBS]
        for cause in (one.partition(":")[2] for one in read):
            step = steps.get(cause)
            for one in acts:
                if step is None or step.start <= one.start < step.value.end:
                    yield ModelFlow(verb=_VERBS[one.role], name=one.name, cause=cause)

    def _written(self, kind: str, name: str) -> dict[str, Any]:
        """Returns what is written in a section and can be read."""
        scope = self._document.sections.get(f"{kind}.{name}")  # what says rules is no entry
        found: dict[str, Any] = {}
        for one in scope.entries.values() if scope is not None else ():
            with suppress(InvalidValue):
                found[one.key] = plain_value(one.value, self._document.text)
        return found

    def _fields(self, kind: str, name: str) -> Iterator[CardField]:
        node = DesignNode(kind, name)
        for field, value in fields_of(self._text, node).items() if kind in FIELDED else ():
            line = write_field_line(field, value)
            title, _, said = (line or f"{field}: {_type(value)}").partition(": ")
            yield CardField(name=title, type=_NAMED.sub(_word, said))

    def settings(self) -> None:
        """Adds topics and subscriptions that are new."""
        running = declared_names(self._state.running or self._state.written.project, "topic")
        for name in declared_names(self._text.project, "topic"):
            if name not in running:
                stands = self._setting("topic", name)
                self._nodes[f"topic:{name}"] = ModelPart(
                    kind="topic", title=name, reads=self._routed(name), draft=stands
                )
        for name in declared_names(self._text.project, "subscription"):
            if f"subscription:{name}" not in self._nodes:
                handler, topic = (named_by(self._document, name, key) for key in ("handler", "topic"))
                part = subscription_part(name, handler, topic, [f"topic:{topic}"])
                self._nodes[f"subscription:{name}"] = replace(part, draft=self._setting("subscription", name))

    def _setting(self, kind: str, name: str) -> str:
        """Returns how a topic or subscription stands that does not run."""
        return NOT_RUNNING if name in declared_names(self._state.written.project, kind) else DRAFT

    def _routed(self, topic: str) -> tuple[str, ...]:
        """Returns the events that a route sends to a topic by their whole names."""
        routes = names_at(self._document, ("routing",))
        sent = [one for one in routes if topic in names_at(self._document, ("routing", one, "topics"))]
        found = [names_at(self._document, ("routing", one, "pattern")) for one in sent]
        return tuple(f"event:{name}" for names in found for name in names)

    def actors(self) -> None:
        """Has every actor give the commands that say so."""
        for section in self._stands:
            kind, _, command = section.partition(".")
            for one in self._said.get(section, []) if kind == "command" else ():
                node = f"external:{one.name}"
                if one.role == "by" and node in self._nodes:
                    flow, part = ModelFlow(verb="issues", name=command), self._nodes[node]
                    self._nodes[node] = replace(part, flows=tuple(dict.fromkeys((*part.flows, flow))))

    def problems(self) -> None:
        """Says on each part what is wrong with it."""
        for one in (each for each in self._state.wrong if isinstance(each, Problem)):
            for node in cards_of(one, self._state, self._nodes):
                part = self._nodes[node]
                self._nodes[node] = replace(part, problems=(*part.problems, one.message))

    def parts(self) -> ModelParts:
        """Returns them; an aggregate is drawn while nothing else tells of it."""
        owners = [part.owner for part in self._nodes.values() if part.kind in {"command", "event"}]
        declared = [one.partition(".")[2] for one in self._document.sections if one.startswith("aggregate.")]
        names = dict.fromkeys((*self._aggregates, *declared, *filter(None, owners)))
        for name in names:
            if name in owners:
                self._nodes.pop(f"aggregate:{name}", None)
            elif name in declared and f"aggregate:{name}" not in self._nodes:
                stands = self._stands.get(f"aggregate.{name}", DRAFT)
                self._nodes[f"aggregate:{name}"] = ModelPart(kind="aggregate", title=name, draft=stands)
        gone = {one.partition(".")[2] for one in self._gone if one.startswith("aggregate.")}
        kept = tuple(name for name in names if name in owners or name not in gone)
        steps = tuple(steps_of(self._text))
        return ModelParts(nodes=self._nodes, aggregates=kept, steps=steps, story=self._story)


def _owner(kind: str, name: str, said: Sequence[Reference]) -> str:
    """Returns what a command, event or query belongs to."""
    if kind == "query":
        read = (one.name for one in said if one.kind == "projection" and one.role in {"list", "get"})
        return next((f"projection:{one}" for one in read), "")
    if kind not in {"command", "event"}:
        return ""
    keys = PLACES if kind == "command" else ("aggregate",)
    own = next((one.name for one in said if one.kind == "aggregate" and one.role in keys), "")
    return own or (name.rpartition(".")[0] or name if kind == "event" else name.rpartition("_")[2])


def _word(found: re.Match[str]) -> str:
    """Returns the word with which a card that runs says a type."""
    return found[1] + type_word({"type": found[2]})


def _type(value: object) -> str:
    return str(value.get("type", "…")) if isinstance(value, Mapping) else "…"

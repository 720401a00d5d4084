"""Random valid models of every construct of the language, as the text of a project file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise

from tests.project.declared.random_expressions import (
    INNER,
    STORED,
    TYPES,
    WRITTEN,
    Scope,
    block,
    quoted,
)
from tests.project.declared.random_read_models import RandomReadModels
from tests.project.declared.random_sections import Family, Part


class RandomModel(RandomReadModels):
    """A model whose policies lead from one aggregate to those after it, so that every run ends.

    Args:
        size: How many aggregates it has.

    Attributes:
        text: The project file.
        orders: Commands that can be sent, with their data.
    """

    def __init__(self, seed: int, size: int) -> None:
        super().__init__(seed)
        self._sections.append(TYPES)
        self._families = [self._family(number) for number in range(size)]
        for number, family in enumerate(self._families):
            self._aggregate(family)
            self._follow_ups(number, family)
            self._read_model(family)
        extra = [self._begin_or_change(family) for family in self._families]
        extra += [self._over_two(*pair) for pair in pairwise(self._families)]
        extra += [self._over_one_kind(family) for family in self._families]
        self._messages()
        self.text = "\n".join(self._sections)
        commands = [one for family in self._families for one in family.commands] + extra
        self.orders = [(one.name, self._data(one)) for one in commands * 2]

    # -- aggregates ---------------------------------------------------------------------------------------

    def _family(self, number: int) -> Family:
        name = f"thing{number}"
        family = Family(name=name, state=self._some(5))
        for index in range(self._random.randint(2, 4)):
            family.events.append(Part(f"{name}.happened{index}", self._some(3), begins=not index))
        for index in range(self._random.randint(2, 4)):
            fields = {f"{name}_id": "string", **self._some(4)}
            family.commands.append(Part(f"do_{name}_{index}", fields, begins=not index))
        return family

    def _aggregate(self, family: Family) -> None:
        words = {"description": quoted("One of many.")} if self._maybe() else {}
        every = {"snapshot_every": "2"} if self._maybe() else {}
        state = self._fields(family.state, defaults=True)
        self._section(
            f"aggregate.{family.name}", **words, **({"state": state} if family.state else {}), **every
        )
        for event in family.events:
            self._event(family, event)
        for command in family.commands:
            self._command(family, command)

    def _event(self, family: Family, event: Part) -> None:
        said = {"version": "2"} if self._maybe(0.3) else {}
        if event.fields:
            said["fields"] = self._fields(event.fields)
        state = {} if event.begins else self._read("state", family.state)
        let, scope = self._let(self._read("event", event.fields) | state)
        given = {
            name: self._value(kind, scope)
            for name, kind in family.state.items()
            if (event.begins and kind == "place") or self._maybe()
        }
        said |= let | ({"set": block(given)} if given else {})
        if "version" in said:
            said["upcast"] = self._upcast(event)
        self._section(f"event.{event.name}", **said)

    def _upcast(self, event: Part) -> str:
        plain = [
            quoted(WRITTEN.get(name, name))
            for name, kind in event.fields.items()
            if kind not in {"texts", "lines", "counts", "place"}
        ]
        step = {"rename": block({"old": plain[0]})} if plain else {}
        computed = {name: quoted("has(data.old) ? data.old : null") for name in plain[1:]}
        step |= {"set": block(computed)} if computed else {}
        return block({"from_1": block({**step, "remove": '["gone"]'})})

    def _command(self, family: Family, command: Part) -> None:
        said = {"creates" if command.begins else "changes": quoted(family.name)} | self._actors()
        said["fields"] = self._fields(command.fields)
        known = self._read("command", command.fields) | {"now": "time"}
        let, scope = self._let(known if command.begins else known | self._read("state", family.state))
        said |= let
        if self._maybe():
            about = self._random.choice(list(command.fields))
            why = quoted("no, because of { " + self._expression("integer", scope, 1) + " }")
            guard = block({"when": self._value("boolean", scope), "message": why, "field": quoted(about)})
            said["refuse"] = block({"guard": guard})
        events = [one for one in family.events if one.begins == command.begins]
        said |= self._acting("emit", events, scope, single=command.begins)
        self._section(f"command.{command.name}", **said)

    def _actors(self) -> dict[str, str]:
        names = self._random.sample(["visitor", "office", "clerk"], self._random.randint(0, 2))
        return {"by": json.dumps(names)} if names else {}

    def _begin_or_change(self, family: Family) -> Part:
        fields = {f"{family.name}_id": "string", **self._some(3)}
        scope = self._read("command", fields) | {"now": "time", "exists": "boolean"}
        if "place" not in family.state.values():
            scope |= self._read("state", family.state)
        source = Part(f"ensure_{family.name}", fields)
        acting = self._acting("emit", family.events[:1], scope, single=True)
        said = {"creates_or_changes": quoted(family.name), "fields": self._fields(fields)}
        self._section(f"command.{source.name}", **said, **acting)
        return source

    def _over_two(self, one: Family, other: Family) -> Part:
        """Returns a command that changes two aggregates, or begins the first beside the second."""
        fields = {f"{one.name}_id": "string", f"{other.name}_id": "string", **self._some(3)}
        begins = self._maybe(0.3)
        scope = self._read("command", fields) | {"now": "time"} | self._read(other.name, other.state)
        places = {family.name: quoted(f"{family.name}_id") for family in (one, other)}
        if begins:
            how = {"creates": quoted(one.name), "changes": block({other.name: places[other.name]})}
        else:
            scope |= self._read("state", one.state) | self._read(one.name, one.state)
            how = {"changes": block(places)}
        source = Part(f"join_{one.name}_{other.name}", fields)
        events = one.events[:1] if begins else [*one.events[1:], *other.events[1:]]
        acting = self._acting("emit", events, scope, single=begins)
        self._section(f"command.{source.name}", **how, fields=self._fields(fields), **acting)
        return source

    def _over_one_kind(self, family: Family) -> Part:
        fields = {"giver_id": "string", "taker_id": "string", **self._some(3)}
        scope = self._read("command", fields) | {"now": "time"}
        scope |= self._read("giver", family.state) | self._read("taker", family.state)
        kind = quoted(family.name)
        places = {one: block({"aggregate": kind, "id": quoted(f"{one}_id")}) for one in ("giver", "taker")}
        acting = self._acting("emit", family.events[1:], scope, whose=("giver", "taker"))
        source = Part(f"move_{family.name}", fields)
        self._section(f"command.{source.name}", changes=block(places), fields=self._fields(fields), **acting)
        return source

    # -- actions ------------------------------------------------------------------------------------------

    def _acting(
        self,
        verb: str,
        parts: list[Part],
        scope: Scope,
        later: Family | None = None,
        *,
        single: bool = False,
        root: str = "event",
        whose: Sequence[str] = (),
    ) -> dict[str, str]:
        """Returns one action, or several.

        Args:
            verb: What is done: ``emit`` or ``issue`` one of the parts.
            later: Whose commands answer refusals.
            single: There is only one, done once.
            root: What is read in policies, processes and handlers.
            whose: Names of aggregates of one kind, of which one is meant.
        """

        def action(*, single: bool = single) -> dict[str, str]:
            part = self._random.choice(parts)
            said = self._action(verb, part, scope, later, single=single, root=root)
            return said | ({"for": quoted(self._random.choice(whose))} if whose else {})

        first = action()
        if single or self._maybe():
            return first
        several = {"one": {"when": self._value("boolean", scope), **first}}
        if "each" in first:
            several["one"].pop("when")
        else:
            several["two"] = {**action(), "otherwise": "true"}
            several["two"].pop("when", None)
        return {"do": block({name: block(one) for name, one in (several | {"three": action()}).items()})}

    def _action(
        self, verb: str, part: Part, scope: Scope, later: Family | None, *, single: bool, root: str
    ) -> dict[str, str]:
        said: dict[str, str] = {}
        lines = [path for path, kind in scope.items() if kind == "lines"]
        if lines and self._maybe(0.4) and not single:
            said["each"] = block({"line": quoted(self._random.choice(lines))})
            scope = scope | self._read("line", INNER["line"])
            said |= {"when": self._value("boolean", scope)} if self._maybe(0.3) else {}
        said[verb] = quoted(part.name)
        given = {name: self._value(kind, scope) for name, kind in part.fields.items()}
        source = "command" if verb == "emit" else root
        fit = {name for name, kind in part.fields.items() if scope.get(f"{source}.{name}") == kind}
        given = {name: text for name, text in given.items() if name not in fit or self._maybe()}
        if verb == "issue":
            given |= self._target(part, scope)
        if given:
            said["with"] = block(given)
        if verb == "issue":
            said |= self._later(scope) | self._answer(scope, later, root)
        return said

    def _target(self, part: Part, scope: Scope) -> dict[str, str]:
        """Returns the id of the aggregate that a command is for."""
        own = ['"id"'] if "id" in scope else []
        return {next(iter(part.fields)): self._random.choice([*own, "\"'1'\"", "\"'3'\""])}

    def _later(self, scope: Scope) -> dict[str, str]:
        after = self._random.choice(
            ["1s", "1 month", "2 weeks", "event_days * duration('24h')", "duration('1h')"]
        )
        after = after.replace("event_days", self._expression("integer", scope, 0))
        ways = [{}, {}, {"after": quoted(after)}, {"at": self._value("time", scope)}]
        return self._random.choice(ways)

    def _answer(self, scope: Scope, later: Family | None, root: str) -> dict[str, str]:
        if self._maybe(0.4):
            return {}
        if later is None or self._maybe():
            return {"refused": quoted("nothing")}
        part = self._random.choice(later.commands)
        let, known = self._let({path: kind for path, kind in scope.items() if path.startswith(f"{root}.")})
        known |= {"refusal.message": "string"}
        given = {name: self._value(kind, known) for name, kind in part.fields.items()}
        given |= self._target(part, known)
        again = {"refused": quoted("nothing")} if self._maybe() else {}
        return {"refused": block({**let, "issue": quoted(part.name), "with": block(given), **again})}

    # -- what follows -------------------------------------------------------------------------------------

    def _follow_ups(self, number: int, family: Family) -> None:
        behind = self._families[number + 1 :]
        if not behind:
            return
        record = {"id": "string", "stream": "string", "version": "integer", "at": "time", "now": "time"}
        later = self._random.choice(behind)
        for index in range(self._random.randint(0, 2)):
            events = self._random.sample(family.events, self._random.randint(1, 2))
            common = set.intersection(*(set(self._read("event", one.fields).items()) for one in events))
            let, scope = self._let(dict(sorted(common)) | record)
            acting = self._acting("issue", later.commands, scope, later)
            on = json.dumps([one.name for one in events])
            self._section(f"policy.after_{family.name}_{index}", on=on, **let, **acting)
        if self._maybe(0.7):
            self._process(family, later, record)

    def _process(self, family: Family, later: Family, record: Scope) -> None:
        state = {name: kind for name, kind in self._some(3).items() if kind != "place"}
        steps: dict[str, str] = {}
        issued: list[str] = []
        for event in family.events:
            let, scope = self._let(self._read("event", event.fields) | self._read("state", state) | record)
            said = {"starts": "true"} if event.begins else {}
            if not event.begins and self._maybe(0.3):
                said["ends"] = "true"
            if self._maybe(0.3):
                said["key"] = quoted("version > 3 ? null : id")
            given = {name: self._value(kind, scope) for name, kind in state.items() if self._maybe()}
            said |= let | ({"set": block(given)} if given else {})
            if self._maybe(0.7):
                said |= self._acting("issue", later.commands, scope, later)
            issued += re.findall(r'issue: ("[^"]*")', block(said))
            if issued and "do" not in said and self._maybe():
                said["withdraw"] = self._random.choice(issued)
                if "issue" not in said and self._maybe():
                    target = next(one for one in later.commands if quoted(one.name) == said["withdraw"])
                    said["with"] = block({next(iter(target.fields)): quoted("id")})
            steps[quoted(event.name)] = block(said)
        body = {"state": self._fields(state, defaults=True)} if state else {}
        on = "\n".join(f"    {event}: {step}" for event, step in steps.items())
        self._section(f"process.of_{family.name}", key=quoted("id"), **body, on="{\n" + on + "\n}")

    # -- messages -----------------------------------------------------------------------------------------

    def _messages(self) -> None:
        family = self._random.choice(self._families)
        where = block({"topic": '"news"', "handler": '"tell"', "filter": quoted("key != 'x'")})
        office = block({"topic": '"news"', "handler": '"office"'})
        stand_in = self._handler(family) | {"fails": "0.3"}
        self._section("topics", news="{}", told="{}")
        self._section("subscriptions", telling=where, asking=office)
        self._section("routing", all=block({"pattern": quoted(f"{family.name}.*"), "topics": '"news"'}))
        self._section("handler.tell", **self._handler(family))
        self._section("actor.visitor", description=quoted("Comes and goes."))
        self._section("actor.clerk")
        self._section("external.office", description=quoted("Answers."), stand_in=block(stand_in))

    def _handler(self, family: Family) -> dict[str, str]:
        event = self._random.choice(family.events)
        told = {path: STORED.get(kind, kind) for path, kind in self._read("data", event.fields).items()}
        hidden = {f"data.{name}" for name in WRITTEN}
        told = {path: kind for path, kind in told.items() if not path.endswith(".floor")}
        told = {path: kind for path, kind in told.items() if ".".join(path.split(".")[:2]) not in hidden}
        let, scope = self._let(told | {"key": "string", "now": "time", "attempt": "integer"})
        look = block({"row": block({"projection": quoted(f"rows_of_{family.name}"), "key": quoted("key")})})
        said = {"event": quoted(event.name), **let, "rows": look}
        if self._maybe():
            odd = block({"when": self._value("boolean", scope), "message": '"{key}"', "error": '"Odd"'})
            said["reject"] = block({"odd": odd})
        again = block({"when": quoted("attempt < 2 && row == null"), "message": quoted("{key}")})
        said["fail"] = block({"again": again})
        behind = self._families[self._families.index(family) + 1 :]
        if behind and self._maybe():
            later = self._random.choice(behind)
            return said | self._acting("issue", later.commands, scope, later, root="data")
        data = block(
            {
                "what": quoted("data"),
                "times": quoted("row == null ? 0 : 1"),
                "text": self._value("string", scope),
            }
        )
        said |= {"publish": '"told"', "type": '"tale"', "with": data}
        said |= {"key": self._value("string", scope)} if self._maybe() else {}
        return said | self._later(scope)

"""Read models and queries of random models."""

from __future__ import annotations

import re

from tests.project.declared.random_expressions import COLUMNS, INNER, block, quoted
from tests.project.declared.random_sections import Family, Part, RandomSections


class RandomReadModels(RandomSections):
    """Writes read models, and queries about their rows."""

    def _read_model(self, family: Family) -> None:
        columns = self._some(4, COLUMNS) | {"times": "integer"}
        kinds = {name: quoted(COLUMNS[kind]) for name, kind in columns.items()}
        indexed = block({"type": kinds["times"], "index": "true"})
        rows = f"rows_of_{family.name}"
        deeds = {quoted(event.name): self._deed(event, columns) for event in family.events}
        on = "\n".join(f"    {event}: {deed}" for event, deed in deeds.items())
        said = block({"id": '"text"', **kinds, "times": indexed, "seen": '"json"', "kept": '"json"'})
        self._section(f"projection.{rows}", columns=said, on="{\n" + on + "\n}")
        self._section(f"query.get_{family.name}", get=quoted(rows), fields='{ id: "string" }')
        self._section(f"query.all_{family.name}", list=quoted(rows), fields='{ times: "integer?" }')
        self.questions += [(f"get_{family.name}", {"id": "1"}), (f"all_{family.name}", {"times": 1})]
        self._listing(family, rows, columns)

    def _listing(self, family: Family, rows: str, columns: dict[str, str]) -> None:
        """Adds a query with a condition and an order."""
        fields = {"least": "integer", "word": "maybe", "words": "texts", "since": "time"}
        ways = ["row.times >= least", "row.id == word", "row.id in words", "(words == [] || row.times != 3)"]
        ways += [f"row.{name}" for name, kind in columns.items() if kind == "boolean"]
        ways += [f"row.{name} < since" for name, kind in columns.items() if kind == "time"]
        parts = self._random.sample(ways, self._random.randint(1, 3))
        where = f"({parts[0]} {self._random.choice(['&&', '||'])} {parts[-1]})"
        where += f" && {parts[1]}" if len(parts) > 1 else ""
        fields = {field: kind for field, kind in fields.items() if re.search(rf"\b{field}\b", where)}
        order = {"order": quoted(self._random.choice(["times", "-times"]))} if self._maybe() else {}
        name = f"some_{family.name}"
        said = {"list": quoted(rows), "fields": self._fields(fields), "where": quoted(where)}
        self._section(f"query.{name}", **said, **order)
        self.questions.append((name, self._data(Part(name, fields))))

    def _deed(self, event: Part, columns: dict[str, str]) -> str:
        record = {"id": "string", "version": "integer", "at": "time"}
        event_scope = self._read("event", event.fields) | record
        found = not event.begins and self._maybe(0.3)
        let, scope = self._let(event_scope | ({} if found else {"(row == null ? true : false)": "boolean"}))
        said: dict[str, str] = {}
        lines = [path for path, kind in event_scope.items() if kind == "lines"]
        if lines and self._maybe():
            said["each"] = block({"line": quoted(lines[0])})
            scope |= self._read("line", INNER["line"])
            said |= {} if found else {"key": quoted("line.sku")}
        if self._maybe(0.3):
            said["rows"] = block({"other": quoted("'1'")})
            scope |= {"(other != null && other.times != null ? other.times : 0)": "integer"}
        if found:
            said["where"] = quoted(f"row.times == {self._expression('integer', event_scope)}")
        if self._maybe(0.3):
            said["when"] = self._value("boolean", scope)
        values = {name: self._value(kind, scope) for name, kind in columns.items()}
        if event.begins and "each" not in said:
            kept = quoted(lines[0] if lines else self._expression("texts", scope))
            return block(said | let | {"put": block(values | {"seen": quoted("event"), "kept": kept})})
        if self._maybe(0.2):
            return block(said | let | {"remove": "true"})
        values.pop("times")
        growing = [name for name in values if columns[name] in {"integer", "money"}]
        adds = {name: values[name] for name in growing if self._maybe()}
        sets = {name: text for name, text in values.items() if name not in adds}
        if self._maybe():
            absent = "row.kept == null" if found else "row == null || row.kept == null"
            sets["kept"] = quoted(f"{absent} ? [] : row.kept.map(one, one)")
        said |= let | ({"set": block(sets)} if sets else {}) | ({"add": block(adds)} if adds else {})
        return block({**said, "count": '"times"'})

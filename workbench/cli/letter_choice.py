"""Which dead letters a verb is about: by number, subscription, words, CEL, or what they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.cli.answers import note, one_line, which
from workbench.cli.arguments import Options, Parser, count, words

if TYPE_CHECKING:
    from workbench.services.dead_letters.letter_index import LetterQuery, LettersFound
    from workbench.services.workspace import Workspace

NAMES = "is the name right? workbench dead-letters show says what a letter holds"


def search_options(parser: Parser) -> None:
    """Adds what letters are searched by."""
    parser.add_argument(
        "--words",
        metavar="WORDS",
        type=words,
        default="",
        help="only those in which all of these occur, the edited copy and #NUMBER among it; a phrase is one"
        " in quotes of its own: '\"no refund\"'",
    )
    parser.add_argument(
        "--where",
        metavar="CEL",
        type=words,
        default="",
        help="only those of which this is true, such as data.amount > 100 or error.contains('timeout'); data"
        " is the original, edited the edited copy",
    )
    parser.add_argument(
        "--is",
        dest="chips",
        metavar="FIELD=VALUE",
        type=words,
        action="append",
        default=[],
        help="only those of this group; FIELD as for --group-by of list",
    )


def subscription_option(parser: Parser) -> None:
    """Adds the choice of one subscription."""
    parser.add_argument(
        "--subscription", metavar="NAME", type=words, default="", help="all of this subscription"
    )


def choice_options(parser: Parser, what: str) -> None:
    """Adds the ways to say which letters are dealt with."""
    parser.project()
    parser.add_argument(
        "numbers", metavar="NUMBER", type=count, nargs="*", help=f"which ones are to be {what}"
    )
    parser.add_argument("--all", action="store_true", help=f"all that can be {what}")
    subscription_option(parser)
    search_options(parser)
    parser.add_argument("--first", metavar="N", type=count, default=0, help="only the N oldest of them")


def query_of(options: Options, statuses: Sequence[str], by: str = "message", then: str = "") -> LetterQuery:
    """Returns the query that the options are."""
    from workbench.errors import InvalidValue
    from workbench.services.dead_letters.letter_index import LetterQuery

    chips = [tuple(chip.partition("=")[::2]) for chip in options.chips]
    if not all(field for field, _ in chips) or any("=" not in chip for chip in options.chips):
        raise InvalidValue("a group is FIELD=VALUE", path="", hint='such as --is "message=no such key"')
    if options.subscription:
        chips.append(("subscription", options.subscription))
    return LetterQuery(
        statuses=tuple(statuses),
        words=options.words,
        where=options.where,
        chips=tuple(chips),
        by=by,
        then=then,
    )


def check_fields(workspace: Workspace, sought: LettersFound) -> None:
    """Refuses fields that no letter has, of any status: they are misspelt.

    Args:
        sought: What was found by them.

    Raises:
        InvalidValue: One is misspelt; it says which one may be meant.
    """
    from workbench.errors import InvalidValue
    from workbench.services.dead_letters.letter_facts import FIELDS, NONE

    query = sought.query
    asked = [field for field, value in query.chips if value != NONE] if not sought.numbers else []
    grouped = [by for by in (query.by, query.then) if by] if sought.unknown else []
    own = [field for field in (*asked, *grouped) if field not in FIELDS]
    unknown = map(workspace.dead_letters.repair.unknown, own)
    lacks = sought.unknown if sought.valueless and not sought.numbers else ""
    if said := next(filter(None, unknown), lacks):
        raise InvalidValue(one_line(said), path="")


OFFERED = 5
"""Dead letters that are named where none was."""


def which_letter(options: Options, workspace: Workspace, action: str) -> int:
    """Says which dead letters are open, where none was named; returns the exit code."""
    rows = [
        (one.number, one.subscription, one.type, one.key)
        for one in workspace.dead_letters.page(("open",), limit=OFFERED)
    ]
    return which(options, f"dead-letters {action}", "dead letter", rows, "dead-letters")


def chosen(options: Options, workspace: Workspace, statuses: Sequence[str]) -> list[int]:
    """Returns the numbers that were given, or those that the choice means now, the oldest first (L5).

    Of a search it notes for how many letters the expression has no value, as where a field is misspelt.

    Raises:
        InvalidValue: Nothing was chosen, or in two ways, or by what no letter has.
        NotFound: There is no such letter or subscription.
    """
    from workbench.errors import InvalidValue

    searched = bool(options.words or options.where or options.chips)
    if len([one for one in (options.numbers, options.all, options.subscription, searched) if one]) > 1:
        said = (
            "numbers, --subscription, --all and a search each say which dead letters; two of them were given"
        )
        raise InvalidValue(said, path="", hint="give one of them")
    letters = workspace.dead_letters
    if options.numbers:
        for number in options.numbers:
            letters.get(number)
        found = list(dict.fromkeys(options.numbers))
    elif searched:
        sought = letters.repair.find(query_of(options, statuses))
        found = list(sought.numbers)[::-1]
        check_fields(workspace, sought)
        if sought.valueless and not found:
            raise InvalidValue(f"no dead letter fits: {one_line(sought.valueless)}", path="", hint=NAMES)
        if sought.valueless:
            note(one_line(sought.valueless))
    elif options.all or options.subscription:
        found = letters.numbers_of(statuses, options.subscription)
    else:
        hint = "give numbers, --subscription NAME or --all, or --where CEL, --words TEXT, --is FIELD=VALUE"
        raise InvalidValue("which dead letters?", path="", hint=hint)
    return found[: options.first] if options.first else found

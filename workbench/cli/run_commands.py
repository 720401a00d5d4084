"""The commands of a run, and the time that passes between and behind them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.answers import meter
from workbench.cli.arguments import Options
from workbench.errors import InvalidValue
from workbench.model.clock import MICROSECONDS

if TYPE_CHECKING:
    from workbench.services.commands.command_story import StoryReport
    from workbench.services.workspace import Workspace


class Waiting:
    """Lets what follows happen; in a fork, where nothing comes by itself, the clock is moved (W15)."""

    def __init__(self, workspace: Workspace, options: Options) -> None:
        self._workspace, self._wait = workspace, options.wait
        self._until: int | None = None

    async def between(self) -> None:
        """Lets all that follows from a command happen: in a fork no longer than it takes there."""
        if self._workspace.future.by_hand:
            self._until = self._workspace.world.clock.now() + round(self._wait * MICROSECONDS)
            await self._workspace.future.follow(self._wait)
        else:
            await self._workspace.drain.settle(self._wait)

    async def behind_the_last(self) -> bool:
        """Lets the time to wait pass behind the last command; returns whether all has settled."""
        workspace = self._workspace
        if workspace.future.by_hand and self._until is not None:
            await workspace.future.to(max(self._until, workspace.world.clock.now()), stop=False)
        elif workspace.future.by_hand:
            await workspace.future.move(self._wait, stop=False)
        return await workspace.drain.settle(self._wait)


async def issue(workspace: Workspace, options: Options, waiting: Waiting) -> StoryReport:
    """Issues what was asked for; with nothing asked for, the story, if the project has one."""
    from workbench.services.commands.command_story import StoryReport, arriving_lines

    if options.times:
        return await _burst(workspace, options)
    between = waiting.between if options.settle else None
    if options.issued:
        return await workspace.story.play_commands(options.issued, origin="cli", between=between)
    if options.commands == "-":
        lines = arriving_lines(sys.stdin.fileno())
        return await workspace.story.play_lines(lines, origin="cli", between=between)
    if options.commands is None and workspace.project.story is None:
        return StoryReport()
    path = Path(options.commands) if options.commands is not None else None
    return await workspace.story.play(path, pace=0, origin="cli", between=between)


async def _burst(workspace: Workspace, options: Options) -> StoryReport:
    """Issues a generated command many times; each reason of a refusal is a problem."""
    from workbench.interop.ndjson import RecordProblem
    from workbench.model.json_values import write_json
    from workbench.services.commands.bursts import Burst
    from workbench.services.commands.command_story import StoryReport

    if len(options.issued) != 1:
        raise InvalidValue("--times needs one --command", path="")
    name, values = options.issued[0]
    fields = {key: one if isinstance(one, str) else write_json(one) for key, one in values.items()}
    burst = Burst(command=name, fields=fields, count=options.times, rate=options.rate or 0, seed=options.seed)
    show = meter(options) or (lambda _: None)
    future = workspace.future
    sent = await workspace.bursts.send(
        burst,
        origin="cli",
        progress=lambda one: show(one.summary()),
        pause=partial(future.move, stop=False) if future.by_hand else None,
    )
    show("")
    report = StoryReport()
    told = {"accepted": sent.accepted, "rejected": sent.refused.total(), "failed": sent.failed.total()}
    report.outcomes.update({outcome: many for outcome, many in told.items() if many})
    reasons = (sent.refused + sent.failed).most_common()
    report.problems += [RecordProblem(line=1, message=f"{many:,} times: {said}") for said, many in reasons]
    return report

"""What can be written: each operation is a value; a list of them is one transaction (C2, C6).

An operation says in one place what it is, how it is batched and what it changes. Each adapter has a function
for it, named in the `RUN` of the module where that stands.
"""

from __future__ import annotations

from workbench.store.operations.act_operations import BringBack, RecordAction
from workbench.store.operations.letter_operations import (
    AdvanceJob,
    ForgetLetters,
    ImportLetter,
    MarkLetters,
    NoteLetters,
    RecallReplays,
    ReplayLetter,
    RestoreLetters,
    StartJob,
)
from workbench.store.operations.log_operations import (
    Append,
    AppendMany,
    Atomic,
    CloseStream,
    CreateTopic,
    EnsureTopic,
    ForgetMessages,
    NewMessage,
    RecordCommand,
    Retain,
    SaveSnapshot,
)
from workbench.store.operations.operation import (
    Operation,
)
from workbench.store.operations.queue_operations import (
    Claim,
    ConfigureSubscription,
    DoNow,
    EnsureSubscription,
    Extend,
    Lease,
    Reclaim,
    RecoverSubscription,
    Settle,
    Skip,
    Unclaim,
    WithdrawTimeouts,
)
from workbench.store.operations.row_operations import (
    ProjectRows,
    SaveProcess,
)

__all__ = [
    "AdvanceJob",
    "Append",
    "AppendMany",
    "Atomic",
    "BringBack",
    "Claim",
    "CloseStream",
    "ConfigureSubscription",
    "CreateTopic",
    "DoNow",
    "EnsureSubscription",
    "EnsureTopic",
    "Extend",
    "ForgetLetters",
    "ForgetMessages",
    "ImportLetter",
    "Lease",
    "MarkLetters",
    "NewMessage",
    "NoteLetters",
    "Operation",
    "ProjectRows",
    "RecallReplays",
    "Reclaim",
    "RecordAction",
    "RecordCommand",
    "RecoverSubscription",
    "ReplayLetter",
    "RestoreLetters",
    "Retain",
    "SaveProcess",
    "SaveSnapshot",
    "Settle",
    "Skip",
    "StartJob",
    "Unclaim",
    "WithdrawTimeouts",
]

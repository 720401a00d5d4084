"""Models that are declared in the project file, without a line of Python.

A section declares one thing: ``[aggregate.NAME]``, ``[event.NAME]``, ``[command.NAME]``,
``[projection.NAME]``, ``[policy.NAME]``, ``[process.NAME]``, ``[query.NAME]`` or ``[handler.NAME]``. A name
may have dots, as event types do: ``[event.account.opened]``. They become the same classes and the same
registry as Python modules make; a project can do some of it in one form and some in the other.

The form was chosen so that each section reads as a sentence. One section per thing keeps blocks shallow,
lets a section move as a whole, and lets every key be found, changed and pointed at by its path. Nested
blocks are used where something belongs inside (fields, guards, actions) instead of arrays of objects,
because only keys have places that an editor can write to.

Example:
    ```tsk
    [types]
    account_id { type: "string", min: 2, max: 20, pattern: "^[a-z]+$", example: "ada" }

    [aggregate.account]
    description: "An account with a balance."
    state {
        balance { type: "money", default: 0 }
        closed { type: "boolean", default: false }
    }

    [event.account.opened]
    description: "An account exists."
    fields { owner: "string" }

    [event.account.credited]
    description: "Money came in. Version 1 called it sum and knew no note."
    version: 2
    fields { amount: "money", note: "string?" }
    set { balance: "state.balance + event.amount" }
    upcast { from_1 { rename { sum: "amount" }, default { note: null } } }

    [command.open_account]
    description: "Opens an account."
    creates: "account"
    fields { account_id: "account_id", owner { type: "string", min: 1, example: "Ada Lovelace" } }
    emit: "account.opened"

    [command.credit]
    description: "Puts money in."
    changes: "account"
    fields { account_id: "account_id", amount { type: "money", min: 0 }, note: "string?" }
    refuse {
        closed { when: "state.closed", message: "the account is closed" }
        nothing { when: "command.amount == 0.0", message: "{command.amount} is nothing", field: "amount" }
    }
    emit: "account.credited"

    [projection.accounts]
    columns { id: "text", owner: "text", balance: "number", credits: "integer" }
    on {
        "account.opened": { put { owner: "event.owner", balance: 0.0, credits: 0 } }
        "account.credited": { add { balance: "event.amount" }, count: "credits" }
    }

    [query.get_account]
    get: "accounts"
    fields { account_id: "account_id" }

    [policy.welcome]
    on: "account.opened"
    issue: "credit"
    with { account_id: "id", amount: 5.0, note: "'welcome, ' + event.owner" }
    after: "1s"

    [handler.send_receipt]
    event: "account.credited"
    rows { account { projection: "accounts", key: "key.substring(key.indexOf('-') + 1)" } }
    fail { unknown { when: "account == null", message: "there is no account {key} yet" } }
    publish: "mail"
    type: "receipt"
    with { to: "account.owner", amount: "data.amount" }

    [topics]
    mail {}

    [subscriptions]
    receipts { topic: "mail", handler: "send_receipt" }

    [routing]
    credits { pattern: "account.credited", topics: "mail" }
    ```

**Fields.** A type, or a block with ``type`` and its limits: ``string`` (min, max, pattern), ``integer``
(min, max), ``decimal`` (min, max, places), ``money`` (a decimal with two places), ``boolean``,
``date-time``, ``uuid``, ``email``, ``url``, ``choice`` (choices), ``list`` (of, min, max), ``object``
(fields), or one of ``[types]``. A question mark allows null, which is then the default. Any field takes
title, description, example and default; forms show them. The first field of a command is the aggregate's
id, unless ``target`` names another.

**Expressions** are CEL and stand between quotes; what is not text stands for itself: ``down: true``. A text
is written ``"'paid'"``. ``resources/docs/expressions.md`` has the language, its functions and its budget.
Whatever is calculated with a ``decimal`` or ``money`` is a decimal, exactly (a literal ``0.1`` beside it is a
tenth), and a field takes it rounded to its places. ``event`` has the event's fields, ``state`` the state
before it, ``command`` the command's fields. A condition such as ``command.note != null`` makes sure that what
follows it is there.

**Events** say in ``set`` what changes in the state; what is not set stays. ``upcast`` has a step from each
older version: fields are renamed, then set (expressions over ``data``), then given defaults, then removed.

**Commands** begin an aggregate (``creates``) or need one (``changes``). Guards in ``refuse`` are asked in
their order. An **action** emits an event, and takes its fields from ``with``, else from the command's
fields of the same name. Several actions stand in ``do { name { when: …, emit: … } }``.

**Projections** have their key in the first column. An event does one of ``put`` (a new row), ``set``
(columns of the row that is there), ``add`` and ``count`` (numbers that grow, in a new row if need be), or
``remove: true``. Expressions also see ``row``, and of the event's record ``id`` (the aggregate's),
``stream``, ``type``, ``at``, ``version`` and ``position``. ``key`` says where the key comes from, if it is
not ``id``.

**Policies** issue commands on events: ``issue``, ``with``, ``when``, ``after``. **Processes** remember:
``key`` says which instance an event belongs to, ``starts: true`` begins one, ``ends: true`` ends it, other
events do nothing where there is none. A timeout is a command that is issued later, whose guards say whether
it still matters.

**Handlers** look rows up (``rows``), name values (``let``), are rejected for ever (``reject``) or fail and
are tried again (``fail``) while a condition holds, and else publish messages and issue commands. They see
``data``, ``type``, ``key``, ``topic``, ``metadata`` and ``attempt`` of the message.
"""

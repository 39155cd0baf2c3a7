"""The routes that only look: they read the published view and never wait for the agents' loop."""

from __future__ import annotations

from starlette.responses import Response, StreamingResponse

from jido_cli.control import protocol
from jido_cli.control.exchange import Endpoint, Exchange
from jido_cli.control.query import AFTER, LIMIT, Param

_AGENT = Param("agent", "text", "a node, by path or tail, with all below it")


async def get_health(exchange: Exchange) -> Response:
    """Answer whether the process is alive."""
    health = exchange.port.health()
    return exchange.answer(health, status=200 if health["ok"] else 503)


async def get_ready(exchange: Exchange) -> Response:
    """Answer whether every node is ready."""
    ready = exchange.port.ready()
    return exchange.answer(ready, status=200 if ready["ok"] else 503)


async def get_engine(exchange: Exchange) -> Response:
    """Answer who the engine is."""
    return exchange.answer(exchange.with_address(exchange.port.engine()))


async def get_tree(exchange: Exchange) -> Response:
    """Answer the whole tree."""
    tree = exchange.port.tree()
    return exchange.answer({**tree, "engine": exchange.with_address(tree["engine"])})


async def get_node(exchange: Exchange) -> Response:
    """Answer everything of one node."""
    return exchange.answer(exchange.port.node(exchange.ident))


async def get_state(exchange: Exchange) -> Response:
    """Answer an agent's state."""
    return exchange.answer(exchange.port.state(exchange.ident, exchange.text("select")))


async def get_directives(exchange: Exchange) -> Response:
    """Answer a page of the directive log."""
    return exchange.answer(
        exchange.port.directives(
            agent=exchange.agent_path(),
            type=exchange.text("type"),
            outcome=exchange.text("outcome"),
            after=exchange.integer("after", 0),
            limit=exchange.limit(),
        )
    )


async def get_dead_letters(exchange: Exchange) -> Response:
    """Answer a page of the dead letters."""
    after, limit = exchange.integer("after", 0), exchange.limit()
    return exchange.answer(exchange.port.dead_letters(after=after, limit=limit))


async def get_events(exchange: Exchange) -> Response:
    """Stream the events, or answer a page of those that are kept."""
    named = exchange.text("kinds")
    kinds = frozenset(kind for kind in named.split(",") if kind) if named else None
    path = exchange.agent_path()
    resumed = exchange.request.headers.get("last-event-id", "")
    if resumed.isdigit() and len(resumed) <= 18:
        after = int(resumed)  # a browser's stream comes back with the address it began with
    elif exchange.text("after") == "latest":
        after = exchange.hub.latest()
    else:
        after = exchange.integer("after", 0)
    if not exchange.flag("follow", default=True):
        return exchange.answer(exchange.port.events_after(after, exchange.limit(), kinds, path))
    return StreamingResponse(
        exchange.hub.stream(after, kinds, path), media_type=protocol.STREAM_TYPE
    )


_NOT_OK = {200: "yes", 503: "no, and why"}
ENDPOINTS = (
    Endpoint("GET", protocol.HEALTH_PATH, "Is the process alive?", get_health, answers=_NOT_OK),
    Endpoint("GET", protocol.READY_PATH, "Is every node ready?", get_ready, answers=_NOT_OK),
    Endpoint("GET", protocol.ENGINE_PATH, "Who the engine is", get_engine),
    Endpoint("GET", protocol.TREE_PATH, "The whole tree, of one revision", get_tree),
    Endpoint("GET", protocol.NODES_PATH + "{path}", "Everything known of one node", get_node),
    Endpoint(
        "GET",
        protocol.STATE_PATH + "{path}",
        "An agent's committed state, or a part of it",
        get_state,
        (Param("select", "text", "the part, such as orders.o-1183.cents"),),
    ),
    Endpoint(
        "GET",
        protocol.EVENTS_PATH,
        "Events as server-sent events; resumes after Last-Event-ID, says what was missed",
        get_events,
        (
            Param("after", "position", "last event known already (0), or latest"),
            Param("kinds", "text", "kinds wanted, separated by commas"),
            _AGENT,
            Param("follow", "flag", "0: answer a JSON page of what is kept (1)"),
            LIMIT,
        ),
    ),
    Endpoint(
        "GET",
        protocol.DIRECTIVES_PATH,
        "The directive log",
        get_directives,
        (
            _AGENT,
            Param("type", "text", "type of directive, such as emit"),
            Param("outcome", "text", "outcome, such as dead_letter"),
            AFTER,
            LIMIT,
        ),
    ),
    Endpoint(
        "GET",
        protocol.DEAD_LETTERS_PATH,
        "Signals that nobody handles",
        get_dead_letters,
        (AFTER, LIMIT),
    ),
)

"""What the cases name."""

import functools
import time as clock
from subprocess import check_output

import jido_cli
import requests
from jido_cli import action as act
from jido_cli.core.action import action

from . import helpers
from .helpers import shared, unmarked


@act
def good(id: str, many: int = 1) -> dict:
    return {"last": id}


@jido_cli.action(name="x")
async def waits(id: str) -> dict:
    return {}


@action(effect="thread")
def sleeps_elsewhere() -> dict:
    clock.sleep(1)
    return {}


@action
def sleeps(id: str) -> dict:
    clock.sleep(1)
    requests.get("https://example.com")
    return {}


@action
async def fetches() -> dict:
    import urllib.request

    urllib.request.urlopen("https://example.com")
    return {"out": check_output(["true"])}


@action
def prepares() -> dict:
    def later():
        clock.sleep(1)

    return {"made": str(later), "at": helpers.time.sleep}


def plain(id: str) -> dict:
    return {}


@functools.cache
def cached(id: str) -> dict:
    return {}


@action(effect="thread")
async def confused() -> dict:
    return {}


@action
def yields():
    yield {}


@action
def greedy(*args, **kwargs):
    return {}


@action
def positional(id: str, /):
    return {}


class Shop:
    pass


alias = good
if clock:
    @action
    def conditional(id: str) -> dict:
        return {}

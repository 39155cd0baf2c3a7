"""How the file names what is in Python: `module:name`.

The form only: whether it is there is the linter's business, and the runtime's.
"""

from __future__ import annotations

from keyword import iskeyword


def is_target(run: str) -> bool:
    """Tell whether a text has the form `module:name`."""
    module, colon, function = run.partition(":")
    names = (*module.split("."), function)
    return bool(colon) and all(name.isidentifier() and not iskeyword(name) for name in names)


def target_hint(run: str) -> str:
    """Return what was probably meant by a text that has not."""
    if ":" not in run and "." in run:
        module, _, function = run.rpartition(".")
        guess = f"{module}:{function}"
    else:
        path, _, function = run.partition(":")
        guess = f"{path.removesuffix('.py').replace('/', '.').strip('.')}:{function}"
    return f"did you mean {guess!r}?" if is_target(guess) else "for example shop.stock:reserve"

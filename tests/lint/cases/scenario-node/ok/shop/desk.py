from jido_cli import SpawnAgent, action


@action
def hire():
    return {}, SpawnAgent("clerk", tag="any" + "body", under="clerks")

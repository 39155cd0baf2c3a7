import jido_cli
from jido_cli import Plugin


class Bare(dict):
    pass


class Order(jido_cli.Strategy):
    pass


class Base(Plugin):
    pass


class Notes(Base):
    pass

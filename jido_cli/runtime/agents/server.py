"""The agent server: one incarnation of an agent, one writer, one command at a time.

It takes mail from its place, lets `core` decide, and hands what came out to the commit path;
only then is the caller answered, the state shown and the directives performed (runtime.md 7 to
17). What acts on the world is in `performing`, `effectful`, `timers` and `family`, what can be
asked of it in `incarnation`.
"""

from __future__ import annotations

from jido_cli.core.agent import Agent
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.directives import Reply
from jido_cli.core.failures import ActionFailure
from jido_cli.core.outcomes import Done, Suspended, Unrouted
from jido_cli.core.signals import Signal
from jido_cli.errors import JidoCliError
from jido_cli.runtime.agents import keeping, unrouted
from jido_cli.runtime.agents.calls import Answer, CallRequest, Mail
from jido_cli.runtime.agents.commits import refuse
from jido_cli.runtime.agents.effectful_command import EffectfulCommand
from jido_cli.runtime.agents.incarnation import Incarnation
from jido_cli.runtime.agents.mailbox import admit_waiters, has_waiters, make_dead_letter
from jido_cli.runtime.agents.parts import Parts
from jido_cli.runtime.agents.performing import MAX_DIRECTIVES, perform, too_many
from jido_cli.runtime.agents.recording import Cause, record
from jido_cli.runtime.supervising.crash_reports import describe
from jido_cli.runtime.supervising.names import OWN
from jido_cli.runtime.supervising.starts import ChildArgs
from jido_cli.runtime.watching.watch import is_from_keyboard
from jido_cli.supervision.reasons import KILLED, ExitReason, crash


class AgentServer(Incarnation):
    """One incarnation of an agent, at work."""

    __slots__ = ()

    # -- life

    def begin(self, args: object) -> ExitReason | None:
        """Make the agent and take up the place's mail; the reason if it cannot start."""
        if isinstance(args, ChildArgs):
            self.args = args
        try:
            self.agent = Agent.new(self.program.definition, self.place.id, self.overrides)
            if self.program.persist != "none":
                self.agent = keeping.restored(self, self.agent)
        except JidoCliError as error:
            return crash(error)
        self.committed = self.agent
        self.place.process = self
        if self.program.schedules:
            self.parts.need_timers().schedules.start(self.program.schedules)
        if self.place.has_log:
            self.place.log.lost.clear()
        if self.program.sensors:
            self.parts.need_sensors()
        self.place.wake()
        return None

    def terminate(self, reason: ExitReason) -> None:
        """Stop: now if nothing runs, else when what runs has been cancelled."""
        if not self.is_alive or self.stopping is not None:
            return
        self.stopping = reason
        self.is_held = True
        if self.place.process is self:
            self.place.set_status("stopping")
        if self.running is not None:
            self.running.cancel()
        self.stop_when_quiet()

    def stop_when_quiet(self) -> None:
        """Exit as asked once no effect runs, no commit is open and the family is gone."""
        if self.stopping is None or not self.is_alive or self.running is not None:
            return
        if self._parts is not None and not self._parts.is_quiet(self.stop_when_quiet):
            return
        if self.program.persist == "none" or keeping.is_kept(self, self.stop_when_quiet):
            self.exit(self.stopping)

    def orphan(self) -> None:
        """The supervisor was killed; an agent has no clean-up that could wait."""
        self.exit(KILLED)

    def kill(self, detail: object = None) -> None:
        """Revoke this incarnation at once (runtime.md 17)."""
        self.exit(KILLED if detail is None else ExitReason("killed", detail))

    def exit(self, reason: ExitReason, in_flight: Mail | None = None) -> None:
        """End this incarnation with *reason*; *in_flight* is the mail that it died over."""
        if not self.is_alive:
            return
        self.is_alive = False
        self.is_held = True
        place = self.place
        if place.process is self:
            place.process = None
            place.is_idle = False
        running, self.running = self.running, None
        if running is not None:
            running.revoke()
            in_flight = running.mail
        if self._parts is not None:
            self._parts.end(is_killed=reason.kind == "killed")
        signal = None
        if in_flight is not None:
            signal = in_flight.signal if isinstance(in_flight, CallRequest) else in_flight
            self.lose(in_flight, reason)
        self.kernel.note_exit(self, reason, signal)
        self.supervisor.child_exited(self, reason)

    def lose(self, mail: Mail, reason: ExitReason) -> None:
        """The signal in flight at the death is a dead letter (runtime.md 16)."""
        if isinstance(mail, CallRequest):
            why = f"{self.place.path} exited while its command ran: {describe(reason)}"
            failure = ActionFailure(why, "exited", "", exception=None)
            mail.reply(
                Answer(False, 0, None, None, failure, "unknown", command=mail.signal.id, why=why)
            )
        make_dead_letter(self.place, mail, f"exited: {describe(reason)}")

    # -- its parts

    @property
    def parts(self) -> Parts:
        """What most agents never need; asking makes it."""
        if self._parts is None:
            self._parts = Parts(self)
        return self._parts

    def lost_own_supervisor(self) -> None:
        """The supervisor of its own gave up: nobody else falls (runtime.md 18)."""
        if self._parts is not None and self._parts.family is not None:
            self._parts.family.lost_own()
        if self.stopping is None:
            why = "the supervisor of its children gave up"
            mends = "the next child that it spawns there, or a restart, ends this"
            self.place.log.lost[OWN] = f"{why}; {mends}"
            self.kernel.revision += 1
            self.kernel.events.fact("degraded", self.place, why, tag="children")

    # -- mail

    def run(self, limit: int) -> int:
        """Work off at most *limit* messages."""
        place = self.place
        mail = place.mail
        handled = 0
        while mail and handled < limit and not self.is_held:
            item = mail.popleft()
            handled += 1
            if item.__class__ is Signal:
                self._handle(item, item)
            else:
                self._handle_call(item)  # type: ignore[arg-type]
            if place._log is not None:  # noqa: SLF001 - hot path
                if place._log.watchers:  # noqa: SLF001
                    place.tell_watchers()
                if has_waiters(place):
                    admit_waiters(place)
                    mail = place.mail
        if self.is_alive and not self.is_held:
            place.wake()
        return handled

    def _handle_call(self, request: CallRequest) -> None:
        if not request.is_answered and request.deadline < self.kernel.monotonic():
            request.expire()  # the loop was too busy for the timer of its deadline
        if request.is_answered:  # its deadline passed: it is not run (runtime.md 7)
            self.place.log.expired += 1
            self.kernel.events.fact(
                "expired", self.place, f"{request.signal.type} was not run: its caller had gone"
            )
        else:
            request.has_begun = True
            self._handle(request.signal, request)

    def _handle(self, signal: Signal, mail: Mail) -> None:
        kernel = self.kernel
        now_ns = kernel.wall_ns()
        started = kernel.monotonic()
        place = self.place
        kernel.seed = seed = kernel.seed + 1
        context = Context(
            now_ns,
            seed,
            self._info or self.info,
            signal,
            None,
            1,
            (self._source or self.source, self.generation, place.handled + 1),
        )
        watch = kernel.watch
        watch.since = started
        watch.signal = signal
        watch.running = self
        try:
            try:
                result = begin_signal(self.agent, signal, context)
            finally:  # an interruption that comes as late as in here is caught below
                watch.running = None
                if watch.is_injecting:
                    watch.swallow_late()
        except BaseException as error:  # noqa: BLE001 - an Exception would be a failed command
            self.broken(error, mail)
            return
        if result.__class__ is Done:
            if len(result.directives) > MAX_DIRECTIVES:
                result = too_many(self.agent, signal, result)
            if result.error is None and mail is signal and kernel.committer is None:
                # What `finish` and `settle` come to for most signals, written out.
                place.handled = seq = place.handled + 1
                self.agent = self.committed = result.agent
                spent = kernel.monotonic() - started
                kernel.events.command(now_ns, place, signal.type, True, spent, None)
                if result.directives:
                    self._perform_all(result, seq, signal, mail, now_ns)
            else:
                self.finish(result, signal, mail, now_ns, started)
        elif result.__class__ is Unrouted:
            unrouted.handle(self, signal, mail)
        else:
            assert isinstance(result, Suspended)
            EffectfulCommand(self, signal, mail, now_ns, started).wait_for(result)

    def broken(self, error: BaseException, mail: Mail) -> None:
        """A step ended by what no action should raise: a hang interrupted, an exit, a cancel."""
        self.kernel.watch.swallow_late()
        if is_from_keyboard(error):
            raise error
        self.exit(crash(error), mail)

    def release(self) -> None:
        """Go on with the mail, unless something still holds it."""
        if not self.is_alive or not self.is_held or self.stopping is not None:
            return
        waiting = 0 if self._parts is None else self._parts.waiting_directives
        if self.running is None and waiting <= MAX_DIRECTIVES:
            self.is_held = False
            self.place.wake()

    # -- the commit path

    def finish(self, done: Done, signal: Signal, mail: Mail, now_ns: int, started: float) -> None:
        """The command has ended: count it, and hand it to the commit path."""
        kernel = self.kernel
        place = self.place
        place.handled = seq = place.handled + 1
        error = done.error
        if error is not None:
            place.log.failed += 1
        kernel.events.command(
            now_ns,
            place,
            signal.type,
            error is None,
            kernel.monotonic() - started,
            None if error is None else error.action,
        )
        self.agent = done.agent
        if kernel.committer is None:
            self.settle(done, seq, signal, mail, now_ns)
        else:
            self.parts.need_commits().submit(done, seq, signal, mail, now_ns)

    def settle(self, done: Done, seq: int, signal: Signal, mail: Mail, now_ns: int) -> None:
        """The command is durable: show its state, answer, perform its directives."""
        before, self.committed = self.committed, done.agent
        if mail.__class__ is CallRequest:
            self._answer(mail, done, seq, before)
        log = self.place._log  # noqa: SLF001 - hot path
        if log is not None and log.watchers:
            self.place.tell_watchers()
        if done.directives:
            self._perform_all(done, seq, signal, mail, now_ns)

    def _perform_all(self, done: Done, seq: int, signal: Signal, mail: Mail, now_ns: int) -> None:
        stopping = self.stopping
        for index, directive in enumerate(done.directives):
            cause = Cause(done, signal, mail, now_ns, seq, index)
            if self.is_alive and self.stopping is stopping:
                perform(self, directive, cause)
            else:  # an earlier one stopped the agent: what it asked after that is not done
                record(self, directive, cause, "cancelled", "the agent had stopped")
        if self._parts is not None and self._parts.waiting_directives > MAX_DIRECTIVES:
            self.is_held = True

    def settled(self) -> None:
        """A commit was answered; an exit may have waited for it."""
        self.stop_when_quiet()

    def take_back_running(self) -> None:
        """The state that the running command began on was taken back: so is the command."""
        running, self.running = self.running, None
        if running is not None:
            running.revoke()
            assert running.mail is not None, "a command comes from the mailbox"
            refuse(self.place, running.mail)
            self.release()

    def _answer(self, request: CallRequest, done: Done, seq: int, before: Agent) -> None:
        output, error = done.output, done.error
        for directive in done.directives:
            if directive.__class__ is Reply:
                output = directive.output
        if self.program.definition.extension is not None:
            output = self._transformed(output, done, request.signal)
        state = done.agent.state
        changed = error is not None and done.agent is not before and state != before.state
        request.reply(Answer(error is None, seq, state, output, error, changed=changed))

    def _transformed(self, output: object, done: Done, signal: Signal) -> object:
        """Let the plugins put the answer into other words; what fails leaves it as it is."""
        extension = self.program.definition.extension
        if extension is None or not extension.phases.has("transform_result"):
            return output
        context = Context(self.kernel.wall_ns(), 0, self.info, signal)
        output, problems = extension.answered(output, done, signal, context)
        for one in problems:
            text = f"{signal.type} → {one.action}: {one.message}"
            self.kernel.events.fact("error", self.place, text)
        return output

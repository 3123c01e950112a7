"""Faults on purpose: a primary, a standby, a server and a dozen phones, for a while; then whether anything was lost or doubled.

    torture.py [--short] [--minutes N] [--faults N] [--seed N] ZOUFANG

--short: each kind of fault at least once, about a minute. Otherwise rounds of everything until both `--minutes` are over and `--faults` were survived, or
three times the minutes are. Chance comes from the seed, which is printed; how threads interleave does not. Ends with "N passed, N failed".
"""

import argparse
import collections
import random
import signal
import sys
import time
import traceback

from acts import Acts
from cuts import Cutter
from desks import Desk
from faults import TRANSPORTS, Faults
from phones import FINISH_S, Carried, GrpcOf, LedgerPhone, finish_all, rest_of
from stage import PASSWORD, Stuck
from store import Store
from verdict import CHECKS, CONTROLS, Verdict, few
from world import PEOPLE, World

OVERTIME = 3
TRACED_LINES = 9
SHORT_STEP, LONG_STEP = 100, 20  # bytes between the cuts while everybody goes on; before that there is one at each byte
RECENT = 50  # uploads of a phone, whose leads a desk may write to
SHORT_CROWD, LONG_CROWD = 2000, 10000
SHORT_PAUSE_S, LONG_PAUSE_S = 0.6, 0.2  # of a phone between its syncs
# What one round of the long run does, in an order of its own each time: act → how often.
ROUND = {
    "kill_server": 3, "stop_server": 1, "freeze_server": 1, "kill_postgres": 2, "kill_backend": 3, "kill_standby": 1, "promote_standby": 1,
    "fill_disk": 1, "fill_exports": 1, "move_clock": 2, "move_phones_clock": 2, "seal_audit": 1,
}  # fmt: skip
SHORT = [
    "kill_server", "kill_postgres", "kill_backend", "move_phones_clock", "fill_disk", "promote_standby", "move_clock", "kill_server", "kill_backend",
    "freeze_server", "fill_exports", "kill_standby", "stop_server",
]  # fmt: skip


class Torture:
    def __init__(self, given):
        self.given, self.passed, self.failed, self.begun = given, 0, 0, time.monotonic()
        self.random, self.faults = random.Random(given.seed), Faults()
        self.world = World(given.zoufang, self.random, self.faults)

    def tell(self, what):
        print(f"        {time.monotonic() - self.begun:.0f} s: {what}", flush=True)

    def check(self, sentence, wrong):
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        print("  FAIL" if wrong else "  ok  ", sentence, flush=True)
        for line in few(wrong):
            print("       ", line, flush=True)

    # --- The people ---

    def carry_phones(self):
        """Two phones an officer, one over each transport; those of supervisors only look."""
        carried = []
        for username, role, *_ in PEOPLE:
            for kind, connect in self.ways.items():
                if username in ("officer.cut", "supervisor.city"):
                    continue
                name = f"{username}-{kind}"
                pause_s = SHORT_PAUSE_S if self.given.short else LONG_PAUSE_S
                carried.append(Carried(name, username, connect, self.world.folder, self.given.seed, self.faults, role == "officer", pause_s))
        for phone in carried:
            phone.start()
        return carried

    def man_desks(self, phones):
        """A supervisor's two desks, one over each transport."""

        def leads():
            return [ack.id for phone in phones for ack in phone.acks[-RECENT:] if ack.kind == "leads"]

        desks = []
        for kind, connect in self.ways.items():
            chance = random.Random(f"{self.given.seed} desk {kind}")
            desks.append(Desk(f"desk-{kind}", "supervisor.county", connect, self.world.folder, chance, self.faults, leads))
            desks[-1].start()
        return desks

    def cutter(self):
        store = Store(str(self.world.folder / "officer.cut.phone"))
        store.db.execute("pragma synchronous = off")
        phone = LedgerPhone(store, Direct(self.world), lambda wanted_s: time.sleep(min(wanted_s, 0.5)))
        phone.sign_in("officer.cut", PASSWORD)
        return Cutter(self.world, phone, self.grpc_of.first, self.random, self.faults)

    # --- The run ---

    def short(self, acts):
        acts.do("seal_audit")
        acts.roughen()
        acts.do("cut_pushes", SHORT_STEP, 0, 5)
        for name in SHORT:
            acts.do(name)
        self.tell("each act was done")
        for transport in TRANSPORTS:
            acts.do("crowd", transport, SHORT_CROWD)

    def long(self, acts):
        begun, rounds = time.monotonic(), 0
        acts.do("seal_audit")
        acts.roughen()
        for transport in TRANSPORTS:
            acts.do("crowd", transport, LONG_CROWD)
        while not self.is_enough(time.monotonic() - begun):
            names = [name for name, times in ROUND.items() for _ in range(times)]
            self.random.shuffle(names)
            for name in names:
                acts.do(name)
                acts.do("go_on", self.random.uniform(0.2, 3))
            acts.do("cut_pushes", LONG_STEP, rounds % LONG_STEP, 10)
            rounds += 1
            self.tell(f"{self.faults.total():,d} faults")

    def is_enough(self, spent_s):
        limit_s = 60 * self.given.minutes
        return spent_s > limit_s and self.faults.total() >= self.given.faults or spent_s > OVERTIME * limit_s

    def torture(self):
        self.grpc_of = GrpcOf()
        wires = self.world.wires
        self.ways = {"rest": lambda: rest_of(wires["http"].address), "grpc": lambda: self.grpc_of(wires["grpc"].address)}
        cutter = self.cutter()
        cutter.at_every_byte()
        self.tell("pushes were cut at every byte")
        phones = self.carry_phones()
        desks = self.man_desks(phones)
        acts = Acts(self.world, phones, cutter, self.random, self.faults)
        try:
            (self.short if self.given.short else self.long)(acts)
        except Stuck as stuck:
            acts.wrong.append(str(stuck))
        self.world.settle()
        for desk in desks:
            desk.finishing.set()
            desk.join(FINISH_S)
            if desk.is_alive():
                desk.wrong.append(f"{desk.name} does not finish")
        finish_all(phones)
        print(f"  {sum(phone.syncs for phone in phones):,d} syncs, {sum(phone.written for phone in phones) + cutter.written:,d} texts written, "
              f"{sum(len(desk.notes) for desk in desks):,d} notes, {cutter.taken:,d} records of cut pushes had been taken", flush=True)  # fmt: skip
        print("  the longest that phones took to get through again:", ", ".join(f"{name} {s:.1f} s" for name, s in acts.longest_s.items()), flush=True)
        print("  phones were told:", dict(sum((phone.told for phone in phones), start=collections.Counter())), flush=True)
        self.check("phones got through again after each fault", acts.wrong)
        self.check("what was cut was taken once, whole or not at all", cutter.wrong)
        return phones, desks, cutter, acts

    def judge(self, phones, desks, cutter):
        acks = [ack for phone in phones for ack in phone.acks] + cutter.acks
        direct = {phone.username: rest_of(f"127.0.0.1:{self.world.server.ports['http']}") for phone in phones}
        verdict = Verdict(self.world, phones, desks, acks, direct)
        for name, sentence in CHECKS.items():
            self.check(sentence, getattr(verdict, name)())
        return verdict

    def control(self, verdict, phones):
        """The same checks, after something was broken behind the server's back: each must see it."""
        for sentence, (breaks, name) in CONTROLS.items():
            before = getattr(verdict, name)()
            breaks(self.world, phones)
            seen = getattr(verdict, name)()
            self.check(f"the control: {sentence} is seen", [] if seen and not before else before or ["it was not seen"])

    def run(self):
        print(f"seed {self.given.seed}", flush=True)
        try:
            self.world.open()
            self.tell("it stands")
            phones, desks, cutter, acts = self.torture()
            self.tell("it is quiet")
            verdict = self.judge(phones, desks, cutter)
            self.tell("it is judged")
            if self.failed == 0:
                self.control(verdict, phones)
            self.check("SIGTERM ends the server with 0", [] if self.world.server.stop() == 0 else ["it does not"])
            for what, why in acts.skipped.items():
                print(f"  skip  {what}: {why}")
            print(f"{self.faults.total():,d} faults were {'survived' if self.failed == 0 else 'made'}:", *self.faults.lines(), sep="\n")
            skipped = len(acts.skipped)
        except Exception:  # told, and counted as one failure
            self.check("the run came to its end", traceback.format_exc().splitlines()[-TRACED_LINES:])
            skipped = 0
        finally:
            self.world.close()
        print(f"{self.passed} passed, {self.failed} failed" + (f", {skipped} skipped" if skipped else ""))
        return self.failed == 0


class Direct:
    """To the server's own port, wherever it is now."""

    def __init__(self, world):
        self.world = world

    def call(self, *given):
        return rest_of(f"127.0.0.1:{self.world.server.ports['http']}").call(*given)


def main():
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("zoufang")
    reading.add_argument("--short", action="store_true")
    reading.add_argument("--minutes", type=float, default=30)
    reading.add_argument("--faults", type=int, default=10000)
    reading.add_argument("--seed", type=int, default=None)
    given = reading.parse_args()
    if given.seed is None:
        given.seed = random.SystemRandom().randrange(1000000)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    sys.exit(0 if Torture(given).run() else 1)


if __name__ == "__main__":
    main()

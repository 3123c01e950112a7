"""What is done to the world on purpose, one act after another while phones go on; after each of them they must get through again."""

import http.client
import json
import pathlib
import subprocess
import sys
import time

from faults import TRANSPORTS
from phones import PASSWORD
from stage import CLOCK_LOOK_S, PATIENCE_S, Stuck, await_that, psql

HERE = pathlib.Path(__file__).resolve().parent
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 24 * 3600
CLOCKS_S = (-40 * DAY_S, -2 * HOUR_S, -5 * MINUTE_S, 5 * MINUTE_S, 2 * HOUR_S, 40 * DAY_S)
PHONE_CLOCKS_S = (-60 * DAY_S, -HOUR_S, 0, 0, HOUR_S, DAY_S)
DEVICE = "0192f0c1-5f00-7000-8000-00000000e0e0"
GO_ON = 3  # syncs that must come through after an act
IDLE_PATIENCE_S = 120
FILL_TRIES, FILLER_ROWS, WAL_FILES = 5, 20000, 30
ROUGH = {"http": 0.4, "grpc": 0.6, "database": 0.02}


class Acts:
    def __init__(self, world, phones, cutter, random, faults):
        self.world, self.phones, self.cutter, self.random, self.faults = world, phones, cutter, random, faults
        self.wrong, self.skipped, self.longest_s = [], {}, {}

    # --- One after another ---

    def do(self, name, *given):
        """An act; it is survived when phones sync again. How long that took at most is kept."""
        self.world.server.look()
        getattr(self, name)(*given)
        done, before = time.monotonic(), self.syncs()
        await_that(f"phones get through after: {name}", lambda: self.syncs() >= before + GO_ON, 2 * PATIENCE_S)
        self.longest_s[name] = max(self.longest_s.get(name, 0), time.monotonic() - done)

    def syncs(self):
        return sum(phone.syncs for phone in self.phones)

    def pause(self, least_s, most_s):
        time.sleep(self.random.uniform(least_s, most_s))

    # --- Networks ---

    def roughen(self, part=1.0):
        for name, wire in self.world.wires.items():
            wire.roughness = ROUGH[name] * part
        for wire in self.world.database_wires:
            wire.roughness = ROUGH["database"] * part

    def go_on(self, seconds):
        """Nothing but what the wires do."""
        time.sleep(seconds)

    def cut_pushes(self, step, begin, times):
        self.cutter.at_every_byte(step, begin)
        self.cutter.at_random(times)

    # --- The server ---

    def kill_server(self):
        self.world.server.kill()
        self.faults.add("the server killed")
        self.pause(0, 0.5)
        self.world.server.start()

    def stop_server(self):
        code = self.world.server.stop()
        if code != 0:
            self.wrong.append(f"the server ended with {code} after SIGTERM")
        self.faults.add("the server stopped in order under load")
        self.world.server.start()

    def freeze_server(self):
        self.world.server.freeze(self.random.uniform(1, 4))
        self.faults.add("the server frozen")

    # --- PostgreSQL ---

    def kill_postgres(self):
        self.world.primary.kill()
        self.faults.add("PostgreSQL killed")
        self.pause(0, 1)
        self.world.primary.start()

    def kill_backend(self):
        victim = self.world.primary.kill_child(self.random)
        if victim:
            self.faults.add(f"PostgreSQL: {victim} killed")
        self.pause(0.1, 0.5)
        self.world.primary.revive()

    def kill_standby(self):
        self.world.standby.kill()
        self.faults.add("the standby killed")
        self.pause(0, 2)
        self.world.standby.start()
        self.world.await_standby()

    def promote_standby(self):
        self.world.promote()
        self.faults.add("the standby promoted")

    def seal_audit(self):
        self.world.await_standby()
        self.world.seal()

    # --- Disks ---

    def fill_disk(self):
        disk = self.world.primary.disk
        if not disk.mounted:
            self.skipped["a full disk"] = "mounting a small one is not allowed here"
            return
        for _ in range(FILL_TRIES):  # PostgreSQL may free some in between
            disk.fill()
            if not self.takes(f"create temp table filler as select repeat('x', 1000) from generate_series(1, {FILLER_ROWS})"):
                self.faults.add("PostgreSQL's disk full: nothing is taken")
                break
        else:
            self.wrong.append("the disk was not full")
        self.pause(0.5, 1.5)
        # Nor is there room for its log of changes: it gives up, and cannot start again.
        if not all(self.takes("select pg_logical_emit_message(true, 'torture', 'x'), pg_switch_wal()") for _ in range(WAL_FILES)):
            self.faults.add("PostgreSQL's disk full: it gave up")
        self.pause(0.5, 1.5)
        disk.free()
        self.world.primary.revive()

    def takes(self, statement):
        try:
            psql(self.world.primary.url, statement)
        except Stuck:
            return False
        return True

    def fill_exports(self):
        """A workbook has no room: it is refused in words, and made when there is room again."""
        disk = self.world.exports
        if not disk.mounted:
            self.skipped["a full folder of exports"] = "mounting a small one is not allowed here"
            return
        disk.fill()
        self.faults.add("the exports' folder full")
        refused = self.export()
        disk.free()
        made = self.export()
        if refused[0] != 429 or "EXPORT_FOLDER_FULL" not in refused[1]:
            self.wrong.append(f"a workbook without room: {refused}")
        if made[0] != 200 or not made[1].startswith("PK"):
            self.wrong.append(f"a workbook with room: {made}")

    def export(self):
        session = self.ask("POST", "/v1/auth:login", {"username": "supervisor.city", "password": PASSWORD, "device": {"id": DEVICE}})
        return self.ask("GET", "/v1/visits:export?format=xlsx", None, json.loads(session[1])["accessToken"])

    # --- Clocks ---

    def move_clock(self):
        if not self.world.clock.works:
            self.skipped["a clock that is moved"] = "libfaketime is not here"
            return
        self.world.clock.move(self.random.choice(CLOCKS_S))
        self.faults.add("the server's and PostgreSQL's clock moved")
        self.pause(2, 4)
        self.world.clock.move(0)
        self.faults.add("the server's and PostgreSQL's clock moved back")
        time.sleep(2 * CLOCK_LOOK_S)

    def move_phones_clock(self):
        self.random.choice(self.phones).clock_s = self.random.choice(PHONE_CLOCKS_S)
        self.faults.add("a phone's clock moved")

    # --- Crowds ---

    def crowd(self, transport, count):
        """Another process holds idle connections; phones must get through, and a new one too."""
        command = [sys.executable, HERE / "idle.py", transport, str(self.world.server.ports[transport]), str(count)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            held = int(holder.stdout.readline().split()[1])
            before = self.syncs()
            await_that(f"phones get through a crowd of {held}", lambda: self.syncs() >= before + GO_ON, IDLE_PATIENCE_S)
            begun = time.monotonic()
            status, _ = self.answer("GET", "/readyz")
            if status != 200:
                self.wrong.append(f"/readyz says {status} in a crowd of {held}")
            took_s = time.monotonic() - begun
            holder.stdin.close()
            stand = int(holder.stdout.readline().split()[1])
        self.faults.add(f"a crowd of {held:,d} idle connections ({TRANSPORTS[transport]})")
        print(f"        {held:,d} idle connections over {transport}, {stand:,d} of them kept; /readyz in {1000 * took_s:.0f} ms", flush=True)

    # --- Asking ---

    def ask(self, *words):
        """An answer, sooner or later: status and text."""
        return await_that("an answer", lambda: (got := self.answer(*words))[0] not in (0, 503, 504) and got)

    def answer(self, verb, path, body=None, token=None):
        """Status and text; (0, why) where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.world.server.ports["http"], timeout=PATIENCE_S)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            connection.request(verb, path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as wrong:
            return 0, repr(wrong)
        finally:
            connection.close()

"""The whole that is tortured: a primary and its standby behind wires, a server that finds whichever takes changes, and its people."""

import datetime
import os
import pathlib
import shutil
import tempfile

from stage import BASEBACKUP, PASSWORD, ROOT, SETTINGS, STANDBY, Clock, Cluster, Disk, Server, Stuck, as_keeper, await_that, psql, run
from wires import DatabaseWire, Loop, Wire

COUNTY, CITY = 150424000000, 150400000000
TOWNSHIPS = (150424100000, 150424101000, 150424102000)
GRANTED_DAYS = 100
EXPORTS_MB = 96
# username, role, region of the grant and of the office
PEOPLE = [
    *((f"officer.{n}", "officer", COUNTY, TOWNSHIPS[n % len(TOWNSHIPS)]) for n in range(4)),
    ("officer.cut", "officer", COUNTY, TOWNSHIPS[0]),
    ("supervisor.county", "supervisor", COUNTY, COUNTY),
    ("supervisor.township", "supervisor", TOWNSHIPS[1], TOWNSHIPS[1]),
    ("supervisor.city", "supervisor", CITY, CITY),
]
VILLAGES = ("150424100202", "150424100203", "150424101200", "150424101203", "150424102200", "150424102201")


class World:
    def __init__(self, binary, random, faults):
        self.binary, self.random, self.faults = binary, random, faults
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zoufang-torture-"))
        self.folder.chmod(0o711)
        self.clock = Clock(self.folder)
        self.disks = []
        self.primary = self.standby = self.server = None
        self.seals = 0

    # --- Opening and closing ---

    def open(self):
        self.loop = Loop()
        self.exports = self.disk("exports", EXPORTS_MB)
        self.primary, self.standby = (Cluster(self.disk(name), self.clock) for name in ("one", "other"))
        self.primary.start()
        self.server = Server(self.binary, self.folder, self.clock)
        self.command_environment = {}
        for name in ("SEAL", "INDEX", "AUDIT"):
            self.command_environment[f"ZOUFANG_{name}_KEY_FILE"] = key = str(self.folder / f"{name.lower()}.key")
            run(self.binary, "keys", "make", key)
        self.populate()
        self.primary.alter(**SETTINGS)
        self.database_wires = [DatabaseWire(self.loop, self.folder / f"wire-{n}", self.random, self.faults) for n in (1, 2)]
        self.rebuild_standby()
        for wire, cluster in zip(self.database_wires, (self.primary, self.standby)):
            wire.open(cluster)
        hosts = ",".join(str(wire.folder) for wire in self.database_wires).replace("/", "%2F")
        self.server.environment = self.command_environment | {
            "ZOUFANG_DB_URL": f"postgresql://zoufang@/zoufang?host={hosts}&port=5432&target_session_attrs=read-write",
            "ZOUFANG_HTTP_LISTEN": "127.0.0.1:0", "ZOUFANG_GRPC_LISTEN": "127.0.0.1:0", "ZOUFANG_METRICS_LISTEN": "127.0.0.1:0",
            "ZOUFANG_EXPORT_FOLDER": str(self.exports.path), "ZOUFANG_WORKERS": "8",
        }  # fmt: skip
        self.server.start()
        self.wires = {name: Wire(self.loop, lambda name=name: self.server.ports[name], self.random, self.faults) for name in ("http", "grpc")}

    def disk(self, name, *size_mb):
        disk = Disk(self.folder / name, *size_mb)
        self.disks.append(disk)
        return disk

    def close(self):
        if self.server and self.server.process and self.server.process.poll() is None:
            self.server.process.kill()
            self.server.process.wait()
        for cluster in filter(None, (self.primary, self.standby)):
            cluster.disk.free()
            cluster.stop()
        self.keep_logs()
        for disk in self.disks:
            disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep_logs(self):
        """For who wants to know more: build/torture/."""
        kept = ROOT / "build/torture"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for log in [self.folder / "server.log", *self.folder.glob("*/postgres/data/server.log")]:
            if log.exists():
                shutil.copy(log, kept / "-".join(log.relative_to(self.folder).parts))

    def command(self, *words, **more):
        """The command line, over the owner's connection."""
        return run(self.binary, *words, env=os.environ | self.command_environment | {"ZOUFANG_DB_OWNER_URL": self.primary.url} | more)

    def populate(self):
        self.command("migrate", ZOUFANG_DB_URL=self.primary.role_url)
        self.command("regions", "import", str(ROOT / "data/regions-chifeng.csv"))
        self.command("offices", "make")
        since = str(datetime.date.today() - datetime.timedelta(days=GRANTED_DAYS))
        for username, role, region, office in PEOPLE:
            words = ("--name", username, "--role", role, "--region", str(region), "--office-region", str(office), "--from", since)
            self.command("user", "add", username, *words, ZOUFANG_USER_PASSWORD=PASSWORD)

    # --- The standby ---

    def rebuild_standby(self):
        """A fresh copy of the primary, which follows it and is waited for at each commit."""
        cluster, keeper = self.standby, as_keeper()
        if cluster.postmaster():
            cluster.kill()
        shutil.rmtree(cluster.home, ignore_errors=True)
        cluster.home.mkdir()
        shutil.chown(cluster.home, *(("postgres", "postgres") if keeper else (os.getuid(), os.getgid())))
        run(*keeper, BASEBACKUP, "-d", self.primary.url, "-D", str(cluster.home / "data"), "-c", "fast", "-X", "stream", cwd="/")
        with open(cluster.home / "data/postgresql.auto.conf", "a", encoding="utf-8") as settings:
            settings.write(f"primary_conninfo = 'host={self.primary.socket} user=zoufang_owner application_name={STANDBY}'\n")
        (cluster.home / "data/standby.signal").touch()
        cluster.start()
        self.primary.alter(synchronous_standby_names=STANDBY)
        self.await_standby()

    def is_followed(self):
        try:
            return psql(self.primary.url, f"select sync_state from pg_stat_replication where application_name = '{STANDBY}'").strip() == "sync"
        except Stuck:
            return False

    def await_standby(self):
        await_that("the standby follows", self.is_followed)

    def promote(self):
        """The primary is gone for good; what it acknowledged, the standby has."""
        self.await_standby()
        self.primary.kill()
        self.primary, self.standby = self.standby, self.primary
        psql(self.primary.url, "select pg_promote(true, 60)")
        self.primary.alter(synchronous_standby_names="")
        self.rebuild_standby()

    def seal(self):
        """Seals the audit and keeps the seal outside: what it covers must be found at the end, whichever server died meanwhile."""
        self.command("audit", "seal")
        (self.folder / f"{self.seals}.seal").write_text(self.command("audit", "export-seal"))
        self.seals += 1

    # --- Quiet ---

    def settle(self):
        """Whatever was done to it is undone: it runs, on time, over wires that carry."""
        for wire in (*self.wires.values(), *self.database_wires):
            wire.roughness = 0
        self.clock.move(0)
        for disk in self.disks:
            disk.free()
        self.primary.revive()
        if not self.standby.postmaster():
            self.standby.start()
        self.await_standby()
        if self.server.process.poll() is not None:
            self.server.start()

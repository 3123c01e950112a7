"""What is tortured: PostgreSQL with a synchronous standby, each on a small disk of its own, and the server; and the ways to hurt them."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PSQL = "/usr/lib/postgresql/15/bin/psql"
BASEBACKUP = "/usr/lib/postgresql/15/bin/pg_basebackup"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
PASSWORD = "correct-horse-battery"
DISK_MB, PAGE_BYTES = 640, 4096
PATIENCE_S, LOOK_S = 60, 0.05
CLOCK_LOOK_S = 1  # how often libfaketime looks at its file
STANDBY = "torture"  # the name that the primary waits for
# A WAL that fits on the disk; a standby that comes back at once, after it or the primary was away.
SETTINGS = {
    "wal_keep_size": "128MB", "max_wal_size": "128MB", "min_wal_size": "48MB", "wal_retrieve_retry_interval": "100ms",
    "wal_receiver_timeout": "5s", "wal_sender_timeout": "5s", "log_min_messages": "warning",
}  # fmt: skip


class Stuck(Exception):
    """What had to come did not come in time."""


def await_that(what, condition, patience_s=PATIENCE_S):
    until = time.monotonic() + patience_s
    while not (found := condition()):
        if time.monotonic() > until:
            raise Stuck(what)
        time.sleep(LOOK_S)
    return found


def run(*command, env=None, **more):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False, **more)
    if done.returncode:
        raise Stuck(f"{command[0]} ended with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def psql(url, script):
    options = {"PGOPTIONS": "-c search_path=zoufang,public -c timezone=UTC"}
    return run(PSQL, "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "|", url, "-c", script, env=os.environ | options)


def rows(url, query):
    """The rows of a query, each a dict."""
    return json.loads(psql(url, f"select coalesce(json_agg(q), '[]') from ({query}) q"))


def as_keeper(*command):
    """A command as the user that scripts/cluster gives root's clusters to."""
    become = ("setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "env", "-u", "HOME")
    return (*become, *command) if os.geteuid() == 0 else command


def alive(pid):
    return pathlib.Path(f"/proc/{pid}/cwd").exists()


class Clock:
    """The machine's clock as the server and PostgreSQL see it: libfaketime reads its offset from a file."""

    def __init__(self, folder):
        self.file, self.offset_s = folder / "clock", 0
        self.works = pathlib.Path(FAKETIME).exists()
        self.move(0)

    def move(self, offset_s):
        self.offset_s = offset_s
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(f"{offset_s:+d}\n")
        fresh.chmod(0o644)
        fresh.rename(self.file)

    @staticmethod
    def forget_the_killed():
        """libfaketime leaves a file of each process that was killed; who comes to have its number would take it for his own, and may hang."""
        for left in pathlib.Path("/dev/shm").glob("*faketime_s*_*"):
            if not pathlib.Path("/proc", left.name.rsplit("_", 1)[1]).exists():
                left.unlink(missing_ok=True)

    def environment(self, before=""):
        if not self.works:
            return {}
        self.forget_the_killed()
        # Waits until a moment of the monotonic clock must stay such: libfaketime 0.9.10 ends them at once, unless it is told to leave them alone.
        alone = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
        preload = " ".join(filter(None, [before, FAKETIME]))
        return alone | {"LD_PRELOAD": preload, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_CACHE_DURATION": str(CLOCK_LOOK_S)}


class Disk:
    """A small tmpfs; where mounting is not allowed a plain folder, which cannot be filled."""

    def __init__(self, path, size_mb=DISK_MB):
        self.path, self.ballast = path, path / "ballast"
        path.mkdir()
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=711", "tmpfs", str(path)]
        self.mounted = subprocess.run(mounting, capture_output=True, check=False).returncode == 0
        path.chmod(0o711)

    def fill(self):
        """To the last page, though others take and free some meanwhile: what does not fit whole is taken in halves."""
        with open(self.ballast, "ab") as file:
            piece = shutil.disk_usage(self.path).free
            while piece >= PAGE_BYTES:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, piece)
                except OSError:
                    piece //= 2

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.path)], check=False)


class Cluster:
    """A PostgreSQL of scripts/cluster, that can be killed."""

    def __init__(self, disk, clock):
        self.disk, self.clock, self.home = disk, clock, disk.path / "postgres"
        self.url = self.role_url = self.socket = None

    def start(self):
        """Starts it, also after a kill: whoever is left of the old one must go first."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                printed = run(ROOT / "scripts/cluster", "start", self.home, env=os.environ | self.clock.environment())
                break
            except Stuck:
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK_S)
        self.url = re.search("^ZOUFANG_DB_OWNER_URL=(.*)$", printed, re.MULTILINE)[1]
        self.role_url = re.search("^ZOUFANG_DB_URL=(.*)$", printed, re.MULTILINE)[1]
        self.socket = re.search("host=([^&]*)", self.url)[1]

    def stop(self):
        subprocess.run([ROOT / "scripts/cluster", "stop", self.home], capture_output=True, check=False)

    def postmaster(self):
        try:
            pid = int((self.home / "data/postmaster.pid").read_text().split("\n", 1)[0])
            mine = os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(self.home / "data")
        except (OSError, ValueError):
            return None
        return pid if mine else None

    def children(self):
        parent = self.postmaster()
        try:
            return [int(pid) for pid in pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()] if parent else []
        except OSError:
            return []

    def kill(self):
        """kill -9 to its postmaster; its children notice, and go."""
        parent, children = self.postmaster(), self.children()
        if parent:
            os.kill(parent, signal.SIGKILL)
        await_that("PostgreSQL's processes go", lambda: not any(alive(pid) for pid in [parent, *children] if pid))

    def kill_child(self, random):
        """kill -9 to one of its processes, whichever: PostgreSQL throws everybody out and recovers. Whose it was."""
        children = self.children()
        if not children:
            return None
        pid = random.choice(children)
        try:
            name = pathlib.Path(f"/proc/{pid}/cmdline").read_text().strip("\0 ")
            os.kill(pid, signal.SIGKILL)
        except OSError:
            return None
        return "a backend" if "zoufang zoufang" in name else "a process of its own"

    def answers(self):
        return subprocess.run([PSQL, "-XAtq", self.url, "-c", "select 1"], capture_output=True, check=False).returncode == 0

    def revive(self):
        """It answers: by itself within a while, or because it is started."""
        await_that("PostgreSQL is there", lambda: self.answers() or (not self.postmaster() and self.start()) or self.answers())

    def alter(self, **settings):
        for name, value in settings.items():
            psql(self.url, f"alter system set {name} = '{value}'")
        psql(self.url, "select pg_reload_conf()")


class Server:
    """zoufang serve, started again as its supervisor would."""

    def __init__(self, binary, folder, clock):
        self.binary, self.log, self.clock = binary, folder / "server.log", clock
        self.environment, self.process, self.ports, self.unexpected = {}, None, {}, []
        self.log.touch()

    def spawn(self):
        at = self.log.stat().st_size
        environment = os.environ | self.environment | self.clock.environment(self.sanitizer())
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], stdout=log, stderr=log, env=environment)
        return at

    def sanitizer(self):
        """AddressSanitizer's library must come before what else is preloaded."""
        needed = subprocess.run(["ldd", self.binary], capture_output=True, text=True, check=False).stdout
        found = re.search(r"libasan\S* => (\S+)", needed)
        return found[1] if found else ""

    def serving_line(self, at):
        with open(self.log, "rb") as log:
            log.seek(at)
            return next((line for line in log if b'"message":"serving"' in line), None)

    def start(self):
        """Until it serves: it ends where PostgreSQL is not there, and is started again."""
        until = time.monotonic() + PATIENCE_S
        at = self.spawn()
        while not (line := self.serving_line(at)):
            if self.process.poll() is not None:
                at = self.spawn()
            if time.monotonic() > until:
                raise Stuck("the server does not serve; see build/torture")
            time.sleep(LOOK_S)
        self.ports = {name: json.loads(line)[f"{name}_port"] for name in ("http", "grpc", "metrics")}

    def kill(self):
        self.look()
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; its exit code."""
        self.look()
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.unexpected.append("it did not end after SIGTERM")
            self.process.kill()
            return self.process.wait()

    def freeze(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def look(self):
        """Remembers an end that nobody asked for."""
        code = self.process.poll()
        if code is not None:
            self.unexpected.append(f"it ended by itself with {code}")

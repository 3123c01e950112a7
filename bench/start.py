"""How long the server takes from exec until /readyz says that it is ready, on a database that is migrated.

    start.py RUNS POSTMASTER COMMAND...

Prints a line a run: milliseconds by the clock, milliseconds of processor time of the server, and of PostgreSQL with all its processes.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time

TICKS, LIMIT_S, LOOK_S = os.sysconf("SC_CLK_TCK"), 60, 0.001


def fields_of(pid):
    """What stands behind the name in /proc/PID/stat, from the state on."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()


def processor_ms(fields, with_ended_children):
    return 1000 * sum(int(ticks) for ticks in fields[11 : 15 if with_ended_children else 13]) / TICKS


def family_ms(postmaster):
    """The postmaster's, its children's, and that of children which have ended."""
    total = processor_ms(fields_of(postmaster), True)
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = fields_of(name)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[1] == postmaster:
            total += processor_ms(fields, False)
    return total


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
    connection.request("GET", "/readyz")
    return connection.getresponse().status == 200


def started(command):
    """The server's process, ready; its address comes from what it says."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        said = json.loads(line)
        if said["message"] == "serving":
            until = time.monotonic() + LIMIT_S
            while not is_ready(said["http_port"]):
                if time.monotonic() > until:
                    sys.exit("the server does not become ready")
                time.sleep(LOOK_S)
            return process
    sys.exit("the server does not start")


def main(runs, postmaster, *command):
    for _ in range(int(runs)):
        database_ms, begin = family_ms(postmaster), time.monotonic()
        process = started(command)
        ready_ms, own_ms = 1000 * (time.monotonic() - begin), processor_ms(fields_of(process.pid), False)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        process.wait()
        print(f"{ready_ms:.0f} {own_ms:.0f} {family_ms(postmaster) - database_ms:.0f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

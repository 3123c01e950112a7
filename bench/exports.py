"""Exports all leads of a region, and watches the server meanwhile.

    exports.py HOST:PORT PID URL USERNAME PASSWORD FORMAT REGION

URL is the owner's connection, PID the server's. Prints what it measured; fails where the file is not whole or has not every lead.
"""

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
import uuid

PSQL = "/usr/lib/postgresql/15/bin/psql"
LIMIT_S, PIECE_BYTES, PULL_EVERY_S, BASELINE_S = 900, 1 << 16, 0.05, 5
# What stands in the file, without the server: names joined, in the list's order.
SAME_ROWS = """select l.id, l.current_code, concat_ws(' ', land.name, town.name, here.name), l.channel, l.class, l.occurrence, d.name, t.name, c.name, l.received_at,
  l.state, l.due_at, l.due_by <= now(), h.name, o.name, r.name, l.amount_fen / 100.0, g.name, l.sweep_round, l.confidential, l.has_reporter,
  case when not l.confidential then l.narrative end, l.visit_id, l.written_at, v.longitude, v.latitude
  from zoufang.lead l left join zoufang.region here on here.code = l.current_code
  left join zoufang.region town on town.code = l.township * 1000::int8 and town.code <> here.code
  left join zoufang.region land on land.code = l.county * 1000000::int8 and land.code <> here.code
  left join zoufang.term d on d.vocabulary = l.domain_vocabulary and d.code = l.domain
  left join zoufang.term t on t.vocabulary = l.problem_type_vocabulary and t.code = l.problem_type
  left join zoufang.term c on c.vocabulary = l.cause_vocabulary and c.code = l.cause
  left join zoufang.account h on h.id = l.handler_id left join zoufang.account r on r.id = l.raised_by left join zoufang.office o on o.id = l.office_id
  left join zoufang.campaign g on g.id = l.campaign_id left join zoufang.visit v on v.id = l.visit_id
  where l.current_code between {first} and {last} order by l.received_at desc, l.id desc"""


class Client:
    def __init__(self, address):
        self.address, self.connection, self.token = address, http.client.HTTPConnection(address, timeout=LIMIT_S), None

    def begin(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        self.connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {answer.read().decode()}")
        return answer

    def ask(self, method, path, body=None):
        return json.loads(self.begin(method, path, body).read())

    def signed_in(self, username, password):
        body = {"username": username, "password": password, "device": {"id": str(uuid.uuid4())}}
        self.token = self.ask("POST", "/v1/auth:login", body)["accessToken"]
        return self


class Watch(threading.Thread):
    """Pulls again and again, and looks at the server's memory."""

    def __init__(self, client, pid):
        super().__init__(daemon=True)
        self.client, self.status, self.over = client, f"/proc/{pid}/status", threading.Event()
        self.pulls_ms, self.memory_kb = [], []

    def run(self):
        while not self.over.wait(PULL_EVERY_S):
            begin = time.monotonic()
            self.client.ask("GET", "/v1/sync:pull?pageSize=200")
            self.pulls_ms.append(1000 * (time.monotonic() - begin))
            with open(self.status, encoding="ascii") as lines:
                self.memory_kb += [int(line.split()[1]) for line in lines if line.startswith("VmRSS")]

    def end(self):
        self.over.set()
        self.join()
        return self

    def told(self):
        slowest = sorted(self.pulls_ms)
        return f"{len(slowest)} pulls, median {statistics.median(slowest):.1f} ms, 99th percentile {slowest[int(len(slowest) * 0.99)]:.1f} ms"


def export(client, format, region):
    """Seconds, bytes, line ends."""
    begin, size, lines = time.monotonic(), 0, 0
    answer = client.begin("GET", f"/v1/leads:export?format={format}&regionCode={region}")
    while piece := answer.read(PIECE_BYTES):
        size, lines = size + len(piece), lines + piece.count(b"\r\n")
    return time.monotonic() - begin, size, lines


def asked(url, statement):
    return subprocess.run([PSQL, "-XAtq", url, "-v", "ON_ERROR_STOP=1", "-c", statement], text=True, stdout=subprocess.PIPE, check=True).stdout.strip()


def copied(url, first, last):
    begin = time.monotonic()
    command = [PSQL, "-Xq", url, "-v", "ON_ERROR_STOP=1", "-c", f"copy ({SAME_ROWS.format(first=first, last=last)}) to stdout (format csv)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as psql:
        size = sum(len(piece) for piece in iter(lambda: psql.stdout.read(PIECE_BYTES), b""))
    if psql.returncode != 0:
        sys.exit("psql failed")
    return time.monotonic() - begin, size


def main(address, pid, url, username, password, format, region):
    first, last = asked(url, f"select first, last from zoufang.region where code = {region}").split("|")
    copied(url, first, last)  # so that both find the rows in memory, as far as they fit
    pulls, client = Client(address).signed_in(username, password), Client(address).signed_in(username, password)
    alone = Watch(pulls, pid)
    alone.start()
    time.sleep(BASELINE_S)
    alone.end()
    watch = Watch(pulls, pid)
    watch.start()
    seconds, size, lines = export(client, format, region)
    watch.end()
    rows = int(asked(url, f"select count(*) from zoufang.lead where current_code between {first} and {last}"))
    if format == "csv" and lines <= rows:
        sys.exit(f"{lines} lines of {rows} leads and a header")
    copy_s, copy_size = copied(url, first, last)
    print(f"{rows:,} leads as {format}: {seconds:.1f} s, {size / 1e6:.0f} MB, {rows / seconds:,.0f} rows/s; \\copy of the same rows {copy_s:.1f} s, "
          f"{copy_size / 1e6:.0f} MB: {seconds / copy_s:.1f} times as long")
    tenths = [max(watch.memory_kb[len(watch.memory_kb) * n // 10 : len(watch.memory_kb) * (n + 1) // 10 or 1]) / 1024 for n in range(10)]
    print(f"the server's memory before: {max(alone.memory_kb) / 1024:.0f} MiB; most in each tenth of the export:", *(f"{mib:.0f}" for mib in tenths))
    print(f"before the export: {alone.told()}")
    print(f"during the export: {watch.told()}")


if __name__ == "__main__":
    main(*sys.argv[1:])

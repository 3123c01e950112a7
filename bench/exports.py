"""Exports all leads of a region; a phone pulls meanwhile, and a watcher hears of changes.

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
LIMIT_S, PIECE_BYTES, BASELINE_S = 1800, 1 << 16, 10
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


class Repeated(threading.Thread):
    """Does something again and again until it is over, and keeps how long each time took. `what` it is, `every_s` between two."""

    what, every_s = None, None

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.times_ms, self.fault = threading.Event(), [], None

    def run(self):
        try:
            while not self.over.wait(self.every_s):
                self.times_ms.append(1000 * self.seconds())
        except BaseException as fault:
            self.fault = fault

    def end(self):
        self.over.set()
        self.join()
        if self.fault:
            raise self.fault

    def told(self):
        times = sorted(self.times_ms)
        return f"{len(times)} {self.what}, median {statistics.median(times):.1f} ms, 99th percentile {times[int(len(times) * 0.99)]:.1f} ms"


class Pulls(Repeated):
    """Pulls, and looks at the server's memory."""

    what, every_s = "pulls", 0.05

    def __init__(self, client, pid):
        super().__init__()
        self.client, self.status, self.memory_kb = client, f"/proc/{pid}/status", []

    def seconds(self):
        begin = time.monotonic()
        self.client.ask("GET", "/v1/sync:pull?pageSize=200")
        seconds = time.monotonic() - begin
        with open(self.status, encoding="ascii") as lines:
            self.memory_kb += [int(line.split()[1]) for line in lines if line.startswith("VmRSS")]
        return seconds


class Changes(Repeated):
    """Corrects a lead, and waits until a watcher hears of it: from the commit on."""

    what, every_s = "changes heard", 0.5

    def __init__(self, stream, url, lead):
        super().__init__()
        self.stream, self.url, self.lead = stream, url, lead

    def seconds(self):
        asked(self.url, f"update lead set reason = 'measured', etag = sha256(etag) where id = '{self.lead}'")
        begin = time.monotonic()
        while self.lead not in (line := self.stream.readline().decode()):
            if not line:
                sys.exit("the stream ended")
        return time.monotonic() - begin


def export(client, format, region):
    """Seconds, bytes, line ends."""
    begin, size, lines = time.monotonic(), 0, 0
    answer = client.begin("GET", f"/v1/leads:export?format={format}&regionCode={region}")
    while piece := answer.read(PIECE_BYTES):
        size, lines = size + len(piece), lines + piece.count(b"\n")
    return time.monotonic() - begin, size, lines


def asked(url, statement):
    command = [PSQL, "-XAtq", url, "-v", "ON_ERROR_STOP=1", "-c", "set search_path = zoufang", "-c", statement]
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True).stdout.strip()


def copied(url, first, last):
    begin = time.monotonic()
    command = [PSQL, "-Xq", url, "-v", "ON_ERROR_STOP=1", "-c", f"copy ({SAME_ROWS.format(first=first, last=last)}) to stdout (format csv)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as psql:
        size = sum(len(piece) for piece in iter(lambda: psql.stdout.read(PIECE_BYTES), b""))
    if psql.returncode != 0:
        sys.exit("psql failed")
    return time.monotonic() - begin, size


def main(address, pid, url, username, password, format, region):
    first, last = asked(url, f"select first, last from region where code = {region}").split("|")
    copied(url, first, last)  # so that both find the rows in memory, as far as they fit
    lead = asked(url, f"select id from lead where current_code between {first} and {last} order by id desc limit 1")
    phone, watcher, client = (Client(address).signed_in(username, password) for _ in range(3))
    stream = watcher.begin("GET", f"/v1/leads:watch?regionCode={region}")

    def measured(act):
        """What `act` gives, and the pulls and changes while it lasted."""
        pulls, changes = Pulls(phone, pid), Changes(stream, url, lead)
        pulls.start()
        changes.start()
        result = act()
        pulls.end()
        changes.end()
        return result, pulls, changes

    _, *alone = measured(lambda: time.sleep(BASELINE_S))
    (seconds, size, lines), *meanwhile = measured(lambda: export(client, format, region))
    rows = int(asked(url, f"select count(*) from lead where current_code between {first} and {last}"))
    if format == "csv" and lines <= rows:
        sys.exit(f"{lines} lines of {rows} leads and a header")
    copy_s, copy_size = copied(url, first, last)
    print(f"{rows:,} leads as {format}: {seconds:.1f} s, {size / 1e6:.0f} MB, {rows / seconds:,.0f} rows/s; \\copy of the same rows {copy_s:.1f} s, "
          f"{copy_size / 1e6:.0f} MB: {seconds / copy_s:.1f} times as long")
    memory = meanwhile[0].memory_kb
    tenths = [max(memory[len(memory) * n // 10 : len(memory) * (n + 1) // 10 or 1]) / 1024 for n in range(10)]
    print(f"the server's memory before: {max(alone[0].memory_kb) / 1024:.0f} MiB; most in each tenth of the export:", *(f"{mib:.0f}" for mib in tenths))
    for when, threads in (("before", alone), ("during", meanwhile)):
        print(f"{when} the export: {'; '.join(thread.told() for thread in threads)}")


if __name__ == "__main__":
    main(*sys.argv[1:])

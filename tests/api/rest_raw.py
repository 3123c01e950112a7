#!/usr/bin/env python3
"""Sends a running server what no well-behaved client would, byte by byte, and sees that it answers as it should and goes on.

    rest_raw.py HOST:PORT [TOKEN]

Ends with "N passed, N failed". With a token (of any signed-in user) calls reach the engine; without one they are refused as unauthenticated.
"""

import json
import resource
import socket
import sys
import threading
import time

BODY_LIMIT = 8 * 1024 * 1024
PATIENCE_S = 20
VISIT = "/v1/visits/018f0000-0000-7000-8000-000000000001"
ANSWERED = (200, 400, 401, 403, 404, 409)

address = None
token = None
tests = []


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def reason(self):
        details = json.loads(self.body).get("details", [])
        return next((d["reason"] for d in details if d["@type"].endswith("google.rpc.ErrorInfo")), None)

    def fields(self):
        details = json.loads(self.body).get("details", [])
        bad = next((d for d in details if d["@type"].endswith("google.rpc.BadRequest")), {})
        return [v["field"] for v in bad.get("fieldViolations", [])]


class Client:
    """One connection, with a buffer of what has come and was not read yet."""

    def __init__(self):
        self.socket = socket.create_connection(address, timeout=PATIENCE_S)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.pending += data

    def take(self, length):
        while len(self.pending) < length:
            self.fill()
        taken, self.pending = self.pending[:length], self.pending[length:]
        return taken

    def take_head(self):
        while b"\r\n\r\n" not in self.pending:
            self.fill()
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        return int(lines[0].split(" ")[1]), headers

    def answer(self, head_only=False):
        status, headers = self.take_head()
        while status == 100:
            status, headers = self.take_head()
        body = b"" if head_only or status == 304 else self.take(int(headers.get("content-length", 0)))
        return Answer(status, headers, body)

    def is_closed(self, within_s=PATIENCE_S):
        """Reads on until the server has closed the connection; False where it does not."""
        self.socket.settimeout(within_s)
        try:
            while self.socket.recv(65536):
                pass
            return True
        except socket.timeout:
            return False
        except OSError:
            return True


def request(verb, path, body=None, headers=None, version="1.1"):
    lines = {"Host": "localhost"}
    if token:
        lines["Authorization"] = "Bearer " + token
    if body is not None:
        lines["Content-Type"] = "application/json"
        lines["Content-Length"] = str(len(body))
    lines.update(headers or {})
    head = f"{verb} {path} HTTP/{version}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None) + "\r\n"
    return head.encode() + (body or b"")


def ask(verb, path, body=None, headers=None):
    with Client() as client:
        client.send(request(verb, path, body, headers))
        return client.answer(head_only=verb == "HEAD")


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


def test(function):
    tests.append(function)
    return function


def expect(truth, *what):
    if not truth:
        raise AssertionError(" ".join(str(w) for w in what))


def expect_refusal(answer, status, reason):
    expect(answer.status == status, "status", answer.status, answer.body)
    expect(answer.reason() == reason, "reason", answer.reason())


def is_alive():
    begun = time.monotonic()
    answer = ask("GET", "/healthz")
    return answer.status == 200 and time.monotonic() - begun < PATIENCE_S


# --- Paths and verbs


@test
def an_unknown_path_is_refused_with_a_request_id():
    answer = ask("GET", "/v1/nothing")
    expect_refusal(answer, 404, "NO_SUCH_ROUTE")
    expect(answer.headers.get("x-request-id"), "no request id")
    expect(answer.headers.get("cache-control") == "no-store", answer.headers)
    expect(answer.headers.get("x-content-type-options") == "nosniff", answer.headers)


@test
def a_verb_that_a_path_does_not_take_is_refused_and_told_which_it_takes():
    answer = ask("DELETE", "/v1/visits")
    expect_refusal(answer, 405, "METHOD_NOT_ALLOWED")
    expect({"GET", "HEAD", "POST"} <= set(answer.headers["allow"].split(", ")), answer.headers["allow"])
    expect(ask("POST", "/docs").status == 405, "a page takes POST")


@test
def an_escaped_slash_does_not_split_a_segment():
    expect_refusal(ask("GET", "/v1/visits%2F1"), 404, "NO_SUCH_ROUTE")
    expect(ask("GET", "/v1/visits/1%2Fversions").status in (400, 401), "taken for another method")


@test
def a_path_is_not_tidied_up():
    for path in ("/v1//visits", "/v1/visits/", "/v1/./visits", "/v1/x/../visits", "//v1/visits", "/V1/visits"):
        expect_refusal(ask("GET", path), 404, "NO_SUCH_ROUTE")


@test
def an_escape_that_is_none_is_refused_under_its_name():
    answer = ask("GET", "/v1/visits/%zz")
    expect(answer.status == 400 and answer.fields() == ["id"], answer.status, answer.body)
    answer = ask("GET", "/v1/visits?pageToken=%4")
    expect(answer.status == 400 and answer.fields() in (["pageToken"], ["page_token"]), answer.status, answer.body)


@test
def a_nul_in_path_or_query_is_refused():
    expect(ask("GET", "/v1/visits/a%00b").status == 400, "path")
    expect(ask("GET", "/v1/visits?pageToken=a%00b").status == 400, "query")


@test
def an_unknown_parameter_is_refused_under_its_name():
    answer = ask("GET", "/v1/visits?colour=red")
    expect(answer.status == 400 and answer.fields() == ["colour"], answer.status, answer.body)


@test
def head_answers_as_get_does_without_the_body():
    got, head = ask("GET", VISIT), ask("HEAD", VISIT)
    expect(head.status == got.status, head.status, got.status)
    expect(abs(int(head.headers["content-length"]) - len(got.body)) <= 8, "length", head.headers)
    with Client() as client:
        client.send(request("HEAD", VISIT) + request("GET", "/healthz"))
        client.answer(head_only=True)
        expect(client.answer().body.startswith(b"{"), "a body behind HEAD")


# --- Bodies


@test
def a_body_that_is_not_json_is_refused():
    for kind in (None, "text/plain", "application/json; charset=gb2312", "application/jsonx", "application/x-www-form-urlencoded"):
        expect_refusal(ask("POST", "/v1/visits", b"{}", {"Content-Type": kind}), 415, "UNSUPPORTED_MEDIA_TYPE")
    expect(ask("POST", "/v1/visits", b"{}", {"Content-Encoding": "gzip"}).status == 415, "gzip")


@test
def json_in_utf_8_is_taken_however_it_is_spelt():
    for kind in ("application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"', "application/json;"):
        expect(ask("POST", "/v1/visits", b"{}", {"Content-Type": kind}).status in ANSWERED, kind)


@test
def a_body_where_none_belongs_is_refused():
    expect_refusal(ask("GET", "/v1/visits", b"{}"), 400, "BODY_NOT_EXPECTED")


@test
def a_body_announced_as_too_large_is_refused_before_it_comes():
    for verb, path in (("POST", "/v1/visits"), ("POST", "/v1/sync:push"), ("PATCH", VISIT)):
        with Client() as client:
            client.send(request(verb, path, None, {"Content-Type": "application/json", "Content-Length": str(BODY_LIMIT + 1)}))
            begun = time.monotonic()
            expect_refusal(client.answer(), 413, "BODY_TOO_LARGE")
            expect(time.monotonic() - begun < PATIENCE_S, "slow")
            expect(client.is_closed(), "the connection goes on")


@test
def a_body_that_is_too_large_is_refused_though_the_client_sends_it_all():
    for verb, path in (("POST", "/v1/visits"), ("PATCH", VISIT)):
        with Client() as client:
            try:
                client.send(request(verb, path, b" " * (BODY_LIMIT + 1)))
            except OSError:
                pass
            expect_refusal(client.answer(), 413, "BODY_TOO_LARGE")


@test
def a_chunked_body_is_refused_once_it_is_too_large():
    with Client() as client:
        client.send(request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
        for _ in range(BODY_LIMIT // 65536 + 1):
            client.send(chunk(b" " * 65536))
        client.send(chunk(b""))
        expect_refusal(client.answer(), 413, "BODY_TOO_LARGE")


@test
def a_chunked_body_without_end_is_cut():
    with Client() as client:
        client.send(request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
        sent = 0
        try:
            while sent < 8 * BODY_LIMIT:
                client.send(chunk(b" " * 65536))
                sent += 65536
        except OSError:
            pass
        expect(sent < 4 * BODY_LIMIT, "took", sent)


@test
def a_chunked_body_is_read_as_a_whole():
    with Client() as client:
        client.send(request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}))
        for piece in (b"{", b'"purpose":', b'"x"', b"}", b""):
            client.send(chunk(piece))
        expect(client.answer().status in ANSWERED, "no answer")


@test
def a_body_of_just_the_limit_is_read():
    answer = ask("POST", "/v1/visits", b"{}" + b" " * (BODY_LIMIT - 2))
    expect(answer.status in ANSWERED, answer.status)


@test
def framing_that_says_two_things_is_refused():
    both = {"Content-Type": "application/json", "Content-Length": "2", "Transfer-Encoding": "chunked"}
    with Client() as client:
        client.send(request("POST", "/v1/visits", None, both) + chunk(b"{}") + chunk(b""))
        expect(client.answer().status == 400, "both framings")
    with Client() as client:
        client.send(b"POST /v1/visits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}")
        expect(client.answer().status == 400 and client.is_closed(), "two lengths")
    for length in ("-1", "0x10", "2, 3", "1e3", "99999999999999999999999"):
        with Client() as client:
            client.send(request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Content-Length": length}))
            expect(client.answer().status in (400, 413), length)


@test
def a_client_that_waits_for_100_gets_it_or_the_refusal():
    with Client() as client:
        client.send(request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Content-Length": "2", "Expect": "100-continue"}))
        expect(client.take_head()[0] == 100, "no 100")
        client.send(b"{}")
        expect(client.answer().status in ANSWERED, "no answer")
    with Client() as client:
        large = {"Content-Type": "application/json", "Content-Length": str(BODY_LIMIT + 1), "Expect": "100-continue"}
        client.send(request("POST", "/v1/visits", None, large))
        expect(client.take_head()[0] == 413, "asked for it")


# --- JSON


@test
def text_that_is_no_json_is_refused_and_the_connection_goes_on():
    with Client() as client:
        for body in (b"", b"{", b"nul", b"{'a':1}", b"[1,2", b'{"a":}', b"\xff\xfe", b"{}{}", b"{\x00}", b'{"a":01}', b'{"a":"\n"}'):
            client.send(request("POST", "/v1/auth:login", body or b" "))
            answer = client.answer()
            expect(answer.status == 400, body, answer.status)


@test
def what_json_allows_and_a_message_does_not_is_refused_by_field():
    cases = {
        b'{"colour":"red"}': "colour",
        b'{"username":7}': "username",
        b'{"username":"\\ud800"}': "username",
        b'{"username":"a\\u0000b"}': "username",
        b'{"username":"a","username":"b"}': "username",
        b'{"username":"\xc3\x28"}': "username",
    }
    for body, field in cases.items():
        answer = ask("POST", "/v1/auth:login", body)
        expect(answer.status == 400 and field in answer.fields(), body, answer.status, answer.body)


@test
def deep_nesting_is_refused():
    for body in (b'{"visit":' * 5000, b"[" * 100000, b'{"a":' * 2000 + b"1" + b"}" * 2000):
        expect(ask("POST", "/v1/auth:login", body).status == 400, body[:20])
    expect(is_alive(), "gone")


@test
def a_push_of_empty_items_is_answered():
    body = b'{"visits":[' + b"{}," * ((BODY_LIMIT - 32) // 3) + b"{}]}"
    with Client() as client:
        client.socket.settimeout(30)
        client.send(request("POST", "/v1/sync:push", body))
        expect(client.answer().status in (400, 401), "taken")
    expect(is_alive(), "gone")


@test
def huge_numbers_are_refused():
    for number in (b"1e999", b"9" * 400, b"-1e400", b"99999999999"):
        answer = ask("POST", "/v1/photos", b'{"width":' + number + b"}")
        expect(answer.status == 400, number, answer.status)


# --- Connections


@test
def requests_in_one_write_are_answered_in_their_order():
    with Client() as client:
        paths = ["/healthz", "/v1/nothing", VISIT, "/readyz", "/openapi.json"] * 6
        client.send(b"".join(request("GET", path) for path in paths))
        for path in paths:
            answer = client.answer()
            expect((answer.status == 404 and answer.reason() == "NO_SUCH_ROUTE") == (path == "/v1/nothing"), path, answer.status)
            expect((b'"openapi"' in answer.body) == (path == "/openapi.json"), path)


@test
def what_follows_a_body_is_the_next_request():
    with Client() as client:
        client.send(request("POST", "/v1/visits", b"{}") + request("GET", "/healthz") + request("POST", "/nothing", b"{}") + request("GET", "/healthz"))
        expect([client.answer().status for _ in range(4)][1:] == [200, 404, 200], "out of step")


@test
def a_client_that_closes_its_side_is_still_answered():
    with Client() as client:
        client.send(request("GET", VISIT))
        client.socket.shutdown(socket.SHUT_WR)
        expect(client.answer().status in ANSWERED, "not answered")


@test
def an_old_client_is_answered_and_the_connection_closed():
    with Client() as client:
        client.send(request("GET", "/healthz", version="1.0"))
        expect(client.answer().status == 200, "not answered")
        expect(client.is_closed(), "left open")


@test
def a_request_that_breaks_off_harms_nobody():
    whole = request("POST", "/v1/visits", b'{"purpose":"x"}')
    for end in range(0, len(whole), 3):
        with Client() as client:
            client.send(whole[:end])
    expect(is_alive(), "gone")


@test
def what_is_no_http_is_turned_away():
    for junk in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300, b"\x00" * 5000, b"GET\r\n\r\n", b"\r\n" * 5000 + b"x" * 70000,
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /healthz HTTP/1.1\r\n\r\n"):
        with Client() as client:
            try:
                client.send(junk)
                client.socket.shutdown(socket.SHUT_WR)
                client.socket.recv(100)
            except OSError:
                pass
    expect(is_alive(), "gone")


@test
def headers_and_paths_without_end_are_refused():
    for head in (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", request("GET", "/healthz", None, {"X": "y" * 100000}),
                 request("GET", "/healthz", None, {f"X-{i}": "y" for i in range(5000)})):
        with Client() as client:
            try:
                client.send(head)
                status = client.answer().status
            except (OSError, EOFError):
                status = 0
            expect(status in (0, 400, 413, 414, 431), status)
    expect(is_alive(), "gone")


@test
def a_hundred_clients_that_close_at_once_harm_nobody():
    for i in range(100):
        with Client() as client:
            client.send(request("GET", VISIT) if i % 2 else request("POST", "/v1/visits", b"{}"))
            if i % 4 < 2:  # a reset instead of a goodbye
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    expect(is_alive(), "gone")


@test
def a_thousand_idle_connections_do_not_keep_a_new_call_waiting():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 1100:
        return
    idle = [Client() for _ in range(1000)]
    try:
        expect(is_alive(), "kept waiting")
        begun = time.monotonic()
        expect(ask("GET", VISIT).status in ANSWERED and time.monotonic() - begun < PATIENCE_S, "kept waiting")
    finally:
        for client in idle:
            client.socket.close()
    expect(is_alive(), "gone")


def drip(head, piece, every_s, limit_s):
    """Sends `piece` again and again; the seconds until the server ends it, and what it said."""
    with Client() as client:
        begun = time.monotonic()
        client.send(head)
        client.socket.settimeout(every_s)
        said = b""
        while time.monotonic() - begun < limit_s:
            try:
                client.send(piece)
                data = client.socket.recv(4096)
                said += data
                if not data:
                    break
            except socket.timeout:
                continue
            except OSError:
                break
        return time.monotonic() - begun, said


@test
def who_drips_headers_or_bodies_is_cut():
    limit_s = 30
    drips = {
        "headers": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
        "body": (request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Content-Length": "100000"}), b" "),
        "chunks": (request("POST", "/v1/visits", None, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}), b"1\r\n \r\n"),
    }
    ends = {}
    threads = [threading.Thread(target=lambda n=n, d=d: ends.update({n: drip(*d, 0.2, limit_s)})) for n, d in drips.items()]
    for thread in threads:
        thread.start()
    expect(is_alive(), "kept waiting")
    for thread in threads:
        thread.join()
    for name in drips:
        took_s, said = ends[name]
        expect(took_s < limit_s, name, "goes on")
        expect(said == b"" or b" 408 " in said.split(b"\r\n")[0], name, said)


# --- Pages


@test
def the_openapi_document_is_sent_again_only_when_it_changed():
    answer = ask("GET", "/openapi.json")
    document = json.loads(answer.body)
    expect(document["openapi"].startswith("3.1") and "/v1/visits/{id}" in document["paths"], "not the document")
    again = ask("GET", "/openapi.json", None, {"If-None-Match": answer.headers["etag"]})
    expect(again.status == 304 and again.headers["etag"] == answer.headers["etag"], again.status)


@test
def the_openapi_document_is_in_the_language_that_is_asked_for():
    def about_login(path, headers=None):
        answer = ask("GET", path, None, headers or {})
        expect(answer.headers.get("vary") == "Accept-Language", answer.headers)
        return json.loads(answer.body)["paths"]["/v1/auth:login"]["post"]["summary"]

    chinese, english = "在一台设备上登录", "Signs a device in"
    for path, headers, expected in (
        ("/openapi.json", None, chinese),
        ("/openapi.json", {"Accept-Language": "en-GB,zh;q=0.5"}, english),
        ("/openapi.json?language=en", {"Accept-Language": "zh-CN"}, english),
        ("/openapi.json?language=zh", {"Accept-Language": "en"}, chinese),
    ):
        expect(about_login(path, headers) == expected, (path, headers))


@test
def the_documents_need_nothing_from_elsewhere():
    expect(ask("GET", "/").headers.get("location") == "/docs", "no way to the documents")
    answer = ask("GET", "/docs")
    policy = answer.headers["content-security-policy"]
    expect("default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy, policy)
    for file in ("/docs", "/docs/docs.css", "/docs/docs.js"):
        answer = ask("GET", file)
        expect(answer.status == 200 and b"//" not in answer.body.replace(b"// ", b"").replace(b"http://www.w3.org/", b""), file)


def main():
    global address, token
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    host, port = sys.argv[1].rsplit(":", 1)
    address, token = (host.strip("[]"), int(port)), sys.argv[2] if len(sys.argv) == 3 else None
    failed = 0
    try:
        ask("GET", "/healthz")
    except OSError as error:
        print(f"nobody answers at {sys.argv[1]}: {error}\n0 passed, 1 failed")
        sys.exit(1)
    for function in tests:
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"  ok    {name}", flush=True)
        except Exception as error:  # whatever it is, it is this test's failure
            failed += 1
            print(f"  FAIL  {name}: {type(error).__name__}: {str(error)[:300]}", flush=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()

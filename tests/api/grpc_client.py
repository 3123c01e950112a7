#!/usr/bin/python3
"""An independent gRPC client: Debian's python3-grpcio, raw stubs, and what reflection tells; nothing of the server's own code.

usage: grpc_client.py HOST:PORT [TOKEN] [--ca FILE]

Prints a line for each behaviour and ends with "N passed, N failed"; exits 1 where one failed. TOKEN is an officer's access token;
without it what needs one is left out.
"""

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PROTO_DIR = os.environ.get("GRPC_PROTO_DIR", "/usr/share/grpc-proto")
BODY_LIMIT = 8 << 20
PATIENCE_S = 20

tests = []


def test(function):
    tests.append(function)
    return function


def token_test(function):
    function.needs_token = True
    return test(function)


class Server:
    """The server under test: one channel, and the messages of health and reflection, compiled on the spot."""

    def __init__(self, target, token, ca):
        self.target, self.token, self.ca = target, token, ca
        self.channel = self.open_channel()
        with tempfile.TemporaryDirectory() as folder:
            files = [f"grpc/{name}.proto" for name in ("health/v1/health", "reflection/v1/reflection", "reflection/v1alpha/reflection")]
            subprocess.run(["protoc", f"-I{PROTO_DIR}", f"--python_out={folder}", *files], check=True)
            # The installed package `grpc` must not hide the folder of that name.
            grpc.__path__.append(os.path.join(folder, "grpc"))
            self.health = importlib.import_module("grpc.health.v1.health_pb2")
            self.reflections = {
                "v1": importlib.import_module("grpc.reflection.v1.reflection_pb2"),
                "v1alpha": importlib.import_module("grpc.reflection.v1alpha.reflection_pb2"),
            }
        self.pool = descriptor_pool.DescriptorPool()
        self.files = {}

    def open_channel(self, *options):
        options = (("grpc.max_receive_message_length", -1), ("grpc.use_local_subchannel_pool", 1), *options)
        if not self.ca:
            return grpc.insecure_channel(self.target, options)
        with open(self.ca, "rb") as file:
            return grpc.secure_channel(self.target, grpc.ssl_channel_credentials(file.read()), options)

    def metadata(self):
        return [("authorization", f"Bearer {self.token}")] if self.token else []

    # --- health ---

    def check(self, service=""):
        call = self.channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            self.health.HealthCheckRequest.SerializeToString,
            self.health.HealthCheckResponse.FromString,
        )
        request = self.health.HealthCheckRequest(service=service)
        return call(request, timeout=PATIENCE_S, wait_for_ready=True).status

    def watch(self, service=""):
        call = self.channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            self.health.HealthCheckRequest.SerializeToString,
            self.health.HealthCheckResponse.FromString,
        )
        return call(self.health.HealthCheckRequest(service=service), timeout=PATIENCE_S)

    # --- reflection ---

    def ask(self, version, *requests):
        """The answers to several requests on one stream."""
        messages = self.reflections[version]
        call = self.channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            messages.ServerReflectionRequest.SerializeToString,
            messages.ServerReflectionResponse.FromString,
        )
        return list(call(iter([messages.ServerReflectionRequest(**request) for request in requests]), timeout=PATIENCE_S))

    def services(self, version="v1"):
        (answer,) = self.ask(version, {"list_services": ""})
        return sorted(service.name for service in answer.list_services_response.service)

    def learn(self, symbol):
        """Puts the file of `symbol` and all it imports into the pool, out of reflection alone."""
        (answer,) = self.ask("v1", {"file_containing_symbol": symbol})
        assert answer.WhichOneof("message_response") == "file_descriptor_response", answer
        found = [descriptor_pb2.FileDescriptorProto.FromString(text) for text in answer.file_descriptor_response.file_descriptor_proto]
        for file in found:
            self.files.setdefault(file.name, file)
        for file in found:
            self.add(file.name)

    def add(self, name):
        file = self.files[name]
        if file is None:
            return
        self.files[name] = None
        for needed in file.dependency:
            self.add(needed)
        self.pool.Add(file)

    def method(self, service, name):
        """A method's descriptor and its two message classes."""
        self.learn(service)
        method = self.pool.FindServiceByName(service).methods_by_name[name]
        factory = message_factory.MessageFactory(self.pool)
        return factory.GetPrototype(method.input_type), factory.GetPrototype(method.output_type)

    # --- calls ---

    def raw(self, path, body=b"", timeout=PATIENCE_S, channel=None, **more):
        """One call of bytes; (code, message, answer, trailing metadata)."""
        stub = (channel or self.channel).unary_unary(path, None, None)
        try:
            answer, call = stub.with_call(body, timeout=timeout, metadata=self.metadata() + more.pop("extra", []), **more)
            return call.code(), call.details(), answer, dict(call.trailing_metadata())
        except grpc.RpcError as error:
            return error.code(), error.details(), None, dict(error.trailing_metadata() or ())


WHOAMI = "/zoufang.v1.AuthService/WhoAmI"
PUSH = "/zoufang.v1.SyncService/Push"
GET = "/zoufang.v1.VisitService/GetVisit"


def expect(code, answer):
    assert answer[0] == code, f"{answer[0]} {answer[1]!r} instead of {code}"


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def padded(size):
    """A message of about `size` bytes that holds nothing but one unknown field."""
    return varint(2000 << 3 | 2) + varint(size) + bytes(size)


# --- health ----------------------------------------------------------------------------------------------------------------------


@test
def the_server_is_serving(server):
    assert server.check() == server.health.HealthCheckResponse.SERVING


@test
def each_service_is_serving(server):
    for service in server.services():
        assert server.check(service) == server.health.HealthCheckResponse.SERVING, service


@test
def the_health_of_an_unknown_service_is_not_found(server):
    try:
        server.check("zoufang.v1.NoSuchService")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND, error
    else:
        raise AssertionError("answered")


@test
def a_watch_says_at_once_how_it_is(server):
    for service, status in (("", "SERVING"), ("zoufang.v1.VisitService", "SERVING"), ("no.such", "SERVICE_UNKNOWN")):
        watch = server.watch(service)
        assert next(watch).status == server.health.HealthCheckResponse.ServingStatus.Value(status), service
        watch.cancel()


@test
def a_hundred_watches_on_one_connection_are_answered(server):
    watches = [server.watch() for _ in range(99)]
    for watch in watches:
        next(watch)
    for watch in watches:
        watch.cancel()
    assert server.check() == server.health.HealthCheckResponse.SERVING


# --- reflection ------------------------------------------------------------------------------------------------------------------


def both(function):
    for version in ("v1", "v1alpha"):

        def run(server, version=version):
            function(server, version)

        run.__name__ = f"{function.__name__}_in_{version}"
        test(run)
    return function


@both
def services_are_listed(server, version):
    services = server.services(version)
    for wanted in ("zoufang.v1.VisitService", "zoufang.v1.SyncService", "grpc.health.v1.Health", f"grpc.reflection.{version}.ServerReflection"):
        assert wanted in services, wanted


def described(answer):
    assert answer.WhichOneof("message_response") == "file_descriptor_response", answer
    return [descriptor_pb2.FileDescriptorProto.FromString(text) for text in answer.file_descriptor_response.file_descriptor_proto]


@both
def a_file_comes_with_all_that_it_imports(server, version):
    (answer,) = server.ask(version, {"file_by_filename": "zoufang/v1/visits.proto"})
    files = described(answer)
    assert files[0].name == "zoufang/v1/visits.proto"
    names = [file.name for file in files]
    assert len(names) == len(set(names))
    for file in files:
        assert set(file.dependency) <= set(names), file.name


@both
def symbols_of_every_kind_are_found(server, version):
    symbols = (
        "zoufang.v1.VisitService",
        "zoufang.v1.VisitService.GetVisit",
        "zoufang.v1.Visit",
        "zoufang.v1.Visit.id",
        "zoufang.v1.VisitKind",
        "zoufang.v1.VISIT_KIND_DOWN_VISIT",
    )
    answers = server.ask(version, *({"file_containing_symbol": symbol} for symbol in symbols))
    assert [described(answer)[0].name for answer in answers] == ["zoufang/v1/visits.proto"] * len(symbols)


@both
def extensions_are_found(server, version):
    numbers, file = server.ask(
        version,
        {"all_extension_numbers_of_type": "google.protobuf.MethodOptions"},
        {"file_containing_extension": {"containing_type": "google.protobuf.MethodOptions", "extension_number": 72295728}},
    )
    assert {72295728, 50001} <= set(numbers.all_extension_numbers_response.extension_number)
    assert described(file)[0].name == "google/api/annotations.proto"


@both
def what_is_unknown_is_answered_and_the_stream_goes_on(server, version):
    requests = (
        {"file_by_filename": "no/such.proto"},
        {"file_containing_symbol": "no.such.Symbol"},
        {"file_containing_extension": {"containing_type": "google.protobuf.MethodOptions", "extension_number": 1}},
        {"all_extension_numbers_of_type": "no.such.Type"},
        {"list_services": ""},
    )
    answers = server.ask(version, *requests)
    assert [answer.WhichOneof("message_response") for answer in answers] == ["error_response"] * 4 + ["list_services_response"]
    assert [answer.error_response.error_code for answer in answers[:4]] == [grpc.StatusCode.NOT_FOUND.value[0]] * 4
    assert answers[1].original_request.file_containing_symbol == "no.such.Symbol"


@test
def every_service_can_be_called_from_what_reflection_says(server):
    for service in server.services():
        server.learn(service)
        assert server.pool.FindServiceByName(service).methods, service


@test
def comments_are_kept_in_the_descriptors(server):
    (answer,) = server.ask("v1", {"file_by_filename": "zoufang/v1/visits.proto"})
    assert any("visit" in place.leading_comments for place in described(answer)[0].source_code_info.location)


# --- calls -----------------------------------------------------------------------------------------------------------------------


@test
def an_unknown_method_is_unimplemented(server):
    for path in ("/zoufang.v1.VisitService/NoSuchMethod", "/no.such.Service/Method", "/", "/x", "/grpc.health.v1.Health/Check2"):
        expect(grpc.StatusCode.UNIMPLEMENTED, server.raw(path))


@test
def a_message_that_cannot_be_read_is_an_invalid_argument(server):
    for body in (b"\x0a\x05ab", b"\xff" * 20, b"\x0b", b"\x00\x00"):
        expect(grpc.StatusCode.INVALID_ARGUMENT, server.raw(GET, body))


@test
def a_message_that_is_missing_is_an_invalid_argument(server):
    stub = server.channel.stream_unary(GET, None, None)
    try:
        stub(iter([]), timeout=PATIENCE_S, metadata=server.metadata())
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    else:
        raise AssertionError("answered")


def details_of(server, trailers):
    """google.rpc.Status of an answer, and the reasons of its ErrorInfo; learnt by reflection too."""
    server.learn("google.rpc.Status")
    server.learn("google.rpc.ErrorInfo")
    factory = message_factory.MessageFactory(server.pool)
    status = factory.GetPrototype(server.pool.FindMessageTypeByName("google.rpc.Status")).FromString(trailers["grpc-status-details-bin"])
    info = factory.GetPrototype(server.pool.FindMessageTypeByName("google.rpc.ErrorInfo"))
    return status, [info.FromString(detail.value).reason for detail in status.details if detail.type_url.endswith("google.rpc.ErrorInfo")]


@test
def a_body_a_little_too_large_is_refused_with_its_reason(server):
    answer = server.raw(PUSH, padded(BODY_LIMIT + 1))
    expect(grpc.StatusCode.RESOURCE_EXHAUSTED, answer)
    status, reasons = details_of(server, answer[3])
    assert status.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
    assert reasons == ["BODY_TOO_LARGE"], reasons


@test
def a_body_far_too_large_is_refused(server):
    for size in (9 << 20, 32 << 20):
        expect(grpc.StatusCode.RESOURCE_EXHAUSTED, server.raw(PUSH, bytes(size)))
    assert server.check() == server.health.HealthCheckResponse.SERVING


@test
def eight_mebibytes_of_empty_messages_are_refused(server):
    expect(grpc.StatusCode.INVALID_ARGUMENT, server.raw(PUSH, b"\x0a\x00" * (4 << 20)))


@test
def a_compressed_message_is_read(server):
    for compression in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        plain = server.raw(GET, b"\x0a\x05ab" + bytes(200))
        packed = server.raw(GET, b"\x0a\x05ab" + bytes(200), compression=compression)
        assert plain[:2] == packed[:2], (plain, packed)
        known = server.raw(WHOAMI, b""), server.raw(WHOAMI, padded(4000), compression=compression)
        assert known[0][0] == known[1][0], known


@test
def what_inflates_to_too_much_is_refused(server):
    bomb = bytes(64 << 20)
    assert len(zlib.compress(bomb)) < BODY_LIMIT
    answer = server.raw(PUSH, bomb, compression=grpc.Compression.Gzip)
    expect(grpc.StatusCode.RESOURCE_EXHAUSTED, answer)


@test
def each_answer_names_its_request(server):
    for body in (b"", b"\xff"):
        trailers = server.raw(GET, body)[3]
        assert len(trailers["x-request-id"]) == 36, trailers
    assert server.raw(GET)[3]["x-request-id"] != server.raw(GET)[3]["x-request-id"]


@test
def too_much_metadata_is_refused(server):
    channel = server.open_channel()
    expect(grpc.StatusCode.RESOURCE_EXHAUSTED, server.raw(GET, extra=[("x-padding", "x" * 20000)], channel=channel))
    channel.close()
    assert server.check() == server.health.HealthCheckResponse.SERVING


@test
def a_message_that_does_not_come_ends_at_the_deadline(server):
    silence = threading.Event()
    stub = server.channel.stream_unary(GET, None, None)
    started = time.monotonic()
    try:
        stub((b"" for _ in iter(silence.wait, True)), timeout=0.3, metadata=server.metadata())
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED, error
    else:
        raise AssertionError("answered")
    finally:
        silence.set()
    assert time.monotonic() - started < PATIENCE_S
    assert server.check() == server.health.HealthCheckResponse.SERVING


@test
def a_hundred_clients_that_leave_at_once_do_no_harm(server):
    for _ in range(100):
        channel = server.open_channel()
        channel.unary_unary(PUSH, None, None).future(padded(100000), metadata=server.metadata())
        channel.close()
    for _ in range(100):
        server.channel.unary_unary(GET, None, None).future(b"", metadata=server.metadata()).cancel()
    started = time.monotonic()
    assert server.check() == server.health.HealthCheckResponse.SERVING
    assert time.monotonic() - started < PATIENCE_S


@test
def without_a_token_nobody_is_let_in(server):
    stub = server.channel.unary_unary(WHOAMI, None, None)
    for metadata in ([], [("authorization", "Bearer x")], [("authorization", "Basic eDp5")]):
        try:
            stub(b"", timeout=PATIENCE_S, metadata=metadata)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
        else:
            raise AssertionError("answered")


@token_test
def a_call_made_of_what_reflection_says_is_answered(server):
    request, response = server.method("zoufang.v1.AuthService", "WhoAmI")
    answer = server.raw(WHOAMI, request().SerializeToString())
    expect(grpc.StatusCode.OK, answer)
    assert response.FromString(answer[2]).ByteSize() > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target")
    parser.add_argument("token", nargs="?")
    parser.add_argument("--ca")
    parser.add_argument("--only", help="run the tests whose names contain this")
    options = parser.parse_args()
    server = Server(options.target, options.token, options.ca)
    grpc.channel_ready_future(server.channel).result(timeout=PATIENCE_S)
    passed = failed = 0
    for function in tests:
        name = function.__name__.replace("_", " ")
        if options.only and options.only not in name:
            continue
        if getattr(function, "needs_token", False) and not options.token:
            print(f"left out: {name} (no token)")
            continue
        try:
            function(server)
            passed += 1
            print(f"ok: {name}")
        except Exception as error:  # whatever went wrong, the next behaviour is looked at
            failed += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{error.code()}: {error.details()}" if isinstance(error, grpc.Call) else f"{type(error).__name__} {error}"
            print(f"FAILED: {name}\n  {place.filename}:{place.lineno}: {place.line}\n  {what[:500]}")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

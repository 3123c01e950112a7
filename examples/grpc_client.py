#!/usr/bin/python3
"""The same client over gRPC: Debian's python3-grpcio, and messages made from proto/ as it starts.

usage: grpc_client.py --server 127.0.0.1:9090 --store phone.db --user NAME [--day day.json]

An app generates its stubs from proto/ once, when it is built; this example stays one file.
"""

import pathlib
import subprocess
import sys
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from phone import Lost, Refused
from rest_client import main

PATIENCE_S = 30
PROTO = pathlib.Path(__file__).resolve().parent.parent / "proto"
# Codes after which nobody knows whether the call was done. UNAVAILABLE that the server itself said carries RetryInfo.
LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN)


class Grpc:
    def __init__(self, server):
        self.channel = grpc.insecure_channel(server, [("grpc.max_receive_message_length", -1)])
        self.pool = descriptor_pool.DescriptorPool()
        with tempfile.NamedTemporaryFile() as file:
            protos = sorted(str(path) for path in [*(PROTO / "zoufang/v1").glob("*.proto"), *(PROTO / "google/rpc").glob("*.proto")])
            command = ["protoc", f"-I{PROTO}", "-I/usr/include", "-I/usr/share/grpc-proto", "--include_imports", "-o", file.name, *protos]
            subprocess.run(command, check=True)
            for proto in descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(file.name).read_bytes()).file:
                self.pool.Add(proto)
        self.messages = message_factory.MessageFactory(self.pool)

    def type_of(self, descriptor):
        return self.messages.GetPrototype(descriptor)

    def call(self, method, request, token=None):
        service, name = method.split("/")
        described = self.pool.FindServiceByName(f"zoufang.v1.{service}").methods_by_name[name]
        message = json_format.ParseDict(request, self.type_of(described.input_type)())
        stub = self.channel.unary_unary(
            f"/zoufang.v1.{method}",
            request_serializer=lambda value: value.SerializeToString(),
            response_deserializer=self.type_of(described.output_type).FromString,
        )
        metadata = [("accept-language", "zh-CN")] + ([("authorization", f"Bearer {token}")] if token else [])
        try:
            answer = stub(message, timeout=PATIENCE_S, metadata=metadata, wait_for_ready=True)
        except grpc.RpcError as wrong:
            raise self.refusal(wrong) from wrong
        return json_format.MessageToDict(answer)

    def refusal(self, wrong):
        packed = dict(wrong.trailing_metadata() or ()).get("grpc-status-details-bin")
        if not packed:
            return Lost(wrong.details()) if wrong.code() in LOST else Refused(wrong.code().name, "", message=wrong.details())
        status = self.type_of(self.pool.FindMessageTypeByName("google.rpc.Status")).FromString(packed)
        reason, retry_s, message, link = "", None, wrong.details(), None
        for detail in status.details:
            known = self.type_of(self.pool.FindMessageTypeByName(detail.type_url.rsplit("/", 1)[-1])).FromString(detail.value)
            kind = known.DESCRIPTOR.name
            if kind == "ErrorInfo":
                reason = known.reason
            elif kind == "RetryInfo":
                retry_s = known.retry_delay.seconds + known.retry_delay.nanos / 1e9
            elif kind == "LocalizedMessage":
                message = known.message
            elif kind == "Help" and known.links:
                link = known.links[0].url
        return Refused(wrong.code().name, reason, retry_s, message, link)


if __name__ == "__main__":
    main(Grpc, "A small client that speaks gRPC.")

"""Pushes that are cut: what a phone sends, up to some byte, over both transports; then, whole, again."""

import json
import socket
import struct

from faults import TRANSPORTS
from google.protobuf import json_format
from phones import TEXTS, Ack, fresh_id, hours_ago
from world import VILLAGES

ENDS = ("closed", "reset", "half-closed")
FRAME_BYTES, ANSWER_S = 16384, 0.02
SETTINGS, HEADERS, DATA = 4, 1, 0
END_STREAM, END_HEADERS = 1, 4
ITEMS_MOST = 120
PUSH = "SyncService/Push"


def rest_bytes(push, token):
    body = json.dumps(push, separators=(",", ":")).encode()
    head = f"POST /v1/sync:push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def frame(kind, flags, stream, payload):
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def grpc_bytes(push, token, grpc):
    """HTTP/2 as plain as it may be: headers spelt out, nothing compressed, no window asked for."""
    described = grpc.pool.FindMessageTypeByName("zoufang.v1.PushRequest")
    message = json_format.ParseDict(push, grpc.type_of(described)()).SerializeToString()
    headers = {
        ":method": "POST", ":scheme": "http", ":path": f"/zoufang.v1.{PUSH}", ":authority": "x", "te": "trailers",
        "content-type": "application/grpc", "authorization": f"Bearer {token}",
    }  # fmt: skip
    packed = b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode() for name, value in headers.items())
    data = b"\0" + struct.pack("!I", len(message)) + message
    pieces = [data[at : at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES)]
    frames = [frame(DATA, END_STREAM if piece is pieces[-1] else 0, 1, piece) for piece in pieces]
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, b"") + frame(HEADERS, END_HEADERS, 1, packed) + b"".join(frames)


def send_part(port, data, end):
    """Sends it, and ends the connection in one of the ways."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.sendall(data)
            if end == "half-closed":
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(ANSWER_S)
                connection.recv(1)
        except OSError:
            pass  # it was told that nobody listens any more, or had nothing to say
        if end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Cutter:
    """Cuts pushes of an officer of its own. What the server took is in `acks`, what it should not have answered in `wrong`."""

    def __init__(self, world, phone, grpc, random, faults):
        self.world, self.phone, self.grpc, self.random, self.faults = world, phone, grpc, random, faults
        self.acks, self.wrong, self.written, self.taken = [], [], 0, 0

    def push(self, items):
        """Visits, and as many leads as half of them."""
        push = {"visits": [], "leads": []}
        for n in range(items):
            self.written += 1
            text, village, at = f"虚构 cut {self.written}", self.random.choice(VILLAGES), hours_ago(5)
            id = fresh_id(self.random)
            if n % 2:
                push["leads"].append({"id": id, "channel": 1, "class": 1, "regionCode": village, "receivedAt": at, "narrative": text})
            else:
                push["visits"].append({"id": id, "kind": 1, "regionCode": village, "startedAt": at, "purpose": text})
        return push

    def bytes_of(self, push, transport):
        token = self.phone.store.setting("access")
        return rest_bytes(push, token) if transport == "http" else grpc_bytes(push, token, self.grpc)

    def cut(self, transport, push, data, n):
        send_part(self.world.server.ports[transport], data[:n], self.random.choice(ENDS))
        self.faults.add(f"a push cut ({TRANSPORTS[transport]})")
        self.again(push, n, transport)

    def again(self, push, n, transport):
        texts = {item["id"]: (kind, item[TEXTS[kind]]) for kind, items in push.items() for item in items}
        for result in self.phone.call(PUSH, push)["results"]:
            kind, text = texts.pop(result["id"])
            if result["status"] not in ("CREATED", "UNCHANGED"):
                self.wrong.append(f"cut at byte {n} over {transport}, then pushed again: {result}")
            else:
                self.taken += result["status"] == "UNCHANGED"
                self.acks.append(Ack(kind, result["id"], result["etag"], text))
        if texts:
            self.wrong.append(f"cut at byte {n} over {transport}, then pushed again: nothing was said of {list(texts)}")

    def at_every_byte(self, step=1, begin=0):
        """A push of two items, each time another one, cut at each byte in turn."""
        for transport in TRANSPORTS:
            n = begin
            while n <= len(data := self.bytes_of(push := self.push(2), transport)):
                self.cut(transport, push, data, n)
                n += step

    def at_random(self, times):
        for _ in range(times):
            for transport in TRANSPORTS:
                push = self.push(self.random.randint(3, ITEMS_MOST))
                data = self.bytes_of(push, transport)
                self.cut(transport, push, data, self.random.randint(0, len(data)))

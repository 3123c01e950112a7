"""Holds connections on which nothing is asked, until its standard input ends.

    idle.py http|grpc PORT COUNT

Each asks once whether there is somebody: over REST for /healthz, over gRPC by the first frames. They come from several addresses of the loopback, as a
village's phones would. Prints "held N" when they stand, and at the end how many of them still do.
"""

import resource
import select
import socket
import struct
import sys
import time

ADDRESSES, PATIENCE_S = 64, 10
LIMIT_S = 90  # for all of them
KEPT = 64  # descriptors that are needed for other things
ASKS = {
    "http": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "grpc": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + struct.pack("!I", 0)[1:] + struct.pack("!BBI", 4, 0, 0),
}


def connect(transport, port, n):
    connection = socket.socket()
    connection.settimeout(PATIENCE_S)
    connection.bind((f"127.0.1.{1 + n % ADDRESSES}", 0))
    connection.connect(("127.0.0.1", port))
    connection.sendall(ASKS[transport])
    if not connection.recv(4096):
        raise ConnectionError
    return connection


def stands(connection):
    """Nothing more came than what was told to one who asked: no end."""
    connection.setblocking(False)
    try:
        while data := connection.recv(65536):
            pass
        return bool(data)
    except BlockingIOError:
        return True
    except OSError:
        return False


def main(transport, port, count):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held, refused, until = [], 0, time.monotonic() + LIMIT_S
    for n in range(min(int(count), hard - KEPT)):
        if time.monotonic() > until:
            break
        try:
            held.append(connect(transport, int(port), n))
        except OSError:
            refused += 1
    print("held", len(held), "refused", refused, flush=True)
    select.select([sys.stdin], [], [])
    print("stand", sum(stands(connection) for connection in held), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

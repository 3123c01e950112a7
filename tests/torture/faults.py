"""What was done to it, counted by kind."""

import collections
import threading

TRANSPORTS = {"http": "REST", "grpc": "gRPC"}  # by the names of the server's ports


class Faults:
    def __init__(self):
        self.lock, self.counts = threading.Lock(), collections.Counter()

    def add(self, kind, count=1):
        with self.lock:
            self.counts[kind] += count

    def total(self):
        return self.counts.total()

    def lines(self):
        return [f"  {count:7,d}  {kind}" for kind, count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))]

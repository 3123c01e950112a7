"""Wires on loopback that misbehave: one between phones and server, one between server and PostgreSQL that knows where a transaction ends."""

import asyncio
import contextlib
import socket
import struct
import threading

BYTES = 65536
STALL_S = 4  # longer than a phone's patience
CONNECT_S = 2
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
EXECUTE, SYNC, QUERY, READY = "E", "S", "Q", "Z"


class Loop:
    """An event loop in a thread of its own, for all wires."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda loop, context: None)  # connections end in every way here
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)


def cut(*writers):
    """Ends connections as a lost network does: by a reset, whatever is still to be sent."""
    for writer in writers:
        with contextlib.suppress(OSError, AttributeError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


class Over(Exception):
    """This connection has met its fate."""


# --- Between phones and server ---


class Way:
    """One direction of a connection: how it carries, and after how many bytes what happens."""

    def __init__(self, delay_s=0.0, piece=0, after=None, fate=None):
        self.delay_s, self.piece, self.after, self.fate = delay_s, piece, after, fate

    async def carry(self, source, drain):
        passed = 0
        while data := await source.read(BYTES):
            if self.after is not None and passed + len(data) >= self.after:
                data, rest = data[: self.after - passed], data[self.after - passed :]
                await self.send(drain, data)
                await self.fate()
                self.after, data = None, rest
            passed += len(data)
            await self.send(drain, data)
        if drain.can_write_eof():
            drain.write_eof()

    async def send(self, drain, data):
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        for at in range(0, len(data), self.piece or len(data) or 1):
            drain.write(data[at : at + (self.piece or len(data))])
            await drain.drain()
            if self.piece:
                await asyncio.sleep(0)


class Wire:
    """To the server's port of the moment. `roughness`: which part of the connections meets a fate."""

    FATES = ("delayed", "split", "stalled", "half-closed", "refused", "dropped on the way there", "dropped on the way back")

    def __init__(self, loop, port, random, faults):
        self.port, self.random, self.faults, self.roughness = port, random, faults, 0
        self.listener = loop.run(asyncio.start_server(self.meet, "127.0.0.1", 0, backlog=1024))
        self.address = "127.0.0.1:%d" % self.listener.sockets[0].getsockname()[1]

    async def meet(self, reader, writer):
        fate = self.random.choice(self.FATES) if self.random.random() < self.roughness else None
        if fate == "refused":
            self.faults.add("a connection refused")
            cut(writer)
            return
        try:
            far_reader, far_writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port()), CONNECT_S)
        except (OSError, asyncio.TimeoutError):
            cut(writer)
            return
        there, back = self.ways(fate, writer, far_writer)
        tasks = [asyncio.create_task(there.carry(reader, far_writer)), asyncio.create_task(back.carry(far_reader, writer))]
        done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        if any(task.exception() for task in done) or left:
            for task in left:
                task.cancel()
            cut(writer, far_writer)
        else:
            writer.close()
            far_writer.close()

    def ways(self, fate, near, far):
        """How both directions of a connection go. A fate that waits for a byte that never comes did not happen."""
        random, there, back = self.random, Way(), Way()

        async def told():
            self.faults.add(f"a connection {fate}")

        async def dropped():
            await told()
            raise Over

        async def stalled():
            await told()
            await asyncio.sleep(STALL_S)
            raise Over

        async def half_closed(end):
            await told()
            end.write_eof()
            await asyncio.sleep(STALL_S)
            raise Over

        after = int(10 ** random.uniform(0, 3.5))
        if fate in ("delayed", "split"):
            for way in (there, back):
                way.delay_s, way.piece = (random.uniform(0.01, 0.2), 0) if fate == "delayed" else (0, random.randint(1, 9))
            there.after, there.fate = 1, told
        elif fate == "dropped on the way there":
            there.after, there.fate = after, dropped
        elif fate == "dropped on the way back":
            back.after, back.fate = random.choice([0, after % 300]), dropped
        elif fate == "stalled":
            way = random.choice([there, back])
            way.after, way.fate = after, stalled
        elif fate == "half-closed":
            way, end = random.choice([(there, far), (back, near)])
            way.after, way.fate = after, lambda: half_closed(end)
        return there, back


# --- Between server and PostgreSQL ---


class Messages:
    """The messages in a stream of PostgreSQL's protocol: whole ones, each as (type, bytes)."""

    def __init__(self, begun=True):
        self.left, self.begun = bytearray(), begun  # not begun: the first message has no type

    def feed(self, data):
        self.left += data
        while True:
            head = 5 if self.begun else 4
            if len(self.left) < head:
                return
            length = struct.unpack_from("!i", self.left, head - 4)[0] + head - 4
            if len(self.left) < length:
                return
            message, kind = bytes(self.left[:length]), chr(self.left[0]) if self.begun else ""
            del self.left[:length]
            if not self.begun and struct.unpack_from("!i", message, 4)[0] not in (SSL_REQUEST, GSS_REQUEST):
                self.begun = True
            yield kind, message


class Link:
    """A connection of the server's: how many transactions it ended, how many answers came whole (signing in has the first one)."""

    def __init__(self):
        self.ended = self.answered = 0
        self.lost = None  # the transaction whose answer does not come back


class DatabaseWire:
    """A socket in `folder` that stands for PostgreSQL's. `roughness`: which part of the transactions is cut, before COMMIT or after it."""

    FATES = ("cut before COMMIT", "cut after COMMIT", "delayed before COMMIT")

    def __init__(self, loop, folder, random, faults):
        self.loop, self.folder, self.random, self.faults, self.roughness = loop, folder, random, faults, 0

    def open(self, cluster):
        """Carries to the cluster's socket of the moment: one that is made anew may have another."""
        self.folder.mkdir()
        self.cluster = cluster
        self.loop.run(asyncio.start_unix_server(self.meet, str(self.folder / ".s.PGSQL.5432")))

    async def meet(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(f"{self.cluster.socket}/.s.PGSQL.5432")
        except OSError:
            cut(writer)
            return
        link = Link()
        tasks = [asyncio.create_task(self.there(link, reader, far_writer)), asyncio.create_task(self.back(link, far_reader, writer))]
        _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in (writer, far_writer):
            end.close()

    async def there(self, link, source, drain):
        messages, executes = Messages(begun=False), False
        while data := await source.read(BYTES):
            out = bytearray()
            for kind, message in messages.feed(data):
                executes = executes or kind == EXECUTE
                if kind in (SYNC, QUERY):
                    drain.write(bytes(out))
                    out.clear()
                    link.ended += 1
                    if executes:
                        await self.commit(link)
                    executes = False
                out += message
            drain.write(bytes(out))
            await drain.drain()

    async def commit(self, link):
        """Everything up to this Sync is one transaction: it is committed when PostgreSQL gets it."""
        if self.random.random() >= self.roughness or link.lost:
            return
        fate = self.random.choice(self.FATES)
        if fate == "cut before COMMIT":
            self.faults.add("a transaction " + fate)
            raise Over
        if fate == "cut after COMMIT":
            link.lost = link.ended
        else:
            self.faults.add("a transaction " + fate)
            await asyncio.sleep(self.random.uniform(0.05, 0.5))

    async def back(self, link, source, drain):
        """Answers go back, but for one that is lost: once it is whole, the connection ends."""
        messages = Messages()
        while data := await source.read(BYTES):
            out = bytearray()
            for kind, message in messages.feed(data):
                lost = link.lost is not None and link.answered >= link.lost
                link.answered += kind == READY
                if not lost:
                    out += message
                elif kind == READY:
                    self.faults.add("a transaction cut after COMMIT")
                    raise Over
            drain.write(bytes(out))
            await drain.drain()

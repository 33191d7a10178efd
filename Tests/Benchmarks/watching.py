"""A thousand watchers of one busy prefix: what they get, how fast, and what it costs the server."""

import multiprocessing
import os
import selectors
import time
from dataclasses import dataclass

from http2 import DATA, END_STREAM, PUT, RST_STREAM, WATCH, Connection, call, call_headers, frame, message, put_request, watch_request
from measuring import private_bytes

MARK = b"\xf5an event\xf5"
PREFIX, END = b"busy/", b"busy0"
VALUE = MARK + bytes(100)


@dataclass
class Outcome:
    seconds: float
    cpu_seconds: float
    private_bytes: int
    event_count: int


def cpu_seconds(process_id):
    with open(f"/proc/{process_id}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watchers:
    """Connections with streams of watches; counts the events that arrive on each stream."""

    def __init__(self, port, connections, streams, watches):
        self.selector = selectors.DefaultSelector()
        self.tails, self.counts = {}, {}
        create = frame(DATA, stream=0, payload=message(watch_request(PREFIX, END)))
        self.connections = [Connection(port) for _ in range(connections)]
        for connection in self.connections:
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)
            for _ in range(streams):
                stream = connection.new_stream()
                self.counts[connection, stream] = 0
                self.tails[connection, stream] = b""
                request = create[:5] + stream.to_bytes(4, "big") + create[9:]
                connection.send(call_headers(stream, WATCH) + request * watches)
        self.wait_until_created(connections * streams * watches)

    def wait_until_created(self, count):
        while count > 0:
            for connection, stream, payload in self.payloads():
                buffer = self.tails[connection, stream] + payload
                while len(buffer) >= 5 and len(buffer) >= 5 + int.from_bytes(buffer[1:5], "big"):
                    buffer = buffer[5 + int.from_bytes(buffer[1:5], "big") :]
                    count -= 1
                self.tails[connection, stream] = buffer

    def payloads(self):
        """What the next bytes bring: (connection, stream, bytes)."""
        for key, _ in self.selector.select(30):
            for kind, flags, stream, payload in key.data.receive():
                if kind == RST_STREAM:
                    raise ConnectionError("the server ended a watch")
                if kind == DATA:
                    yield key.data, stream, payload

    def receive(self, event_count):
        """Returns when so many events have come in all, on each stream as many."""
        left = event_count
        while left > 0:
            before = left
            for connection, stream, payload in self.payloads():
                buffer = self.tails[connection, stream] + payload
                found = buffer.count(MARK)
                self.tails[connection, stream] = buffer[1 - len(MARK) :] if not buffer.endswith(MARK) else b""
                self.counts[connection, stream] += found
                left -= found
            if left == before and not self.selector.select(30):
                raise TimeoutError(f"{left} events are missing")
        if len(set(self.counts.values())) != 1:
            raise AssertionError("some watchers got more events than others")

    def close(self):
        for connection in self.connections:
            connection.close()


def put_all(port, count, rate, outstanding=64):
    """Puts `count` values: `rate` a second, or as fast as answers come when it is 0."""
    connection = Connection(port)
    sent = done = 0
    started = time.monotonic()
    while done < count:
        if rate:
            time.sleep(max(0, started + sent / rate - time.monotonic()))
        room = 1 if rate else outstanding - (sent - done)
        calls = b""
        for _ in range(min(room, count - sent)):
            calls += call(connection.new_stream(), PUT, put_request(PREFIX + b"%d" % (sent % 100), VALUE))
            sent += 1
        connection.send(calls)
        done += sum(1 for kind, flags, _, _ in connection.receive() if flags & END_STREAM and kind <= 1)
    connection.close()


def measure(server, connections, streams, watches, puts, rate):
    port, process_id = server.port, server.process.pid
    watchers = Watchers(port, connections, streams, watches)
    cpu = cpu_seconds(process_id)
    started = time.monotonic()
    writer = multiprocessing.Process(target=put_all, args=(port, puts, rate))
    writer.start()
    event_count = connections * streams * watches * puts
    watchers.receive(event_count)
    seconds = time.monotonic() - started
    outcome = Outcome(seconds, cpu_seconds(process_id) - cpu, private_bytes(process_id), event_count)
    writer.join()
    watchers.close()
    return outcome

"""What hostile and broken clients do to a healthy one, and to the server's memory."""

import multiprocessing
import os
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass

from http2 import (
    CONTINUATION, DATA, HEADERS, PING, PREFACE, PUT, RANGE, RST_STREAM, SETTINGS, WATCH, Connection, call, call_headers,
    frame, greeting, message, put_request, range_request, watch_request,
)  # fmt: skip
from measuring import private_bytes
from real_etcd import program

KEYS, VALUE_BYTES = 2_000, 10_000


def connect(port, data=b""):
    """A connection that sends what the kernel takes at once, and then no more."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=2)
    connection.setblocking(False)
    push(connection, data)
    return connection


def push(connection, data):
    """Sends what fits; false when the connection is closed."""
    try:
        while data:
            data = data[connection.send(data) :]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


def hold(port, count, data, ends):
    """Opens connections that begin and say no more, again when they are closed."""
    connections = []
    while time.monotonic() < ends:
        while len(connections) < count and time.monotonic() < ends:
            try:
                connections.append(connect(port, data))
            except OSError:
                time.sleep(0.05)
        time.sleep(0.2)
        connections = [each for each in connections if is_open(each)]


def is_open(connection):
    try:
        while connection.recv(1 << 16):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def flood(port, count, first, unit, ends):
    """Sends `unit` over and over on a few connections, as fast as the server reads."""
    connections = []
    while time.monotonic() < ends:
        try:
            while len(connections) < count:
                connections.append(connect(port, first))
        except OSError:
            time.sleep(0.05)
        connections = [each for each in connections if push(each, unit) and is_open(each)]
        time.sleep(0.001)


def silent(port, ends):
    hold(port, 500, b"", ends)


def half_greeted(port, ends):
    hold(port, 500, PREFACE[:10], ends)


def greeted_and_idle(port, ends):
    hold(port, 3_000, greeting(), ends)


def garbage(port, ends):
    hold(port, 500, b"\x16\x03\x01" + os.urandom(200), ends)


def coming_and_going(port, ends):
    while time.monotonic() < ends:
        try:
            connect(port, greeting()).close()
        except OSError:
            time.sleep(0.01)


def pings(port, ends):
    flood(port, 4, greeting(), frame(PING, payload=bytes(8)) * 2_000, ends)


def settings(port, ends):
    flood(port, 4, greeting(), frame(SETTINGS) * 2_000, ends)


def resets(port, ends):
    """Calls that are taken back at once."""
    streams = range(1, 20_001, 2)
    calls = b"".join(call_headers(n, RANGE) + frame(RST_STREAM, stream=n, payload=struct.pack(">I", 8)) for n in streams)
    flood(port, 4, greeting() + calls, b"", ends)


def endless_headers(port, ends):
    begun = greeting() + frame(HEADERS, stream=1, payload=b"\0\1a\1b" * 1_000)
    flood(port, 4, begun, frame(CONTINUATION, stream=1, payload=b"\0\1a\1b" * 4_000), ends)


def oversized(port, ends):
    """Messages of 8 MiB, some that claim to have 4 GiB."""
    body = b"\0" + struct.pack(">I", 8 << 20) + bytes(8 << 20)
    frames = b"".join(frame(DATA, stream=1, payload=body[at : at + 16_384]) for at in range(0, len(body), 16_384))
    claim = call_headers(3, PUT) + frame(DATA, stream=3, payload=b"\0\xff\xff\xff\xff" + bytes(10_000))
    hold(port, 20, greeting() + claim + call_headers(1, PUT) + frames, ends)


def half_sent(port, ends):
    """Ten connections with 200 calls each of which 1 MiB of 1.4 MiB comes: 2 GiB."""
    part = b"\0" + struct.pack(">I", 1_400_000) + bytes(1 << 20)
    pieces = [part[at : at + 16_384] for at in range(0, len(part), 16_384)]
    connections = [(connect(port, greeting()), bytearray()) for _ in range(10)]
    number = 1
    while time.monotonic() < ends:
        for connection, unsent in connections:
            if not unsent and number < 400:
                unsent += call_headers(number, PUT)
                for piece in pieces:
                    unsent += frame(DATA, stream=number, payload=piece)
            try:
                del unsent[: connection.send(unsent)]
                is_open(connection)
            except BlockingIOError:
                pass
            except OSError:
                unsent.clear()
        if not any(unsent for _, unsent in connections):
            number += 2
        time.sleep(0.0005)


def never_reading_watchers(port, ends):
    """200 watches of everything, on 20 connections that never read, with the smallest of windows."""
    watch = frame(DATA, stream=0, payload=message(watch_request(b"\0", b"\0")))
    begun = greeting(65_535)
    for n in range(1, 21, 2):
        begun += call_headers(n, WATCH) + watch[:5] + struct.pack(">I", n) + watch[9:]
    connections = [connect(port, begun) for _ in range(20)]
    writer = Connection(port)
    while time.monotonic() < ends:
        writer.ask(PUT, put_request(b"watched", bytes(VALUE_BYTES)))
    for connection in connections:
        connection.close()


def never_reading_ranges(port, ends):
    """Ten connections that ask for 20 MB ten times and never read."""
    begun = greeting(65_535)
    for n in range(1, 21, 2):
        begun += call(n, RANGE, range_request(b"data/", b"data0"))
    hold(port, 10, begun, ends)


KINDS = [
    silent, half_greeted, greeted_and_idle, garbage, coming_and_going, pings, settings, resets, endless_headers, oversized,
    half_sent, never_reading_watchers, never_reading_ranges,
]  # fmt: skip


def repeat(commands, ends):
    """Runs commands side by side, each again when it ends."""
    running = {}
    while time.monotonic() < ends:
        for name, command in commands.items():
            if name not in running or running[name].poll() is not None:
                running[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.05)
    for process in running.values():
        process.kill()
        process.wait()


def snapshots(port, ends):
    """Six that take a snapshot, over and over."""
    etcdctl = [program("etcdctl"), "--endpoints", f"127.0.0.1:{port}", "snapshot", "save"]
    with tempfile.TemporaryDirectory() as directory:
        repeat({n: [*etcdctl, os.path.join(directory, f"{n}.db")] for n in range(6)}, ends)


def hashes(port, ends):
    """Six that have the whole store hashed, over and over."""
    etcdctl = [program("etcdctl"), "--endpoints", f"127.0.0.1:{port}", "--command-timeout", "60s", "endpoint", "hashkv"]
    repeat({n: etcdctl for n in range(6)}, ends)


@dataclass
class Outcome:
    """A healthy client's waiting, in seconds, and the server's private memory, in bytes."""

    half: float
    slowest_of_a_hundred: float
    calls: int
    peak: int
    after: int


def healthy(port, ends, results):
    """Puts and reads one key after the other on one connection, and says how long each took."""
    connection = Connection(port)
    times = []
    while time.monotonic() < ends:
        for path, request in ((PUT, put_request(b"healthy", b"value")), (RANGE, range_request(b"healthy"))):
            started = time.perf_counter()
            connection.ask(path, request)
            times.append(time.perf_counter() - started)
        time.sleep(0.002)
    results.put(times)


def fill(server):
    connection = Connection(server.port)
    for number in range(KEYS):
        connection.ask(PUT, put_request(b"data/%d" % number, bytes(VALUE_BYTES)))
    connection.close()


def measure(server, kinds, seconds=5):
    """A healthy client beside hostile ones of `kinds`, all at once."""
    port, process_id = server.port, server.process.pid
    ends = time.monotonic() + seconds
    results = multiprocessing.Queue()
    hostile = [multiprocessing.Process(target=kind, args=(port, ends), daemon=True) for kind in kinds]
    for process in hostile:
        process.start()
    client = multiprocessing.Process(target=healthy, args=(port, ends, results), daemon=True)
    client.start()
    peak = 0
    while time.monotonic() < ends:
        peak = max(peak, private_bytes(process_id))
        time.sleep(0.05)
    times = results.get(timeout=60)
    for process in [*hostile, client]:
        process.join(20)
        process.kill()
    time.sleep(1)
    cuts = statistics.quantiles(times, n=100)
    return Outcome(cuts[49], cuts[98], len(times), peak, private_bytes(process_id))

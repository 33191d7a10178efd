"""Just enough of HTTP/2, gRPC and protobuf to load a server and to misbehave towards it.

A client of one's own, since a library keeps a client from what hostile ones do, and takes more of the machine than the
server that is measured. Source: RFC 9113, RFC 7541, grpc/grpc `doc/PROTOCOL-HTTP2.md`.
"""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
LARGEST_WINDOW = 2**31 - 1


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def greeting(window=LARGEST_WINDOW):
    """The preface, settings with a stream's window, and as much for the connection."""
    settings = frame(SETTINGS, payload=struct.pack(">HI", 4, window))
    return PREFACE + settings + frame(WINDOW_UPDATE, payload=struct.pack(">I", LARGEST_WINDOW - 65_535))


def text(value):
    """A string of HPACK; none of ours has 127 bytes or more."""
    return bytes([len(value)]) + value


def call_headers(stream, path, end=False):
    """A call's headers, each a literal that is not indexed."""
    fields = {
        b":method": b"POST", b":scheme": b"http", b":path": path.encode(), b":authority": b"localhost",
        b"te": b"trailers", b"content-type": b"application/grpc",
    }  # fmt: skip
    block = b"".join(b"\0" + text(name) + text(value) for name, value in fields.items())
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block)


def message(payload):
    return b"\0" + struct.pack(">I", len(payload)) + payload


def call(stream, path, payload):
    """A whole call of one small message."""
    return call_headers(stream, path) + frame(DATA, END_STREAM, stream, message(payload))


def varint(value):
    digits = b""
    while value > 0x7F:
        digits += bytes([value & 0x7F | 0x80])
        value >>= 7
    return digits + bytes([value])


def field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


PUT, RANGE, WATCH = "/etcdserverpb.KV/Put", "/etcdserverpb.KV/Range", "/etcdserverpb.Watch/Watch"


def put_request(key, value):
    return field(1, key) + field(2, value)


def range_request(key, end=b""):
    return field(1, key) + (field(2, end) if end else b"")


def watch_request(key, end):
    return field(1, field(1, key) + field(2, end))


class Connection:
    """A connection that answers what it must; frames are taken from it one by one."""

    def __init__(self, port, window=LARGEST_WINDOW):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.unacknowledged = 0
        self.next_stream = 1
        self.socket.sendall(greeting(window))

    def new_stream(self):
        self.next_stream += 2
        return self.next_stream - 2

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """Waits for bytes and returns the whole frames among them: (kind, flags, stream, payload)."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server closed the connection")
        self.received += data
        frames, start, received = [], 0, self.received
        while len(received) - start >= 9:
            length = received[start] << 16 | received[start + 1] << 8 | received[start + 2]
            end = start + 9 + length
            if end > len(received):
                break
            stream = int.from_bytes(received[start + 5 : start + 9], "big") & LARGEST_WINDOW
            frames.append((received[start + 3], received[start + 4], stream, bytes(received[start + 9 : end])))
            start = end
        del received[:start]
        self.answer(frames)
        return frames

    def answer(self, frames):
        for kind, flags, _, payload in frames:
            if kind == DATA:
                self.unacknowledged += len(payload)
            elif kind == PING and not flags & ACK:
                self.send(frame(PING, ACK, payload=payload))
            elif kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK))
        if self.unacknowledged > 1 << 26:
            self.send(frame(WINDOW_UPDATE, payload=struct.pack(">I", self.unacknowledged)))
            self.unacknowledged = 0

    def ask(self, path, payload):
        """Makes a call and waits for its end; the answer's bytes."""
        stream = self.new_stream()
        self.send(call(stream, path, payload))
        answer = b""
        while True:
            for kind, flags, number, payload in self.receive():
                if number != stream:
                    continue
                if kind == DATA:
                    answer += payload
                if kind == RST_STREAM:
                    raise ConnectionError("the server reset the call")
                if flags & END_STREAM and kind in (DATA, HEADERS):
                    return answer

    def close(self):
        self.socket.close()

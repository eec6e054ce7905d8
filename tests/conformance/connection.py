"""One connection to the server, whose frames are read by wsproto: it raises where the server breaks RFC 6455 itself."""

import base64
import hashlib
import json
import os
import socket
import struct
import time

from wsproto.frame_protocol import FrameProtocol, Opcode

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
# The key and the answer to it that section 1.3 gives as an example.
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
DEADLINE_SECONDS = 10


class Deviation(Exception):
    """The server did something else than the case expects."""


class Site:
    """Where the server is, and who is signed in there."""

    def __init__(self, host, cookie, path):
        self.host, self.cookie, self.path = host, cookie, path

    def headers(self, **changes):
        """The head of an upgrade; a change to None leaves a header out, one to a list repeats it."""
        headers = {
            "Host": self.host,
            "Origin": "http://" + self.host,
            "Cookie": self.cookie,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": KEY,
        }
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        return headers

    def ask(self, first=None, **changes):
        """Asks for an upgrade: the connection, the status, and the headers of the answer."""
        lines = [first or "GET %s HTTP/1.1" % self.path]
        for name, value in self.headers(**changes).items():
            values = value if isinstance(value, list) else [value]
            lines += ["%s: %s" % (name, one) for one in values if one is not None]
        connection = Connection(self.host)
        connection.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = connection.head()
        status = int(head[0].split(" ")[1])
        pairs = [line.split(":", 1) for line in head[1:]]
        return connection, status, {name.strip().lower(): value.strip() for name, value in pairs}

    def open(self):
        """An open socket, past the welcome."""
        key = base64.b64encode(os.urandom(16)).decode()
        connection, status, headers = self.ask(Sec_WebSocket_Key=key)
        accept = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
        if status != 101 or headers.get("sec-websocket-accept") != accept:
            raise Deviation("the upgrade was answered with %d %r" % (status, headers))
        connection.expect_json(lambda frame: frame["type"] == "welcome", "a welcome")
        return connection


def frame(opcode, payload=b"", last=True, reserved=0, mask=b"\x12\x34\x56\x78", length=None, wide=0):
    """The bytes of a frame: `length` is announced where it is not the payload's, in at least `wide` bytes."""
    length = len(payload) if length is None else length
    head = bytes([last << 7 | reserved << 4 | opcode])
    masked = 0 if mask is None else 0x80
    if length < 126 and wide == 0:
        head += bytes([masked | length])
    elif length < 1 << 16 and wide <= 2:
        head += bytes([masked | 126]) + struct.pack("!H", length)
    else:
        head += bytes([masked | 127]) + struct.pack("!Q", length)
    if mask is None:
        return head + payload
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return head + mask + mixed.to_bytes(len(payload), "big")


class Connection:
    """Bytes out, frames in."""

    def __init__(self, host):
        name, port = host.rsplit(":", 1)
        self.socket = socket.create_connection((name, int(port)), DEADLINE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.protocol = FrameProtocol(client=True, extensions=[])
        self.frames, self.text = [], ""
        self.deadline = time.monotonic() + DEADLINE_SECONDS

    def write(self, data):
        """Writes bytes; the server may have refused and closed in the middle of them."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read(self):
        """The next bytes; none at the end."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Deviation("nothing more came in time")
        self.socket.settimeout(left)
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:
            return b""
        except socket.timeout:
            raise Deviation("nothing more came in time") from None

    def head(self):
        """The lines of an HTTP answer's head; what follows them are frames."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.read()
            if not more:
                raise Deviation("no answer to the upgrade: %r" % data)
            data += more
        head, rest = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        if lines[0].startswith("HTTP/1.1 101"):
            self.protocol.receive_bytes(rest)
        return lines

    def next(self):
        """The next frame or whole text as (opcode, payload); None where the connection ended."""
        while True:
            for received in self.protocol.received_frames():
                if received.opcode is Opcode.TEXT:
                    self.text += received.payload
                    if not received.message_finished:
                        continue
                    payload, self.text = self.text, ""
                    self.frames.append((TEXT, payload))
                elif received.opcode is Opcode.CLOSE:
                    self.frames.append((CLOSE, received.payload))
                else:
                    self.frames.append((int(received.opcode), bytes(received.payload)))
            if self.frames:
                return self.frames.pop(0)
            data = self.read()
            if not data:
                return None
            self.protocol.receive_bytes(data)

    def expect_json(self, is_it, what):
        """The next text for which `is_it` holds; other frames are passed over."""
        while True:
            received = self.next()
            if received is None or received[0] == CLOSE:
                raise Deviation("%s was to come, and then came %r" % (what, received))
            if received[0] == TEXT:
                value = json.loads(received[1])
                if is_it(value):
                    return value

    def expect_close(self, *codes):
        """The server's close frame with one of these codes, and then the end of its connection."""
        while True:
            received = self.next()
            if received is None:
                raise Deviation("the connection ended without a close frame")
            if received[0] == CLOSE:
                break
        code = received[1][0]
        if code not in codes:
            raise Deviation("closed with %d in place of %s" % (code, " or ".join(map(str, codes))))
        while True:
            data = self.read()
            if not data:
                return
            raise Deviation("%d bytes came after the close frame" % len(data))

"""Sections 5 and 6: frames, masks, lengths, fragments, control frames, data."""

import time

from cases import case, expect_echo, expect_unheard, in_pieces, post, says
from connection import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Deviation, frame

LIMIT = 256 * 1024


def expect_pong(connection, payload):
    while True:
        received = connection.next()
        if received is None or received[0] == CLOSE:
            raise Deviation("a pong was to come, and then came %r" % (received,))
        if received[0] == PONG:
            if received[1] != payload:
                raise Deviation("the pong carries %r" % received[1])
            return


def refused(section, name, code, *frames):
    """A case of frames after which the server closes with a code."""

    @case(section, name)
    def _(site):
        connection = site.open()
        connection.write(b"".join(frames))
        connection.expect_close(*(code if isinstance(code, tuple) else (code,)))


refused("5.1", "a frame without a mask", 1002, frame(TEXT, b"{}", mask=None))
for bit in (1, 2, 4):
    refused("5.2", "reserved bit %d" % bit, 1002, frame(TEXT, b"{}", reserved=bit))
    refused("5.2", "reserved bit %d in a ping" % bit, 1002, frame(PING, b"", reserved=bit))
for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    refused("5.2", "reserved opcode %d" % opcode, 1002, frame(opcode, b""))

for length in (125, 126, 127, 128, 1000, 65535, 65536, LIMIT):

    @case("5.2", "a payload of %d bytes" % length, length)
    def _(site, length):
        connection = site.open()
        client_id, data = post("hi", length)
        connection.write(frame(TEXT, data))
        expect_echo(connection, client_id, "hi")


@case("5.2", "a payload of no bytes")
def _(site):
    connection = site.open()
    connection.write(frame(TEXT))
    connection.expect_json(lambda value: value["type"] == "error", "a refusal")
    says(connection)


refused("5.2", "a payload of a byte over the limit", 1009, frame(TEXT, b"x" * (LIMIT + 1)))
refused("5.2", "2^40 bytes announced, before they come", 1009, frame(TEXT, length=1 << 40))
refused("5.2", "a length with its highest bit set", (1002, 1009), frame(TEXT, length=1 << 63))


@case("5.2", "the server's lengths in 7, 16 and 64 bits")
def _(site):
    connection = site.open()
    connection.write(frame(TEXT, b'{"type":"ping"}'))
    connection.expect_json(lambda value: value["type"] == "pong", "a pong")
    says(connection, "short")
    says(connection, "x" + "\x01" * 15_999)


@case("5.2", "a frame that comes byte by byte")
def _(site):
    connection = site.open()
    client_id, data = post("slowly")
    for byte in frame(TEXT, data):
        connection.write(bytes([byte]))
        time.sleep(0.001)
    expect_echo(connection, client_id, "slowly")


@case("5.2", "many frames in one piece, in their order")
def _(site):
    connection = site.open()
    posts = [post("number %d" % number) for number in range(20)]
    connection.write(b"".join(frame(TEXT, data) for _, data in posts))
    ids = [client_id for client_id, _ in posts]
    for number, client_id in enumerate(ids):
        echo = connection.expect_json(lambda value: value.get("client_id") in ids, "a message")
        if echo["client_id"] != client_id:
            raise Deviation("out of order at %d" % number)


for mask in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x80\x00\x7f\x01"):

    @case("5.3", "a mask of " + mask.hex(), mask)
    def _(site, mask):
        connection = site.open()
        client_id, data = post("masked আড্ডা")
        connection.write(frame(TEXT, data, mask=mask))
        expect_echo(connection, client_id, "masked আড্ডা")


def fragmented(name, places, between=b""):
    """A case of a message in fragments; the places are chosen by the length of its data."""

    @case("5.4", name)
    def _(site):
        connection = site.open()
        client_id, data = post("in parts: আড্ডা")
        connection.write(between.join(in_pieces(data, places(len(data)))))
        expect_echo(connection, client_id, "in parts: আড্ডা")
        says(connection)


fragmented("a message in two fragments", lambda length: [length // 2])
fragmented("a message in fragments of one byte", lambda length: range(1, length))
fragmented("a message whose first fragment is empty", lambda length: [0])
fragmented("a message whose middle fragment is empty", lambda length: [5, 5])
fragmented("a message whose last fragment is empty", lambda length: [length])
fragmented("a message with pongs between its fragments", lambda length: [3, 9], frame(PONG, b"x"))


@case("5.4", "a ping between fragments is answered at once")
def _(site):
    connection = site.open()
    client_id, data = post("in parts")
    first, second = in_pieces(data, [10])
    connection.write(first + frame(PING, b"between"))
    expect_pong(connection, b"between")
    connection.write(second)
    expect_echo(connection, client_id, "in parts")


@case("5.4", "a close between fragments is answered")
def _(site):
    connection = site.open()
    connection.write(frame(TEXT, b'{"mess', last=False) + frame(CLOSE, b"\x03\xe8"))
    connection.expect_close(1000)


refused("5.4", "a message within a message", 1002, frame(TEXT, b"{", last=False), frame(TEXT, b"{}"))
refused("5.4", "a continuation of nothing", 1002, frame(CONTINUATION, b"x"))
refused("5.4", "a continuation of nothing that goes on", 1002, frame(CONTINUATION, b"x", last=False))
refused("5.4", "a continuation after the end", 1002, *in_pieces(b"{}", [1]), frame(CONTINUATION, b"x"))
refused(
    "5.4",
    "fragments over the limit together",
    1009,
    frame(TEXT, b"x" * (LIMIT - 1), last=False),
    frame(CONTINUATION, b"xx", last=False),
)

for opcode, name in ((PING, "ping"), (PONG, "pong"), (CLOSE, "close")):
    refused("5.5", "a %s in fragments" % name, 1002, frame(opcode, b"", last=False))
    refused("5.5", "a %s of 126 bytes" % name, 1002, frame(opcode, b"x" * 126))

for payload in (b"", b"text", bytes(range(125))):

    @case("5.5.2", "a ping of %d bytes comes back" % len(payload), payload)
    def _(site, payload):
        connection = site.open()
        connection.write(frame(PING, payload))
        expect_pong(connection, payload)


@case("5.5.2", "ten pings are answered in their order")
def _(site):
    connection = site.open()
    connection.write(b"".join(frame(PING, b"%d" % number) for number in range(10)))
    for number in range(10):
        expect_pong(connection, b"%d" % number)


@case("5.5.3", "pongs that nobody asked for are passed over")
def _(site):
    connection = site.open()
    connection.write(frame(PONG) + frame(PONG, b"unasked"))
    says(connection)


refused("5.6", "binary", 1003, frame(BINARY, b"\x00\x01"))
refused("5.6", "binary in fragments", 1003, frame(BINARY, b"\x00", last=False))


@case("6.2", "what came whole before a broken frame is heard")
def _(site):
    witness, connection = site.open(), site.open()
    client_id, data = post("before it broke")
    connection.write(frame(TEXT, data) + frame(3, b""))
    connection.expect_close(1002)
    expect_echo(witness, client_id, "before it broke")


@case("6.2", "what comes after a broken frame is not heard")
def _(site):
    witness, connection = site.open(), site.open()
    client_id, data = post("after it broke")
    connection.write(frame(3, b"") + frame(TEXT, data))
    connection.expect_close(1002)
    expect_unheard(witness, client_id)

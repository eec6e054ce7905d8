"""Section 7: closing the connection."""

import socket
import struct

from cases import case, expect_echo, expect_unheard, post, says
from connection import CLOSE, PING, TEXT, frame

MAY_BE_SENT = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
MAY_NOT = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)

for code in MAY_BE_SENT:

    @case("7.4", "a close with %d is answered with it" % code, code)
    def _(site, code):
        connection = site.open()
        connection.write(frame(CLOSE, struct.pack("!H", code)))
        connection.expect_close(code)


for code in MAY_NOT:

    @case("7.4", "a close with %d, which may not be sent" % code, code)
    def _(site, code):
        connection = site.open()
        connection.write(frame(CLOSE, struct.pack("!H", code)))
        connection.expect_close(1002)


@case("7.1.5", "a close without a code")
def _(site):
    connection = site.open()
    connection.write(frame(CLOSE))
    connection.expect_close(1000, 1005)


@case("5.5.1", "a close of one byte", b"\x03", (1002,))
@case("7.1.6", "a close with a reason", b"\x03\xe8thank you", (1000,))
@case("7.1.6", "a close with a reason of 123 bytes", b"\x03\xe8" + b"x" * 123, (1000,))
@case("7.1.6", "a close with a reason that is not UTF-8", b"\x03\xe8\xce\xba\xff", (1002, 1007))
def _(site, payload, codes):
    connection = site.open()
    connection.write(frame(CLOSE, payload))
    connection.expect_close(*codes)


@case("7.1.1", "the server ends the connection first")
def _(site):
    connection = site.open()
    connection.write(frame(CLOSE, b"\x03\xe8"))
    # The end of the server's side is awaited with this side still open.
    connection.expect_close(1000)


@case("5.5.1", "what follows a close is not heard")
def _(site):
    witness, connection = site.open(), site.open()
    client_id, data = post("after the close")
    after = frame(TEXT, data) + frame(PING, b"after the close")
    connection.write(frame(CLOSE, b"\x03\xe8") + after)
    connection.expect_close(1000)
    expect_unheard(witness, client_id)


@case("5.5.1", "a second close is not answered")
def _(site):
    connection = site.open()
    connection.write(frame(CLOSE, b"\x03\xe8") + frame(CLOSE, b"\x0b\xb8"))
    connection.expect_close(1000)


@case("7.1.4", "a connection of which one half is closed ends")
def _(site):
    witness, connection = site.open(), site.open()
    client_id, data = post("the last word")
    connection.write(frame(TEXT, data))
    connection.socket.shutdown(socket.SHUT_WR)
    expect_echo(witness, client_id, "the last word")
    while connection.next() is not None:
        pass


@case("7.2.1", "a connection that breaks is nobody else's concern")
def _(site):
    witness, connection = site.open(), site.open()
    _, data = post("half of it is still to come")
    connection.write(frame(TEXT, data)[:20])
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.close()
    says(witness, "all is well")

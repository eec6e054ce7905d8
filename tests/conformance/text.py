"""Section 8: what is said is UTF-8, and anything else is found as soon as it comes."""

from cases import case, expect_echo, in_pieces, post
from connection import CONTINUATION, PING, TEXT, frame

CHARACTERS = (
    "\x7f", "\x80", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\ufffe", "\uffff", "\U00010000", "\U0001f600",
    "\U0010fffe", "\U0010ffff", "আ", "κόσμε", "h\u0065\u0301",
)
WRONG = (
    b"\x80", b"\xbf", b"\x80\xbf\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf",
    b"\xf0\x8f\xbf\xbf", b"\xed\xa0\x80", b"\xed\xaf\xbf\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
    b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xc3(", b"\xe2\x28\xa1", b"\xe2\x82\x28",
    b"\xf0\x28\x8c\xbc", b"\xf0\x90\x28\xbc",
)
CUT_OFF = (b"\xc3", b"\xe0", b"\xe0\xa6", b"\xf0", b"\xf0\x9f", b"\xf0\x9f\x98")


def wrapped(data):
    return b'{"message":"' + data + b'"}'


for text in CHARACTERS:

    @case("8.1", "the text %s" % ascii(text), text)
    def _(site, text):
        connection = site.open()
        client_id, data = post("x" + text)
        connection.write(frame(TEXT, data))
        expect_echo(connection, client_id, "x" + text)


for wrong in WRONG:

    @case("8.1", "the bytes %s in a frame" % wrong.hex(), wrong)
    def _(site, wrong):
        connection = site.open()
        connection.write(frame(TEXT, wrapped(wrong)))
        connection.expect_close(1007)

    @case("8.1", "the bytes %s in the first of several fragments" % wrong.hex(), wrong)
    def _(site, wrong):
        connection = site.open()
        # No fragment follows: it is found where it came, not where the message would have ended.
        connection.write(frame(TEXT, wrapped(wrong), last=False))
        connection.expect_close(1007)


for cut in CUT_OFF:

    @case("8.1", "a message that ends within a character, after %s" % cut.hex(), cut)
    def _(site, cut):
        connection = site.open()
        connection.write(frame(TEXT, b'{"message":"x' + cut))
        connection.expect_close(1007)

    @case("8.1", "a last fragment that ends within a character, after %s" % cut.hex(), cut)
    def _(site, cut):
        connection = site.open()
        connection.write(b"".join(in_pieces(b'{"message":"x' + cut, [3])))
        connection.expect_close(1007)


for text in ("é", "আ", "😀"):

    @case("8.1", "%s cut between its bytes, with pings between" % ascii(text), text)
    def _(site, text):
        connection = site.open()
        client_id, data = post("x" + text)
        start = data.index(text.encode())
        places = range(start, start + len(text.encode()) + 1)
        connection.write(frame(PING, b"between").join(in_pieces(data, places)))
        expect_echo(connection, client_id, "x" + text)


@case("8.1", "a character that goes wrong in its second fragment")
def _(site):
    connection = site.open()
    connection.write(frame(TEXT, b'{"message":"\xf0\x9f', last=False))
    connection.write(frame(CONTINUATION, b"\x28", last=False))
    connection.expect_close(1007)

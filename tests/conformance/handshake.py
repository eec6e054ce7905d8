"""Section 4: the opening handshake."""

from cases import case, says
from connection import ACCEPT, Deviation


def expect_refusal(site, *statuses, first=None, **changes):
    connection, status, headers = site.ask(first, **changes)
    if status not in statuses:
        raise Deviation("answered with %d" % status)
    if "sec-websocket-accept" in headers:
        raise Deviation("a refusal that accepts")
    return headers


@case("4.2.2", "an upgrade is answered with 101 and the key's hash")
def _(site):
    _, status, headers = site.ask()
    if status != 101 or headers.get("sec-websocket-accept") != ACCEPT:
        raise Deviation("%d %r" % (status, headers))
    if headers["upgrade"].lower() != "websocket" or headers["connection"].lower() != "upgrade":
        raise Deviation("%r" % headers)


@case("4.2.1", "names and tokens of headers are known in any case")
def _(site):
    changes = {"Upgrade": None, "Connection": None, "uPGRADE": "WebSocket", "cONNECTION": "uPGRADE"}
    connection, status, _ = site.ask(**changes)
    if status != 101:
        raise Deviation("answered with %d" % status)
    says(connection)


@case("4.2.1", "the connection may be kept alive too")
def _(site):
    connection, status, _ = site.ask(Connection="keep-alive, Upgrade")
    if status != 101:
        raise Deviation("answered with %d" % status)
    says(connection)


@case("4.2.2", "extensions that are offered are not taken", "Sec_WebSocket_Extensions", "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame")
@case("4.2.2", "protocols that are offered are not taken", "Sec_WebSocket_Protocol", "chat, superchat")
def _(site, name, value):
    connection, status, headers = site.ask(**{name: value})
    if status != 101 or name.replace("_", "-").lower() in headers:
        raise Deviation("%d %r" % (status, headers))
    says(connection)


@case("4.2.1", "a method other than GET", "POST %s HTTP/1.1")
@case("4.2.1", "a version of HTTP before 1.1", "GET %s HTTP/1.0")
def _(site, first):
    expect_refusal(site, 400, 405, 426, 505, first=first % site.path)


for header in ["Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"]:

    @case("4.2.1", "a handshake without " + header, header)
    def _(site, header):
        expect_refusal(site, 400, 426, **{header: None})


@case("4.2.1", "a handshake without Host")
def _(site):
    expect_refusal(site, 400, 403, Host=None)


@case("4.2.1", "an upgrade to something else", {"Upgrade": "h2c"})
@case("4.2.1", "a connection that is not to be upgraded", {"Connection": "keep-alive"})
@case("4.1", "a key of fewer than 16 bytes", {"Sec-WebSocket-Key": "c2hvcnQ="})
@case("4.1", "a key of more than 16 bytes", {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ=="})
@case("4.1", "a key that is not base64", {"Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!=="})
@case("11.3.1", "a key that comes twice", {"Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ=="] * 2})
@case("11.3.5", "a version that comes twice", {"Sec-WebSocket-Version": ["13", "13"]})
@case("4.1", "a handshake with a body", {"Content-Length": "5"})
def _(site, changes):
    expect_refusal(site, 400, 426, **changes)


for version in ["0", "7", "8", "12", "14", "013", "13, 8", "x", ""]:

    @case("4.4", "version %r is refused, and 13 named" % version, version)
    def _(site, version):
        headers = expect_refusal(site, 400, 426, Sec_WebSocket_Version=version)
        if headers.get("sec-websocket-version") != "13":
            raise Deviation("the version that there is was not named: %r" % headers)


@case("4.2.2", "another site's Origin", "http://evil.example")
@case("4.2.2", "an Origin of nowhere", "null")
@case("4.2.2", "no Origin, with a cookie", None)
def _(site, origin):
    expect_refusal(site, 403, Origin=origin)


@case("4.2.2", "somebody who is not signed in")
def _(site):
    expect_refusal(site, 401, Cookie=None)


@case("4.2.2", "a room that is not there")
def _(site):
    expect_refusal(site, 404, first="GET /ws/chat/nowhere/ HTTP/1.1")

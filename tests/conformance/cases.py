"""The cases: each is named, bears its section of RFC 6455, and raises where the server does something else."""

import json
import uuid

from connection import TEXT, Deviation, frame

CASES = []


def case(section, name, *arguments):
    """Makes a case of a function; of one with arguments, one for each call."""

    def register(function):
        CASES.append((section, name, lambda site: function(site, *arguments)))
        return function

    return register


def post(text, length=None):
    """The JSON of a message and its id, filled up to so many bytes."""
    client_id = "c-" + uuid.uuid4().hex
    value = {"message": text, "client_id": client_id}
    data = json.dumps(value, ensure_ascii=False).encode()
    if length is not None:
        value["filler"] = ""
        bare = len(json.dumps(value, ensure_ascii=False).encode())
        value["filler"] = "x" * (length - bare)
        data = json.dumps(value, ensure_ascii=False).encode()
        assert len(data) == length
    return client_id, data


def expect_echo(connection, client_id, text):
    """The sender gets the same frame as everyone: what was said comes back under its id."""
    echo = connection.expect_json(
        lambda value: value.get("client_id") == client_id, "the message that was sent"
    )
    if echo["type"] != "message" or echo["message"] != text:
        raise Deviation("what came back is %r" % str(echo)[:200])


def says(connection, text="as usual"):
    """Says something in one frame and hears it."""
    client_id, data = post(text)
    connection.write(frame(TEXT, data))
    expect_echo(connection, client_id, text)


def expect_unheard(witness, client_id):
    """Whoever is in the room hears what is said next, and never what bears that id."""
    own, data = post("the next to be heard")
    witness.write(frame(TEXT, data))
    heard = witness.expect_json(lambda value: value.get("client_id") in (own, client_id), "a message")
    if heard["client_id"] != own:
        raise Deviation("heard %r" % heard)


def in_pieces(data, places):
    """The frames of one message that is cut at these places."""
    edges = [0] + sorted(places) + [len(data)]
    pieces = [data[start:end] for start, end in zip(edges, edges[1:])]
    return [
        frame(TEXT if number == 0 else 0, piece, last=number == len(pieces) - 1)
        for number, piece in enumerate(pieces)
    ]

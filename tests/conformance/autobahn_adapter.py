#!/usr/bin/env python3
"""Stands between the fuzzing client of Autobahn|Testsuite, which expects an echo server, and adda, which is none.

    autobahn_adapter.py LISTEN_PORT HOST:PORT COOKIES

What the client says in text is wrapped into the JSON of a message as it passes, frame by frame: bits, opcodes, masks,
fragments and the order of everything stay as they are, and so do the bytes of a text that are not ASCII. What comes back
is unwrapped. Frames that are not text pass untouched in both directions.
"""

import asyncio
import json
import sys

CONTINUATION, TEXT = 0, 1
# adda refuses empty messages, and those of spaces alone: a mark in front makes something of nothing.
BEFORE, AFTER, MARK = b'{"message":".', b'"}', "."


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self, reader):
        self.reader = reader

    async def next(self):
        """First byte, mask or None, payload without its mask, and the frame as it came."""
        head = await self.reader.readexactly(2)
        raw, length = head, head[1] & 127
        if length > 125:
            extended = await self.reader.readexactly(2 if length == 126 else 8)
            raw, length = raw + extended, int.from_bytes(extended, "big")
        mask = None
        if head[1] & 128:
            mask = await self.reader.readexactly(4)
            raw += mask
        payload = await self.reader.readexactly(length)
        raw += payload
        return head[0], mask, masked(payload, mask), raw


def masked(payload, mask):
    return payload if mask is None else bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def built(first, mask, payload):
    length, bit = len(payload), 0 if mask is None else 128
    if length < 126:
        head = bytes([first, bit | length])
    elif length < 1 << 16:
        head = bytes([first, bit | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([first, bit | 127]) + length.to_bytes(8, "big")
    return head + (mask or b"") + masked(payload, mask)


def escaped(payload):
    pieces = []
    for byte in payload:
        if byte < 32 or byte in b'"\\':
            pieces.append(b"\\u%04x" % byte)
        else:
            pieces.append(bytes([byte]))
    return b"".join(pieces)


async def to_server(frames, writer):
    in_text = False
    while True:
        first, mask, payload, raw = await frames.next()
        opcode, last = first & 15, bool(first & 128)
        if opcode == TEXT or (opcode == CONTINUATION and in_text):
            begin = BEFORE if opcode == TEXT else b""
            end = AFTER if last else b""
            raw = built(first, mask, begin + escaped(payload) + end)
            in_text = not last
        writer.write(raw)
        await writer.drain()


async def to_client(frames, writer):
    while True:
        first, _, payload, raw = await frames.next()
        if first & 15 == TEXT:
            value = json.loads(payload)
            if value.get("type") != "message" or not value["message"].startswith(MARK):
                continue
            raw = built(first, None, value["message"][len(MARK) :].encode())
        writer.write(raw)
        await writer.drain()


async def serve(reader, writer, host, cookies):
    """One connection: the head is made adda's own, then frames pass until one side ends."""
    name, port = host.rsplit(":", 1)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    kept = [line for line in head[1:-2] if line.split(":")[0].lower() not in ("host", "origin", "cookie")]
    kept += ["Host: " + host, "Origin: http://" + host, "Cookie: " + cookies]
    lines = ["GET /ws/chat/lobby/ HTTP/1.1"] + kept
    server_reader, server_writer = await asyncio.open_connection(name, int(port))
    server_writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    writer.write(await server_reader.readuntil(b"\r\n\r\n"))
    sides = [
        asyncio.ensure_future(to_server(Frames(reader), server_writer)),
        asyncio.ensure_future(to_client(Frames(server_reader), writer)),
    ]
    # The end of the client's side is passed on, and the server's end is waited for.
    await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
    if sides[0].done() and not sides[1].done():
        server_writer.close()
        await asyncio.wait(sides[1:], timeout=5)
    for side in sides:
        side.cancel()
    await asyncio.gather(*sides, return_exceptions=True)
    for end in (writer, server_writer):
        end.close()


async def main():
    port, host, cookies = int(sys.argv[1]), sys.argv[2], sys.argv[3]

    async def accept(reader, writer):
        try:
            await serve(reader, writer, host, cookies)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", port, limit=1 << 24)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

"""Conversations of another independent client, websockets, which checks the server's side of everything by itself."""

import asyncio
import json

import websockets

from cases import case, post
from connection import Deviation


async def connect(site):
    headers = {"Cookie": site.cookie}
    url = "ws://%s%s" % (site.host, site.path)
    client = await websockets.connect(url, origin="http://" + site.host, extra_headers=headers)
    welcome = json.loads(await client.recv())
    if welcome["type"] != "welcome":
        raise Deviation("%r came first" % welcome)
    return client


async def says(client, text, pieces=None):
    client_id, data = post(text)
    await client.send(pieces(data.decode()) if pieces else data.decode())
    async for received in client:
        value = json.loads(received)
        if value.get("client_id") == client_id:
            if value["message"] != text:
                raise Deviation("%r came back" % value)
            return
    raise Deviation("the connection was closed with %r" % client.close_code)


def conversation(section, name):
    def register(function):
        @case(section, "websockets: " + name)
        def _(site):
            asyncio.run(asyncio.wait_for(function(site), 20))

    return register


@conversation("5.6", "a hundred messages and a close")
async def _(site):
    client = await connect(site)
    for number in range(100):
        await says(client, "number %d আড্ডা" % number)
    await client.close(1000, "that was it")
    if client.close_code != 1000:
        raise Deviation("closed with %r" % client.close_code)


@conversation("5.4", "a message in fragments")
async def _(site):
    client = await connect(site)
    await says(client, "in fragments 😀", lambda text: [text[:9], "", text[9:20], text[20:]])
    await client.close()


@conversation("5.5.2", "pings both ways")
async def _(site):
    client = await connect(site)
    for payload in (b"", b"x" * 125):
        await asyncio.wait_for(await client.ping(payload), 5)
    await client.pong(b"unasked")
    await says(client, "still here")
    await client.close()


@conversation("4.2.2", "offers of extensions and protocols that are not taken")
async def _(site):
    client = await connect(site)
    if client.extensions or client.subprotocol:
        raise Deviation("%r %r" % (client.extensions, client.subprotocol))
    await client.close()


@conversation("5.2", "long frames from the server")
async def _(site):
    client = await connect(site)
    await says(client, "x" + "\x01" * 15_999)
    await client.close()

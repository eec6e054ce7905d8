#!/usr/bin/env python3
"""Tries a running adda against RFC 6455, with clients that have nothing in common with its code.

    run.py HOST:PORT COOKIES

The cookies are those of somebody who is signed in, as a browser sends them. A line is printed per case, and how many of
them went as expected; the exit code is 1 where one did not. Needs Debian's python3-wsproto and python3-websockets.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import closing
import framing
import handshake
import text
import whole_client
from cases import CASES
from connection import Site

TITLES = {
    "4": "handshake",
    "5": "frames, masks, fragments, control frames",
    "6": "sending and receiving",
    "7": "closing",
    "8": "UTF-8",
    "11": "headers",
}
AT_ONCE = 24
MODULES = (handshake, framing, closing, text, whole_client)


def outcome(site, play):
    """What went wrong, in a line; None where nothing did."""
    try:
        play(site)
    # The clients have their own exceptions for what they do not accept, and any of them is a deviation.
    except Exception as deviation:
        return "%s: %s" % (type(deviation).__name__, deviation)
    return None


def main():
    site = Site(sys.argv[1], sys.argv[2], "/ws/chat/lobby/")
    # The end of a connection takes its time, so that many are tried at once.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda case: outcome(site, case[2]), CASES))
    counts = {}
    for (section, name, _), deviation in zip(CASES, outcomes):
        print("%-4s %-7s %s" % ("ok" if deviation is None else "FAIL", section, name))
        if deviation is not None:
            print("             " + deviation[:500])
        chapter = counts.setdefault(section.split(".")[0], [0, 0])
        chapter[0] += deviation is None
        chapter[1] += 1
    print("\n| section of RFC 6455 | as expected |\n| --- | --- |")
    for chapter, (good, all_of_them) in sorted(counts.items(), key=lambda item: int(item[0])):
        print("| %s: %s | %d of %d |" % (chapter, TITLES[chapter], good, all_of_them))
    good = sum(good for good, _ in counts.values())
    print("| all | %d of %d |" % (good, len(CASES)))
    sys.exit(0 if CASES and good == len(CASES) else 1)


if __name__ == "__main__":
    main()

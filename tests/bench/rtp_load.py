"""Far ends of many streams in a process of its own: sends 20 ms packets on schedule, reads only the probes.

    rtp_load.py STREAMS [TYPE,... [KEY]]      payload types, in turn; 0 (PCMU) unless said; 160 bytes each

Where the kernel has io_uring, a tenth of all packets leaves by one call, or a thousand streams and more would be sent late.
With a KEY, a master key and salt in hex, it speaks SRTP (AES_CM_128_HMAC_SHA1_80) on all streams. Reads one
JSON line of ports on stdin; prints "sending", and at SIGTERM or end of stdin one JSON line of figures.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from media import process
from media.paths import Secure, Suite
from media.seals import Sealing
from media.srtp import MOST_TAG, Seal
from media.uring import SEND, entries, open_ring

PROBES = 4


def _packets(made: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(made), np.uint8).reshape(len(made), -1).copy()


def main() -> None:
    process.end_with_parent()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Far ends that stumble all at once make a burst that no thousand telephones make.
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    sockets, ports = [], []
    count = int(sys.argv[1])
    for n in range(count):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if n >= PROBES:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # what comes back is thrown away by the kernel
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        sockets.append(sock)
        ports.append(sock.getsockname()[1])
    print(json.dumps(ports), flush=True)
    for sock, port in zip(sockets, json.loads(sys.stdin.readline()), strict=True):
        sock.connect(("127.0.0.1", port))
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    types = [int(kind) for kind in sys.argv[2].split(",")] if len(sys.argv) > 2 else [0]
    heads = [struct.pack(">BBHII", 0x80, types[n % len(types)], 0, 0, 1000 + n) for n in range(count)]
    loud = _packets([head + random.randbytes(160) for head in heads])
    quiet = _packets([head + b"\xff" * 160 for head in heads])
    size = loud.shape[1]
    wire = np.zeros((count, size + MOST_TAG), np.uint8)
    sealings: list[Sealing] = []
    step = max(1, count // 10)
    if len(sys.argv) > 3:
        key = bytes.fromhex(sys.argv[3])
        handles = [Seal(Secure(Suite.AES_CM_128_HMAC_SHA1_80, key, key)).outward for _ in range(count)]
        for first in range(0, count, step):
            rows = np.arange(first, min(first + step, count))
            sealings.append(Sealing(wire, size, rows, handles[first : first + step]))
    ring = open_ring(count)
    todo = entries(count, SEND, size)
    todo["fd"] = [sock.fileno() for sock in sockets]
    todo["addr"] = wire.ctypes.data + np.arange(count) * wire.strides[0]
    print("sending", flush=True)
    start, tick = time.monotonic(), 0
    heard, last, gap = 0, 0.0, 0.0
    while not stop:
        for first in range(0, count, step):
            pause = start + (tick + first / count) * 0.02 - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            packets = loud if tick % 75 < 50 else quiet
            last_n = min(first + step, count)
            wire[first:last_n, :size] = packets[first:last_n]
            wire.view(">u2")[first:last_n, 1] = tick & 0xFFFF
            wire.view(">u4")[first:last_n, 1] = tick * 160 & 0xFFFFFFFF
            if sealings:
                todo["len"][first:last_n] = sealings[first // step].seal()
            if ring is not None:
                ring.carry_out(todo[first:last_n])
                continue
            for n in range(first, last_n):
                with contextlib.suppress(OSError):
                    sockets[n].send(wire[n, : todo["len"][n]])
        for sock in select.select(sockets[:PROBES], [], [], 0)[0]:
            with contextlib.suppress(OSError):
                while True:
                    sock.recv(512)
                    now = time.monotonic()
                    heard += 1
                    if sock is sockets[0]:
                        gap = max(gap, now - last if last else 0.0)
                        last = now
        tick += 1
    behind = time.monotonic() - start - tick * 0.02
    print(
        json.dumps(
            {"sent": tick, "behind_ms": behind * 1000, "heard": heard / min(PROBES, count), "gap_ms": gap * 1000}
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()

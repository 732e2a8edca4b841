# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage on loopback that is never what limits a transfer: PUT is read and dropped, GET gives one frame.

A program of its own, told how many bytes a frame has, which share of the answers is cut short (one in so many, 0 for
none), and how often each frame is refused with 503 before it is given. It prints its port and serves until it is ended.
Threads and large blocks, because the time is then spent in the system's calls, without the interpreter's lock.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
import time
from contextlib import suppress

LATENCY = 0.05
"""Seconds before each frame is answered."""
FRAME_BYTES = 1_000_000
BLOCK = 1024 * 1024
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB\x60\x82"
LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:\s*100-continue", re.IGNORECASE | re.MULTILINE)


def answer_to_get(size: int) -> bytes:
    """Head and body of a frame: what begins and ends like a PNG and cannot be compressed in between."""
    frame = PNG_START + os.urandom(size - len(PNG_START) - len(PNG_END)) + PNG_END
    head = f'HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(frame)}\r\nETag: "frame-1"\r\n\r\n'
    return head.encode() + frame


class Disturbance:
    """What goes wrong with the answers: one in `cut_one_in` is cut short, and each path is refused `refusals` times."""

    def __init__(self, cut_one_in: int, refusals: int) -> None:
        self._cut_one_in = cut_one_in
        self._refusals = refusals
        self._lock = threading.Lock()
        self._answers = 0
        self._refused: dict[bytes, int] = {}

    def is_refused(self, path: bytes) -> bool:
        """Whether this request is answered with 503."""
        with self._lock:
            self._refused[path] = self._refused.get(path, 0) + 1
            return self._refused[path] <= self._refusals

    def is_cut(self) -> bool:
        """Whether this answer ends in the middle, with its connection."""
        with self._lock:
            self._answers += 1
            return self._cut_one_in > 0 and self._answers % self._cut_one_in == 0


def serve(connection: socket.socket, frame: bytes, disturbance: Disturbance) -> None:
    """Answer one request after the other until the other side leaves."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = memoryview(bytearray(BLOCK))
    received = b""
    with connection, suppress(ConnectionError):
        while True:
            while b"\r\n\r\n" not in received:
                count = connection.recv_into(buffer)
                if not count:
                    return
                received += buffer[:count]
            head, _, received = received.partition(b"\r\n\r\n")
            if head.startswith(b"PUT "):
                left = int(LENGTH.findall(head)[0]) - len(received)
                received = b""
                if EXPECTS.search(head):
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                while left > 0:
                    count = connection.recv_into(buffer)
                    if not count:
                        return
                    left -= count
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "whole"\r\n\r\n')
            else:
                time.sleep(LATENCY)
                if disturbance.is_refused(head.split(b" ", 2)[1]):
                    connection.sendall(BUSY)
                elif disturbance.is_cut():
                    connection.sendall(frame[: len(frame) // 2])
                    return
                else:
                    connection.sendall(frame)


def main() -> None:
    """Serve until this program is ended."""
    frame_bytes, cut_one_in, refusals = map(int, sys.argv[1:])
    frame, disturbance = answer_to_get(frame_bytes), Disturbance(cut_one_in, refusals)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, frame, disturbance), daemon=True).start()


if __name__ == "__main__":
    main()

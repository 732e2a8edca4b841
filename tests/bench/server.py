# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage on loopback that is never what limits a transfer: PUT is read and dropped, GET gives one frame.

A program of its own, told how many bytes a frame has: it prints its port and serves until it is ended. Threads and
large blocks, because the time is then spent in the system's calls, without the interpreter's lock.
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
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB\x60\x82"
LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
EXPECTS = re.compile(rb"^expect:\s*100-continue", re.IGNORECASE | re.MULTILINE)


def answer_to_get(size: int) -> bytes:
    """Head and body of a frame: what begins and ends like a PNG and cannot be compressed in between."""
    frame = PNG_START + os.urandom(size - len(PNG_START) - len(PNG_END)) + PNG_END
    head = f'HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(frame)}\r\nETag: "frame-1"\r\n\r\n'
    return head.encode() + frame


def serve(connection: socket.socket, frame: bytes) -> None:
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
                connection.sendall(frame)


def main() -> None:
    """Serve until this program is ended."""
    frame = answer_to_get(int(sys.argv[1]))
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, frame), daemon=True).start()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""Counts visits in redis, over its socket."""
import http.server
import socket
import time

REDIS = "/run/redis/redis.sock"


def ask(command):
    """One inline command, one line of answer. Redis may be starting (again): it gets five seconds."""
    until = time.monotonic() + 5
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as redis:
                redis.connect(REDIS)
                redis.sendall(command.encode() + b"\r\n")
                return redis.makefile().readline().strip()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = "visit " + ask("INCR visits").lstrip(":")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode() + b"\n")


ask("PING")
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()

# SPDX-License-Identifier: MIT
"""A small web application that wants to write, as most do: a cache, a temporary file, bytecode."""
import http.server
import json
import os
import pathlib
import tempfile

import greeting


def where():
    """Writes where Python's own rules say, and tells where that was."""
    cache = pathlib.Path(os.environ["XDG_CACHE_HOME"])
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "last").write_text("seen")
    with tempfile.NamedTemporaryFile() as scratch:
        return {
            "home": str(pathlib.Path.home()),
            "cache": str(cache / "last"),
            "scratch": scratch.name,
            "bytecode": greeting.__cached__,
        }


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(where()) if self.path == "/where" else greeting.text()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode() + b"\n")


http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()

"""A server of static files on 127.0.0.1, with the types and the compression that the in-browser page needs."""

import gzip
import posixpath
import sys
from functools import lru_cache
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pack": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
# Packs and fonts are compressed already.
COMPRESSED = (".css", ".html", ".js", ".json", ".mjs", ".svg", ".wasm")
MIN_BYTES_TO_COMPRESS = 1000
LEVEL = 5


class Handler(SimpleHTTPRequestHandler):
    """Answers requests from one folder; a request for another host's name is refused."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **TYPES}  # noqa: RUF012  (as the base class has it)
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file, compressed if that is useful."""
        if not self._names_this_host():
            return
        path = Path(self.translate_path(self.path))
        suffix = posixpath.splitext(self.path.partition("?")[0])[1]
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        if not accepts or suffix not in COMPRESSED or not path.is_file() or path.stat().st_size < MIN_BYTES_TO_COMPRESS:
            super().do_GET()
            return
        content = _compressed(path, path.stat().st_mtime_ns)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_HEAD(self) -> None:
        """Send the headers of a file."""
        if self._names_this_host():
            super().do_HEAD()

    def end_headers(self) -> None:
        """Add what holds for every file: it may be kept, but its state is asked for each time."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (as the base class names it)
        """Print nothing about requests."""

    def _names_this_host(self) -> bool:
        """Whether a request is for this computer by name, which a page of another site cannot pretend."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        if host in (HOST, "localhost"):
            return True
        self.send_error(HTTPStatus.FORBIDDEN, "Only requests to 127.0.0.1 are answered")
        return False


class Server(ThreadingHTTPServer):
    """A server that prints nothing if a browser ends a connection early."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print an error, unless the connection was ended."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@lru_cache(maxsize=64)
def _compressed(path: Path, modified: int) -> bytes:
    del modified  # A changed file is compressed again.
    return gzip.compress(path.read_bytes(), LEVEL, mtime=0)


def start_server(folder: Path, port: int = 0) -> Server:
    """Return a server of a folder on 127.0.0.1 that listens but does not answer yet.

    Parameters
    ----------
    folder : Path
        The folder.
    port : int, default 0
        The port; 0 takes a free one.
    """

    def handler(*args: Any, **options: Any) -> Handler:
        return Handler(*args, directory=str(folder), **options)

    return Server((HOST, port), handler)

"""`secretome serve`: types, compression and requests that are refused."""

import gzip
import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from secretome.cli import app
from secretome.cli.server import start_server

WASM = b"\0asm" + bytes(5000)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<p>page</p>" * 500, encoding="utf-8")
    (folder / "core.wasm").write_bytes(WASM)
    (folder / "all.pack").write_bytes(WASM)
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    server = start_server(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


def test_wasm_has_its_type_and_is_compressed_on_request(port: int) -> None:
    status, headers, content = get(port, "/core.wasm", Accept_Encoding="gzip")
    assert (status, headers["Content-Type"], headers["Content-Encoding"]) == (200, "application/wasm", "gzip")
    assert gzip.decompress(content) == WASM
    assert get(port, "/core.wasm")[2] == WASM


def test_packs_are_sent_as_they_are(port: int) -> None:
    _, headers, content = get(port, "/all.pack", Accept_Encoding="gzip")
    assert "Content-Encoding" not in headers
    assert content == WASM


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/missing"])
def test_other_files_are_not_found(port: int, path: str) -> None:
    assert get(port, path)[0] == 404


def test_request_for_another_host_is_refused(port: int) -> None:
    assert get(port, "/", Host="example.org:80")[0] == 403


def test_folder_without_book_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["serve", str(tmp_path)])
    assert result.exit_code == 2

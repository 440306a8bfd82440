"""nginx, serving one page as a file: what the site is compared with."""

import contextlib
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.site_server import free_port

CONFIGURATION = """
worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type "text/html; charset=utf-8";
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} backlog=1024; root {folder}/files;
    add_header Content-Encoding br; add_header Vary Accept-Encoding;
    add_header Cache-Control "public, max-age=0, stale-if-error=86400";
  }}
}}
"""


@contextlib.contextmanager
def file_server(folder: Path, path: str, body: bytes) -> Iterator[str]:
    """Serve `body` at `path` until the block ends; gives the address of the server."""
    port = free_port()
    file = folder / "files" / path.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
    # Started by root, its workers are another user, who must be able to reach the file.
    for part in (folder, file.parent):
        part.chmod(0o755)
    process = subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(50):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)

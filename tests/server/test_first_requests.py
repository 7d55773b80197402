"""The first question to a server loads nothing on the event loop, where keys are answered.

Each script is a Python of its own, in which nothing is loaded yet, and prints the packages that its loop's
thread had to load between the beginning of a question and its answer.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_SERVER = """
import asyncio, json, sys, threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        message = {"role": "assistant", "content": "Why?"}
        body = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
late = set()

class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread():
            late.add(name.partition(".")[0])
"""
_GATEWAY = """
from meno_server.remote.gateway import Gateway

async def no_key(host):
    return None

async def main():
    gateway = Gateway(address, no_key)
    sys.meta_path.insert(0, Watch())
    assert "choices" in await gateway.ask("analyze", {}, 10)
    print(json.dumps(sorted(late)))
    await gateway.close()

asyncio.run(main())
"""
_TUTOR = """
from meno_model.tutor.answers import Completion
from meno_model.tutor.client import Client
from meno_model.tutor.keys import Keys
from meno_model.tutor.providers import COMPATIBLE, Endpoint
from meno_model.tutor.values import TutorSettings

async def main():
    endpoint = Endpoint(COMPATIBLE, address + "/v1", "any")
    client = Client(endpoint, TutorSettings(COMPATIBLE, address + "/v1"), Keys(), Counter())
    sys.meta_path.insert(0, Watch())
    deadline = asyncio.get_running_loop().time() + 10
    answer = await client.complete([{"role": "user", "content": "?"}], {}, 0.0, deadline)
    assert isinstance(answer, Completion), answer
    print(json.dumps(sorted(late)))
    await client.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("script", [_GATEWAY, _TUTOR], ids=["gateway", "tutor"])
def test_the_first_question_loads_no_library_on_the_loop(script: str) -> None:
    run = [sys.executable, "-c", _SERVER + script]
    said = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stderr
    assert set(json.loads(said.stdout)) <= sys.stdlib_module_names

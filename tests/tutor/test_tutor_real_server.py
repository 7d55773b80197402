"""A server that nobody here wrote: `transformers serve` with a tiny random model, made on the spot.

It speaks OpenAI's protocol as it is spoken outside, and its model writes nothing but garbage, which has to be
refused like any other answer that breaks the rules.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from meno_analyzers.hints import Level, ladder_for
from meno_model.tutor import Evidence, Tutor, TutorSettings

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]
STARTING_SECONDS = 300.0
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:"
)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    pytest.importorskip("accelerate")
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = tokenizers.ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(["while low < high:", "What does it hold?"], special_tokens=["<s>", "</s>"])
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer._tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    wrapped.chat_template = TEMPLATE
    wrapped.save_pretrained(folder)
    config = transformers.LlamaConfig(
        vocab_size=len(wrapped),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=8192,
        bos_token_id=0,
        eos_token_id=1,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def address(tiny_model: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(tiny_model)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    log = (tiny_model / "server.log").open("w+")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}/v1/models", server, tiny_model / "server.log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers at all."""
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            select.select([], [], [], 0.2)  # nothing says when it listens
        else:
            return
    pytest.fail(f"The server did not start: {log.read_text()}")


async def test_the_garbage_of_a_real_server_is_refused(
    address: str, tiny_model: Path, evidence: Evidence
) -> None:
    tutor = Tutor(TutorSettings("compatible", address, str(tiny_model), deadline_seconds=200))
    reply = await tutor.ask(evidence)
    assert (reply.origin, reply.outcome) == ("curated", "malformed")
    assert reply.text == ladder_for(evidence.finding).text(Level.QUESTIONS)
    assert tutor.counts["requests"] >= 2, "the garbage gets a second try"
    await tutor.close()


async def test_a_real_servers_health_is_seen(address: str, tiny_model: Path) -> None:
    tutor = Tutor(TutorSettings("compatible", address, str(tiny_model), connect_seconds=60))
    assert [state for _, state in await tutor.health()] == ["well"]
    await tutor.close()

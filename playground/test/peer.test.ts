import assert from "node:assert/strict";
import { test } from "node:test";
import { GoneError, Peer } from "../src/peer";

function pair(): { peer: Peer; sent: Record<string, unknown>[] } {
  const sent: Record<string, unknown>[] = [];
  const peer = new Peer({ send: (text) => sent.push(JSON.parse(text) as Record<string, unknown>) });
  return { peer, sent };
}

test("an answer finds its question, whatever the order", async () => {
  const { peer, sent } = pair();
  const [first, second] = [peer.request("a", {}), peer.request("b", {})];
  peer.receive(JSON.stringify({ id: sent[1]?.id, result: 2 }));
  peer.receive(JSON.stringify({ id: sent[0]?.id, result: 1 }));
  assert.deepEqual(await Promise.all([first, second]), [1, 2]);
});

test("an error of the server rejects with its sentence", async () => {
  const { peer, sent } = pair();
  const answer = peer.request("a", {});
  peer.receive(JSON.stringify({ id: sent[0]?.id, error: { code: -32801, message: "Ask again." } }));
  await assert.rejects(answer, /Ask again\./);
});

test("what the server asks is answered, and what nobody knows is refused", async () => {
  const { peer, sent } = pair();
  peer.on("known", (params: { n: number }) => params.n + 1);
  peer.receive(JSON.stringify({ id: "x", method: "known", params: { n: 1 } }));
  peer.receive(JSON.stringify({ id: "y", method: "unknown" }));
  await Promise.resolve();
  await Promise.resolve();
  const answers = new Map(sent.map((message) => [message.id, message]));
  assert.equal(answers.get("x")?.result, 2);
  assert.equal((answers.get("y")?.error as { code: number }).code, -32601);
});

test("nobody waits for a server that has gone", async () => {
  const { peer } = pair();
  const answer = peer.request("a", {});
  peer.close();
  await assert.rejects(answer, GoneError);
});

test("noise on the line is passed over", () => {
  const { peer, sent } = pair();
  peer.receive("no message");
  peer.receive(JSON.stringify({ id: 99, result: 1 }));
  assert.deepEqual(sent, []);
});

// The WebSocket to the playground's server, and what its end means.

import type { Loss } from "./retries";

const PROTOCOL = "meno.lsp";
const KEY_PREFIX = "meno.key.";
const TOO_MANY = 4001;
const SERVER_ENDED = 4002;
const TOO_LARGE = 1009;

export interface Line {
  send(text: string): void;
  close(): void;
}

/** Opens the line; `lost` is called once, whatever the reason. */
export function openLine(key: string, heard: (text: string) => void, lost: (why: Loss) => void): Line {
  const address = `ws://${window.location.host}/lsp`;
  // A page can set no header here but this one, and an address with a key in it would reach logs.
  const socket = new WebSocket(address, key === "" ? [PROTOCOL] : [PROTOCOL, KEY_PREFIX + key]);
  socket.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (typeof event.data === "string") {
      heard(event.data);
    }
  });
  let opened = false;
  socket.addEventListener("open", () => {
    opened = true;
  });
  socket.addEventListener("close", (event) => {
    void meaning(event.code, opened).then(lost);
  });
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(text);
      }
    },
    close: () => {
      socket.close();
    },
  };
}

async function meaning(code: number, opened: boolean): Promise<Loss> {
  if (code === TOO_MANY) {
    return "too many";
  }
  if (code === TOO_LARGE) {
    return "too large";
  }
  if (code === SERVER_ENDED) {
    return "ended";
  }
  // A refusal and an absence look alike from here; whoever answers this has refused.
  const answers = await fetch("/alive", { cache: "no-store" }).then(
    (answer) => answer.ok,
    () => false,
  );
  if (!answers) {
    return "unreachable";
  }
  return opened ? "ended" : "refused";
}

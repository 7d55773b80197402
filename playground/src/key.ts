// The key that opens the WebSocket: from the address, from then on in this tab only.

const NAME = "meno.key";

/** Takes the key out of the address, so that no history and no screenshot shows it, and keeps it for reloads. */
export function takeKey(location: Location, history: History, storage: Storage): string {
  const key = keyIn(location.hash);
  if (key !== "") {
    storage.setItem(NAME, key);
    history.replaceState(null, "", location.pathname);
  }
  return storage.getItem(NAME) ?? "";
}

/** The lasting key takes the place of one that opens once. */
export function keepKey(storage: Storage, key: string): void {
  storage.setItem(NAME, key);
}

export function keyIn(fragment: string): string {
  return /^#key=([\w-]+)$/.exec(fragment)?.[1] ?? "";
}

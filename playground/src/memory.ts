// What stays in this browser: the texts, the chosen lesson, the settings. It goes nowhere else.

export class Memory {
  constructor(private readonly storage: Storage) {}

  read(name: string): string | undefined {
    try {
      return this.storage.getItem(`meno.${name}`) ?? undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a value; a browser that keeps nothing is no reason to stop. */
  write(name: string, value: string): void {
    try {
      this.storage.setItem(`meno.${name}`, value);
    } catch {
      // Full or forbidden: the text lives as long as the tab.
    }
  }

  forget(name: string): void {
    try {
      this.storage.removeItem(`meno.${name}`);
    } catch {
      // As above.
    }
  }
}

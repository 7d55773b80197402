// How often a crashed server is started again: a few times, then a person is asked. Pure.

const MOST = 3;
const WINDOW_MILLISECONDS = 3 * 60_000;

export class Restarts {
  private crashes: number[] = [];

  /** Notes a crash; says whether to start again. */
  again(now: number): boolean {
    this.crashes = this.crashes.filter((time) => now - time < WINDOW_MILLISECONDS);
    this.crashes.push(now);
    return this.crashes.length <= MOST;
  }

  /** Forgets the crashes: a person has asked for a fresh start. */
  forget(): void {
    this.crashes = [];
  }
}

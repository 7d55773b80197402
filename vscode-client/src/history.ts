// What the server tells of the learner's history, by `meno.patterns`. Pure.

export interface Day {
  readonly day: string;
  readonly slips: number;
  readonly fixedUnaided: number;
  readonly fixedHinted: number;
}

export interface Takeaway {
  readonly key: string;
  readonly name: string;
  readonly takeaway: string;
}

export interface Pattern extends Takeaway {
  readonly title: string;
  readonly category: string;
  readonly slips: number;
  readonly daysSeen: number;
  readonly verdict: "recurring" | "seen" | "mastered";
  readonly unaidedRepair7d: number | null;
  /** Slips in each of the last eight weeks, the oldest first. */
  readonly weeks: readonly number[];
  readonly lastSeen: string;
}

export interface Patterns {
  readonly state: "on" | "paused" | "off";
  readonly since: string | null;
  readonly days: readonly Day[];
  readonly patterns: readonly Pattern[];
  readonly today: {
    readonly slips: number;
    readonly fixedUnaided: number;
    readonly fixedHinted: number;
    readonly takeaways: readonly Takeaway[];
  };
}

/** The last `count` days up to `last` (YYYY-MM-DD), the oldest first, also those on which nothing happened. */
export function everyDay(days: readonly Day[], last: string, count: number): Day[] {
  const known = new Map(days.map((day) => [day.day, day]));
  const end = Date.parse(`${last}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(end - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10);
    return known.get(day) ?? { day, slips: 0, fixedUnaided: 0, fixedHinted: 0 };
  });
}

// Two small pictures as SVG, each with its words for who cannot see it. Pure. Colours are the style sheet's.

import type { Day } from "./history";

const WIDTH = 560;
const HEIGHT = 120;

/** Slips of each day as bars upwards, and what was mended without a hint as bars in front of them. */
export function bars(days: readonly Day[]): string {
  const most = Math.max(1, ...days.map(({ slips, fixedUnaided }) => Math.max(slips, fixedUnaided)));
  const step = WIDTH / Math.max(1, days.length);
  const bar = (index: number, value: number, kind: string, inset: number): string => {
    const height = (value / most) * (HEIGHT - 10);
    const x = (index * step + inset).toFixed(1);
    const y = (HEIGHT - height).toFixed(1);
    return `<rect class="${kind}" x="${x}" y="${y}" width="${(step - 2 * inset).toFixed(1)}" height="${height.toFixed(1)}"/>`;
  };
  const drawn = days.flatMap(({ slips, fixedUnaided }, index) => [
    bar(index, slips, "slips", 2),
    bar(index, fixedUnaided, "unaided", 6),
  ]);
  const sum = (of: (day: Day) => number): number => days.reduce((total, day) => total + of(day), 0);
  const told = `${sum((day) => day.slips)} slips and ${sum((day) => day.fixedUnaided)} mended without a hint in ${days.length} days; at most ${most} on one day.`;
  return `<svg class="bars" role="img" aria-label="${told}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${drawn.join("")}<line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}"/></svg>`;
}

/** Eight weeks as a line of dots, the larger the more slips. */
export function spark(weeks: readonly number[]): string {
  const most = Math.max(1, ...weeks);
  const dots = weeks.map((slips, index) => {
    const radius = slips === 0 ? 1 : 2 + 4 * Math.sqrt(slips / most);
    return `<circle class="${slips === 0 ? "none" : "slips"}" cx="${8 + 14 * index}" cy="8" r="${radius.toFixed(1)}"/>`;
  });
  const told = `Slips by week, the oldest first: ${weeks.join(", ")}`;
  return `<svg class="spark" role="img" aria-label="${told}" viewBox="0 0 ${14 * weeks.length + 2} 16">${dots.join("")}</svg>`;
}

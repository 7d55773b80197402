// The panel "My patterns" as HTML: no script, no address but commands of our own, and every picture told in words.
// Pure: what it shows is given to it.

import { type Day, everyDay, type Pattern, type Patterns } from "./history";
import { bars, spark } from "./plots";

const DAYS = 28;
const VERDICTS: Readonly<Record<Pattern["verdict"], string>> = {
  recurring: "Comes back",
  seen: "Seen",
  mastered: "Mastered",
};
/** The commands that the panel's links may run. */
export const PAGE_COMMANDS = [
  "meno.client.pauseHistory",
  "meno.client.resumeHistory",
  "meno.client.showStored",
  "meno.client.deleteStored",
  "meno.client.myPatterns",
] as const;

/** The whole document. `style` is the style sheet's address, `source` what the policy lets styles come from. */
export function patternsPage(told: Patterns, today: string, style: string, source: string): string {
  const policy = `default-src 'none'; style-src ${source}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>My patterns</title>
</head>
<body>
<main>
<h1>My patterns</h1>
${standing(told)}
${told.state === "off" ? "" : told.patterns.length === 0 ? NOTHING : body(told, today)}
</main>
</body>
</html>
`;
}

const NOTHING = `<p>Nothing is noted yet. When a slip of the same kind comes back, you will see it here, and what it
teaches. Your code, its names and its files are never kept.</p>`;

function standing(told: Patterns): string {
  if (told.state === "off") {
    return `<p>Your history is switched off by the setting <code>meno.history.enable</code>. Nothing is kept.</p>`;
  }
  const since = told.since === null ? "" : ` since ${date(told.since)}`;
  const paused = told.state === "paused";
  const words = paused ? "Paused: nothing new is noted." : `Kept on this machine only${since}.`;
  const links = [
    paused ? link("Go on noting", "meno.client.resumeHistory") : link("Pause", "meno.client.pauseHistory"),
    link("Show what is stored", "meno.client.showStored"),
    link("Delete what is stored", "meno.client.deleteStored"),
    link("Refresh", "meno.client.myPatterns"),
  ];
  const items = links.map((one) => `<li>${one}</li>`).join("");
  return `<p>${words}</p>\n<nav aria-label="Your history"><ul class="actions">${items}</ul></nav>`;
}

function body(told: Patterns, today: string): string {
  return [ofToday(told), overTime(everyDay(told.days, today, DAYS)), table(told.patterns)].join("\n");
}

function ofToday({ today }: Patterns): string {
  const counts = [
    count(today.slips, "slip", "slips"),
    `${today.fixedUnaided} mended without a hint`,
    `${today.fixedHinted} with hints`,
  ].join(", ");
  const learned = today.takeaways
    .map(({ name, takeaway }) => `<li><strong>${escaped(words(name))}</strong> ${escaped(takeaway)}</li>`)
    .join("\n");
  const list = learned === "" ? "" : `<h3>What today taught</h3>\n<ul class="takeaways">\n${learned}\n</ul>`;
  return `<section aria-labelledby="today"><h2 id="today">Today</h2><p>${counts}.</p>${list}</section>`;
}

function overTime(days: readonly Day[]): string {
  const rows = days
    .filter(({ slips, fixedUnaided, fixedHinted }) => slips + fixedUnaided + fixedHinted > 0)
    .map(
      ({ day, slips, fixedUnaided, fixedHinted }) =>
        `<tr><th scope="row">${date(day)}</th><td>${slips}</td><td>${fixedUnaided}</td><td>${fixedHinted}</td></tr>`,
    )
    .join("\n");
  return `<section aria-labelledby="time"><h2 id="time">The last four weeks</h2>
${bars(days)}
<p class="legend"><span class="key slips"></span> slips <span class="key unaided"></span> mended without a hint</p>
<details><summary>The same in numbers</summary>
<table><thead><tr><th scope="col">Day</th><th scope="col">Slips</th><th scope="col">Mended without a hint</th>
<th scope="col">With hints</th></tr></thead><tbody>
${rows}
</tbody></table></details></section>`;
}

function table(patterns: readonly Pattern[]): string {
  const rows = patterns.map(row).join("\n");
  return `<section aria-labelledby="patterns"><h2 id="patterns">Pattern by pattern</h2>
<table class="patterns"><thead><tr><th scope="col">Pattern</th><th scope="col">How it stands</th>
<th scope="col">Slips</th><th scope="col">Mended alone</th><th scope="col">Eight weeks</th></tr></thead><tbody>
${rows}
</tbody></table></section>`;
}

function row(pattern: Pattern): string {
  const alone =
    pattern.unaidedRepair7d === null ? "–" : `${Math.round(100 * pattern.unaidedRepair7d)} % this week`;
  const { verdict } = pattern;
  return `<tr><th scope="row">${escaped(pattern.title)}<span class="takeaway">${escaped(pattern.takeaway)}</span></th>
<td><span class="verdict ${verdict}">${VERDICTS[verdict]}</span></td>
<td>${pattern.slips} on ${count(pattern.daysSeen, "day", "days")}</td><td>${alone}</td>
<td>${spark(pattern.weeks)}</td></tr>`;
}

function link(text: string, command: (typeof PAGE_COMMANDS)[number]): string {
  return `<a href="command:${command}">${text}</a>`;
}

function words(name: string): string {
  const spoken = name.replaceAll("-", " ");
  return `${spoken.charAt(0).toUpperCase()}${spoken.slice(1)}.`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function date(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  });
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

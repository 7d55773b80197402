// What the server says about itself, as Markdown. Pure.

export type Origins = Readonly<Record<string, { readonly value: unknown; readonly origin: string }>>;

/** The settings that hold, and where each came from. */
export function settingsReport(settings: Origins): string {
  const rows = Object.entries(settings).map(
    ([name, { value, origin }]) => `| meno.${name} | \`${cell(JSON.stringify(value))}\` | ${cell(origin)} |`,
  );
  return ["# Settings of Meno", "", "| Setting | Value | From |", "| --- | --- | --- |", ...rows, ""].join(
    "\n",
  );
}

/** Version, processes and timings, to paste into a report of a fault. */
export function debugReport(information: unknown): string {
  return `# Meno, for a report of a fault\n\n\`\`\`json\n${JSON.stringify(information, undefined, 2)}\n\`\`\`\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

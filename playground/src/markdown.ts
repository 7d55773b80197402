// The Markdown that Meno's texts use, as a tree: headings, paragraphs, lists, quotes, code, emphasis. Pure.
//
// Nothing in it is ever HTML: what looks like a tag is text, so a learner's code cannot become part of the page. The one
// exception is a fold with a summary, alone on its lines, and it too becomes a part of the tree.

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "strong" | "emphasis"; readonly parts: readonly Inline[] };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly parts: readonly Inline[] }
  | { readonly kind: "paragraph"; readonly parts: readonly Inline[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "fold"; readonly summary: readonly Inline[]; readonly blocks: readonly Block[] }
  | { readonly kind: "rule" };

const FENCE = /^\s{0,3}(`{3,})\s*(\S*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const ITEM = /^(\s*)(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/;
const FOLD = "<details>";
const END_OF_FOLD = "</details>";
const SUMMARY = /^<summary>(.*)<\/summary>$/;
const RULE = /^\s{0,3}(?:-\s*){3,}$/;

export function parse(markdown: string): Block[] {
  return blocks(markdown.replaceAll("\r\n", "\n").split("\n"));
}

function blocks(lines: readonly string[]): Block[] {
  const found: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const fence = FENCE.exec(line);
    const heading = HEADING.exec(line);
    if (line.trim() === "") {
      at += 1;
    } else if (fence !== null) {
      const end = closing(lines, at, fence[1] ?? "```");
      found.push({ kind: "code", language: fence[2] ?? "", text: lines.slice(at + 1, end).join("\n") });
      at = end + 1;
    } else if (heading !== null) {
      found.push({ kind: "heading", level: (heading[1] ?? "").length, parts: inline(heading[2] ?? "") });
      at += 1;
    } else if (line === FOLD && SUMMARY.test(lines[at + 1] ?? "")) {
      const end = closing(lines, at, END_OF_FOLD);
      const summary = inline(SUMMARY.exec(lines[at + 1] ?? "")?.[1] ?? "");
      found.push({ kind: "fold", summary, blocks: blocks(lines.slice(at + 2, end)) });
      at = end + 1;
    } else if (RULE.test(line)) {
      found.push({ kind: "rule" });
      at += 1;
    } else if (line.startsWith(">")) {
      const end = whileLines(lines, at, (one) => one.startsWith(">"));
      const quoted = lines.slice(at, end).map((one) => one.replace(/^> ?/, ""));
      found.push({ kind: "quote", blocks: blocks(quoted) });
      at = end;
    } else if (ITEM.test(line)) {
      const [list, end] = listAt(lines, at);
      found.push(list);
      at = end;
    } else {
      const end = whileLines(lines, at + 1, isPlain);
      found.push({ kind: "paragraph", parts: inline(lines.slice(at, end).join("\n")) });
      at = end;
    }
  }
  return found;
}

function closing(lines: readonly string[], open: number, fence: string): number {
  const end = lines.findIndex((line, at) => at > open && line.trim() === fence);
  return end === -1 ? lines.length : end;
}

function whileLines(lines: readonly string[], from: number, holds: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && holds(lines[at] ?? "")) {
    at += 1;
  }
  return at;
}

function isPlain(line: string): boolean {
  const begins =
    line === FOLD || FENCE.test(line) || HEADING.test(line) || RULE.test(line) || ITEM.test(line);
  return line.trim() !== "" && !begins && !line.startsWith(">");
}

function listAt(lines: readonly string[], from: number): [Block, number] {
  const first = ITEM.exec(lines[from] ?? "");
  const depth = (first?.[1] ?? "").length;
  const ordered = first?.[2] !== undefined;
  const items: Block[][] = [];
  let at = from;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at] ?? "");
    if (item === null || (item[1] ?? "").length !== depth || (item[2] !== undefined) !== ordered) {
      break;
    }
    // What is indented further, and what merely goes on, belongs to the item.
    const end = whileLines(lines, at + 1, (line) => isPlain(line) || /^\s+\S/.test(line.slice(depth)));
    const rest = lines.slice(at + 1, end).map((line) => line.replace(/^\s{1,4}/, ""));
    items.push(blocks([item[3] ?? "", ...rest]));
    const next = whileLines(lines, end, (line) => line.trim() === "");
    at = ITEM.test(lines[next] ?? "") ? next : end;
  }
  return [{ kind: "list", ordered, items }, at];
}

const MARKS =
  /(`+)([\s\S]*?[^`])\1(?!`)|\*\*([\s\S]+?)\*\*|\*(?!\s)([^*]+?)\*|\\([\\`*_{}[\]()#+\-.!|<>~])|\[([^\]]*)\]\(([^)\s]*)\)/;

/** The marks within a line. Of a link only its words stay: from here it would lead nowhere. */
export function inline(text: string): Inline[] {
  const found: Inline[] = [];
  let rest = text;
  for (let match = MARKS.exec(rest); match !== null; match = MARKS.exec(rest)) {
    add(found, rest.slice(0, match.index));
    const [whole, , code, strong, emphasis, escaped, words] = match;
    if (code !== undefined) {
      const inner = /^ .*[^ ].* $/s.test(code) ? code.slice(1, -1) : code;
      found.push({ kind: "code", text: inner });
    } else if (strong !== undefined) {
      found.push({ kind: "strong", parts: inline(strong) });
    } else if (emphasis !== undefined) {
      found.push({ kind: "emphasis", parts: inline(emphasis) });
    } else if (words !== undefined) {
      for (const part of inline(words)) {
        if (part.kind === "text") {
          add(found, part.text);
        } else {
          found.push(part);
        }
      }
    } else {
      add(found, escaped ?? "");
    }
    rest = rest.slice(match.index + whole.length);
  }
  add(found, rest);
  return found;
}

function add(found: Inline[], text: string): void {
  const last = found.at(-1);
  if (text !== "" && last?.kind === "text") {
    found[found.length - 1] = { kind: "text", text: last.text + text };
  } else if (text !== "") {
    found.push({ kind: "text", text });
  }
}

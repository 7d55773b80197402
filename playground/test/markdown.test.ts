import assert from "node:assert/strict";
import { test } from "node:test";
import { inline, parse } from "../src/markdown";

test("paragraphs, headings and rules are told apart", () => {
  const kinds = parse("# One\n\nTwo\nthree\n\n---\n\nFour").map((block) => block.kind);
  assert.deepEqual(kinds, ["heading", "paragraph", "rule", "paragraph"]);
});

test("code keeps its lines, and its fence may be longer than three", () => {
  const [block] = parse("````python\na = 1\n```\nb\n````");
  assert.deepEqual(block, { kind: "code", language: "python", text: "a = 1\n```\nb" });
});

test("a fence that is never closed holds the rest", () => {
  const [block] = parse("```\na\nb");
  assert.deepEqual(block, { kind: "code", language: "", text: "a\nb" });
});

test("a fold has a summary, and one that is never closed holds the rest", () => {
  const [fold, after] = parse("<details>\n<summary>`a`</summary>\n\n```diff\n- a\n```\n\n</details>\n\nb");
  assert.equal(fold?.kind, "fold");
  assert.deepEqual(fold.summary, [{ kind: "code", text: "a" }]);
  assert.deepEqual(fold.blocks, [{ kind: "code", language: "diff", text: "- a" }]);
  assert.equal(after?.kind, "paragraph");
  assert.equal(parse("<details>\n<summary>a</summary>\nb").length, 1);
  assert.equal(parse("<details>\nb")[0]?.kind, "paragraph");
});

test("lists hold what is indented below an item", () => {
  const [list] = parse("1. One\n   more\n2. Two\n\n3. Three");
  assert.equal(list?.kind, "list");
  assert.ok(list.ordered);
  assert.equal(list.items.length, 3);
});

test("marks within a line become parts, and an escape keeps a mark as it is", () => {
  assert.deepEqual(inline("**`a`** and \\*b\\*"), [
    { kind: "strong", parts: [{ kind: "code", text: "a" }] },
    { kind: "text", text: " and *b*" },
  ]);
});

test("code within a line is never read further", () => {
  assert.deepEqual(inline("`a ** b ** c`"), [{ kind: "code", text: "a ** b ** c" }]);
});

test("a tag stays text, and of a link only its words stay", () => {
  assert.deepEqual(inline("<img src=x> [page](file:///etc)"), [{ kind: "text", text: "<img src=x> page" }]);
});

test("no text makes the parser hang or lose its words", () => {
  const marks = ["*", "`", "[", "](", "\\", "\n", "- ", "> ", "```\n", "1. ", "#", " ", "word"];
  let seed = 7;
  for (let round = 0; round < 500; round += 1) {
    let text = "";
    for (let step = 0; step < 12; step += 1) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      text += marks[seed % marks.length] ?? "";
    }
    const words = text.match(/word/g)?.length ?? 0;
    const kept = JSON.stringify(parse(text)).match(/word/g)?.length ?? 0;
    // The words behind a fence are its language and those of a link's address are left out; none are made up.
    assert.ok(kept <= words, text);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, Shown } from "../src/shown";

void test("a hint is a document with its title as heading", () => {
  const shown = new Shown();
  shown.remember("/a.md", { title: "return-on-first-iteration", markdown: "Look at *line 3*." });

  assert.equal(shown.text("/a.md"), "# return-on-first-iteration\n\nLook at *line 3*.\n");
});

void test("a page with a heading of its own gets no second one", () => {
  const shown = new Shown();
  shown.remember("/a.md", { title: "Why it fails", markdown: "# `IndexError` on line 3\n\nLook.\n" });

  assert.equal(shown.text("/a.md"), "# `IndexError` on line 3\n\nLook.\n");
});

void test("a later hint of the same title replaces the earlier", () => {
  const shown = new Shown();
  shown.remember("/a.md", { title: "a", markdown: "one" });
  shown.remember("/a.md", { title: "a", markdown: "two" });

  assert.match(shown.text("/a.md"), /two/);
});

void test("only the last twenty are kept, and the others say how to get them back", () => {
  const shown = new Shown();
  for (let number = 0; number <= 20; number++) {
    shown.remember(`/${number}.md`, { title: "a", markdown: "text" });
  }

  assert.match(shown.text("/0.md"), /Ask for it again/);
  assert.match(shown.text("/1.md"), /text/);
});

void test("a title becomes a readable file name, whatever it holds", () => {
  assert.equal(fileName("return-on-first-iteration"), "/return-on-first-iteration.md");
  assert.equal(fileName("a/b: été?"), "/a b été.md");
  assert.equal(fileName("///"), "/Hint.md");
});

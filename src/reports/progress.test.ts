import { Writable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import type { Event } from "../model/event.ts";
import { palette } from "./palette.ts";
import { type ProgressOptions, startProgress } from "./progress.ts";

/** What a program writes to a terminal or a file, and the cursor calls that ora makes. */
class Screen extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY: boolean, columns: number) {
    super({
      write: (chunk, _encoding, done) => {
        this.text += String(chunk);
        done();
      },
    });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  cursorTo(): boolean {
    return this.write("<home>");
  }
  clearLine(): boolean {
    return this.write("<clear>");
  }
  moveCursor(): boolean {
    return true;
  }
}

const events: readonly Event[] = [
  { type: "stage", stage: "Reading Pipfile" },
  { type: "progress", stage: "Learning", done: 1, total: 3, current: "flask" },
  { type: "progress", stage: "Learning", done: 2, total: 3, current: "six" },
  { type: "learnt", what: "metadata of six==1.17.0" },
  { type: "rejected", release: "napo==1.0", failure: "build-failed", detail: "no\u0007 compiler" },
  { type: "warning", message: "attrs is yanked", hint: "ask for another" },
  { type: "warning", message: "attrs is yanked", hint: "ask for another" },
  { type: "verified", release: "six==1.17.0", ok: true },
];

function told(screen: Screen, options: Partial<ProgressOptions> = {}): string {
  const defaults = { quiet: false, json: false, color: palette(false) };
  const progress = startProgress({ stream: screen, ...defaults, ...options });
  for (const event of events) progress.emit(event);
  progress.stop();
  progress.stop();
  return screen.text;
}

const stages = `Reading Pipfile
Learning 1/3 flask
rejected napo==1.0, it does not build: no compiler
warning: attrs is yanked
help: ask for another
`;

describe("progress", () => {
  test("off a terminal is one line a stage; what must be known stays, once", () => {
    expect(told(new Screen(false, 0))).toBe(stages);
  });

  test("on a terminal without columns, where a spinner would loop for ever, is the same", () => {
    expect(told(new Screen(true, 0))).toBe(stages);
  });

  test.each([
    ["--quiet on a terminal", true, { quiet: true }],
    ["--quiet off a terminal", false, { quiet: true }],
    ["--json off a terminal", false, { json: true }],
  ])("with %s is nothing", (_what, isTTY, options) => {
    expect(told(new Screen(isTTY, 80), options)).toBe("");
  });

  test("that ends before the spinner is loaded leaves nothing of it", async () => {
    const screen = new Screen(true, 80);
    told(screen);
    await import("ora");

    expect(screen.text).not.toContain("Reading Pipfile");
  });

  test("on a terminal is one line, cleared at the end", async () => {
    const screen = new Screen(true, 40);
    const progress = startProgress({
      stream: screen,
      quiet: false,
      json: true,
      color: palette(false),
    });
    progress.emit({ type: "stage", stage: "Learning", detail: "x".repeat(200) });
    await vi.waitUntil(() => screen.text.includes("Learning"), { timeout: 10_000 });
    progress.stop();

    expect(screen.text).toContain(`Learning: ${"x".repeat(23)}...`);
    expect(screen.text).not.toContain("x".repeat(24));
    expect(screen.text).not.toContain("\n");
    expect(screen.text.endsWith("<clear>") || screen.text.endsWith("<home>")).toBe(true);
  });
});

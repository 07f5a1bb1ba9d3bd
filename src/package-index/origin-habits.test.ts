import { expect, test } from "vitest";
import { OriginHabits } from "./origin-habits.ts";

const origin = "https://files.example";

/** Habits after these answers, oldest first: "+2026-01-01" had a metadata file, "-…" had none. */
function after(...answers: readonly string[]): OriginHabits {
  const habits = new OriginHabits();
  for (const answer of answers) {
    habits.noteMetadataFile(origin, answer.startsWith("+"), answer.slice(1));
  }
  return habits;
}

test.each([
  ["nothing is known", after(), "2026-01-01", true],
  ["two misses prove nothing", after("-2026-01-01", "-2026-01-02"), "2026-02-01", true],
  [
    "three older misses do",
    after("-2026-01-01", "-2026-01-02", "-2026-01-03"),
    "2026-02-01",
    false,
  ],
  [
    "misses of newer files say nothing of older ones",
    after("-2026-01-01", "-2026-01-02", "-2026-01-03"),
    "2025-01-01",
    true,
  ],
  [
    "a newer hit outweighs older misses",
    after("-2026-01-01", "-2026-01-02", "-2026-01-03", "+2026-01-04"),
    "2026-02-01",
    true,
  ],
  [
    "an older hit does not",
    after("+2025-01-01", "-2026-01-01", "-2026-01-02", "-2026-01-03"),
    "2026-02-01",
    false,
  ],
])("%s", (_rule, habits, uploadedAt, asked) => {
  expect(habits.mayHaveMetadataFile(origin, undefined, uploadedAt)).toBe(asked);
});

test("an announcement is believed whatever was seen", () => {
  const habits = after("-2026-01-01", "-2026-01-02", "-2026-01-03");

  expect(habits.mayHaveMetadataFile(origin, true, "2026-02-01")).toBe(true);
});

test("what the page denies is asked for until three are missing", () => {
  const ask = (habits: OriginHabits) => habits.mayHaveMetadataFile(origin, false, "2026-02-01");

  expect(ask(after("-", "-"))).toBe(true);
  expect(ask(after("-", "-", "-"))).toBe(false);
  expect(ask(after("-", "-", "-", "+"))).toBe(true);
});

test("without upload times twenty misses and no hit prove it", () => {
  const misses = Array.from({ length: 20 }, () => "-");
  const ask = (habits: OriginHabits) => habits.mayHaveMetadataFile(origin, undefined, undefined);

  expect(ask(after(...misses.slice(1)))).toBe(true);
  expect(ask(after(...misses))).toBe(false);
});

test("one host's habits say nothing of another's", () => {
  const habits = after("-2026-01-01", "-2026-01-02", "-2026-01-03");

  expect(habits.mayHaveMetadataFile("https://other.example", undefined, "2026-02-01")).toBe(true);
});

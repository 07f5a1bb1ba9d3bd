import { expect, test } from "vitest";
import { inspectionJob, stdoutLimit } from "./inspection-job.ts";

const event = { exitCode: 0, signal: null, wallSeconds: 0.5, usage: {}, stdout: "", stderr: "" };

test.each([
  ['{"rate": 3}', { rate: 3 }],
  [" [1, 2]\n", [1, 2]],
  ["3", "3"],
  ['{"rate": ', '{"rate": '],
  ["", ""],
])("what was printed is a value where it is a JSON object or list: %s", (stdout, value) => {
  expect(inspectionJob({ ...event, stdout })?.stdout).toEqual(value);
});

test("JSON too deep to be written down stays text, and too much text is cut", () => {
  const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
  const long = "x".repeat(stdoutLimit + 1);

  expect(inspectionJob({ ...event, stdout: deep })?.stdout).toBe(deep);
  expect(inspectionJob({ ...event, stdout: long, stdoutCut: true })).toMatchObject({
    stdout: "x".repeat(stdoutLimit),
    stdout_cut: true,
  });
});

test("figures are those of getrusage, and no negative ones", () => {
  const usage = { ru_utime: 0.25, ru_stime: -1, evil: 3, ru_maxrss: "9" };

  expect(inspectionJob({ ...event, usage })?.usage).toEqual({ ru_utime: 0.25 });
});

test("control characters of a failing script do not pass", () => {
  const stderr = "\u001B[31mred\u001B[0m\nlast words\u0007\n\n";

  expect(inspectionJob({ ...event, exitCode: 1, stderr })?.stderr).toBe("red\nlast words");
});

test.each([
  { ...event, wallSeconds: "0.5" },
  { ...event, wallSeconds: -1 },
  { ...event, exitCode: null },
  { ...event, signal: 9 },
  { ...event, stdout: undefined },
])("what tells of no run is none: %j", (told) => {
  expect(inspectionJob(told)).toBeUndefined();
});

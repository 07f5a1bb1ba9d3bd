import { expect, test } from "vitest";
import type { CheckReport } from "../model/checkup.ts";
import { checkupJson, renderCheckup, worstOf } from "./checkup.ts";
import { palette } from "./palette.ts";

const reports: readonly CheckReport[] = [
  { name: "node", findings: [{ condition: "works", text: "20.20.2" }], ms: 1 },
  {
    name: "index",
    findings: [
      { condition: "works", text: "https://one.example answers", facts: { ms: 3 } },
      {
        condition: "broken",
        text: "https://me:s3cret@two.example \u001b[31mis away",
        hint: "wait",
      },
    ],
    ms: 20,
  },
  { name: "broker", findings: [], ms: 0 },
];

const render = (verbosity: "quiet" | "normal" | "verbose", found = reports) =>
  renderCheckup(found, { color: palette(false), verbosity, ms: 30 });

test("a line for each finding, the way out below it; what is not configured only with -v", () => {
  expect(render("normal")).toBe(
    [
      "node    works    20.20.2",
      "index   works    https://one.example answers",
      "        broken   https://two.example is away",
      "                 help: wait",
      "Checked 2 things: 1 broken (30 ms)",
      "",
    ].join("\n"),
  );
  expect(render("verbose")).toContain("broker  -        not configured\n");
  expect(render("quiet")).toBe("Checked 2 things: 1 broken (30 ms)\n");
});

test("the worst finding is what all comes to, and unknown is not fine", () => {
  const [works] = reports;
  const unknown: CheckReport = {
    name: "clock",
    findings: [{ condition: "unknown", text: "nobody knows" }],
    ms: 0,
  };
  expect(worstOf(reports)).toBe("broken");
  expect(worstOf(works === undefined ? [] : [works, unknown])).toBe("unknown");
  expect(render("quiet", works === undefined ? [] : [works, unknown])).toContain("1 unknown");
  expect(render("quiet", works === undefined ? [] : [works])).toContain("everything works");
});

test("the document for programs names condition, hint and facts of each finding", () => {
  expect(JSON.parse(checkupJson(reports, 30))).toMatchObject({
    schema: "thoth.doctor",
    version: "1.0",
    condition: "broken",
    checks: [
      { name: "node", configured: true },
      {
        name: "index",
        findings: [
          { condition: "works", hint: null, facts: { ms: 3 } },
          { condition: "broken", hint: "wait", facts: {} },
        ],
      },
      { name: "broker", configured: false, findings: [] },
    ],
    meta: { ms: 30, checks: { index: 20 } },
  });
});

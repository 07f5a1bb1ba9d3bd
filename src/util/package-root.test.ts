import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { packageRoot, pythonScript } from "./package-root.ts";

test("scripts are found in the package, not in a folder above it", () => {
  expect(existsSync(`${packageRoot()}/package.json`)).toBe(true);
  expect(pythonScript("probe.py")).toBe(`${packageRoot()}/python/probe.py`);
  expect(existsSync(pythonScript("probe.py"))).toBe(true);
});

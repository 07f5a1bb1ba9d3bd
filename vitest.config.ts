import { defineConfig } from "vitest/config";

// Tests of commands run the built program, so their project builds it first; unit tests never wait for it.
const commands = [
  "src/*.test.ts",
  "src/commands/**/*.test.ts",
  "bin/**/*.test.ts",
  "fixtures/rig.test.ts",
];

// A machine may be many times slower than the one that a test was written on; what hangs ends anyway.
const patience = { testTimeout: 120_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "fixtures/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: commands,
          ...patience,
        },
      },
      {
        test: {
          name: "commands",
          include: commands,
          globalSetup: ["fixtures/build.ts"],
          ...patience,
        },
      },
    ],
  },
});

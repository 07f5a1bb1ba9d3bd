import { defineConfig } from "vitest/config";

// Tests of commands run the built program, so their project builds it first; unit tests never wait for it.
const commands = [
  "src/*.test.ts",
  "src/commands/**/*.test.ts",
  "bin/**/*.test.ts",
  "fixtures/rig.test.ts",
];

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
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "commands",
          include: commands,
          globalSetup: ["fixtures/build.ts"],
          testTimeout: 120_000,
        },
      },
    ],
  },
});

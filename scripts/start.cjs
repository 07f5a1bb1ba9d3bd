#!/usr/bin/env node
// The start of thoth: checks Node, then runs the bundle beside it, with the bytecode that the build
// kept of a lock from knowledge. Bytecode of another Node is refused by V8 and costs nothing.
"use strict";
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error[THOTH-E0410]: Node ${process.versions.node} is too old\nhelp: install Node 20.19 or newer\n`,
  );
  process.exitCode = 4;
} else {
  // Heard here alone until the program listens for itself: Node hands a signal over between two
  // turns of its loop, by when that has begun
  for (const name of ["SIGINT", "SIGTERM"]) {
    process.once(name, () => process.kill(process.pid, name));
  }
  // Optimising code that runs for a tenth of a second costs more than it gains (docs/performance.md)
  require("node:v8").setFlagsFromString("--interrupt-budget=600000");
  const { readFileSync, writeFileSync } = require("node:fs");
  const { createRequire } = require("node:module");
  const { join } = require("node:path");
  const { Script } = require("node:vm");
  const filename = join(__dirname, "..", "thoth.cjs");
  const kept = `${filename}.bytecode`;
  let cachedData;
  try {
    cachedData = readFileSync(kept);
  } catch {
    // Not there while it is made
  }
  const source = readFileSync(filename, "latin1");
  const script = new Script(`(function(require,__filename){${source}\n})`, {
    filename,
    cachedData,
  });
  script.runInThisContext()(createRequire(filename), filename);
  if (process.env.THOTH_KEEP_BYTECODE === filename) {
    process.on("exit", () => writeFileSync(kept, script.createCachedData()));
  }
}

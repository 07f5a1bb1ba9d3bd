#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

// Loaded only after the check, since an older Node cannot even parse the rest.
if (major > 20 || (major === 20 && minor >= 19)) {
  const { main } = await import("../src/cli.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(
    `error[THOTH-E0410]: Node ${process.versions.node} is too old\nhelp: install Node 20.19 or newer\n`,
  );
  process.exitCode = 4;
}

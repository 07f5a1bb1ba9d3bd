import { readFileSync } from "node:fs";

/** Ends the process with a plain message where this Node is older than package.json asks for. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const [wanted, have] = [engines.node, process.versions.node].map((text) =>
    text.match(/\d+/g).map(Number),
  );
  const older = have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < (wanted[1] ?? 0));
  if (!older) return;
  process.stderr.write(`Node ${process.versions.node} is too old: install Node ${engines.node}\n`);
  process.exit(4);
}

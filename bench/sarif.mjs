// Holds SARIF files against the rules of the standard and of GitHub's code scanning:
// `node bench/sarif.mjs FILE…`. Microsoft's checker is fetched with npx on first use (104 MB, which
// is why it is no dependency of ours). Exits with 1 if it finds an error; its warnings are shown.
import { spawnSync } from "node:child_process";

const files = process.argv.slice(2);
if (files.length === 0) throw new Error("name the SARIF files to check");
const checker = ["--yes", "@microsoft/sarif-multitool-linux@5.7.0", "validate"];
// Its start file hands the arguments to a shell, so that they are quoted once more
const quoted = ['"Sarif;Ghas"', ...files.map((file) => JSON.stringify(file))];
const { status, stdout, stderr } = spawnSync("npx", [...checker, "--rule-kind", ...quoted], {
  encoding: "utf8",
});
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status === 0 && !/: error [A-Z]+\d+/.test(stdout) ? 0 : 1;

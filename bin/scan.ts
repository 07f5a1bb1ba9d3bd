import { scanArchive } from "../src/security/own-scan.ts";
import { scannerStarted } from "../src/security/scan-summary.ts";

// The scanner's own process: an archive in, what our checks say of it out. The first line says that
// it runs at all, so that what comes after is about the archive.
process.stdout.write(`${scannerStarted}\n`);
const [archivePath = "", filename = "", name = "", version = ""] = process.argv.slice(2);
void scanArchive({ archivePath, filename, name, version }).then(
  (answer) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  },
  (error: unknown) => {
    process.stderr.write(`${error}\n`);
    process.exitCode = 1;
  },
);

import { type Command, Option } from "commander";
import type { LinterName } from "../security/lint-tool.ts";
import type { CommandAdder } from "./command.ts";
import type { ScanFormat } from "./si-scan.ts";

interface Given {
  readonly lock?: string | true;
  readonly allMissing?: boolean;
  readonly engine?: readonly LinterName[];
  readonly format?: ScanFormat;
}

const linters: readonly LinterName[] = ["bandit", "ruff"];
const formats: readonly ScanFormat[] = ["text", "json", "sarif"];

const exits = `
Looks at the source distribution and at the wheel that the runtime would install (and at those that
were installed). Exit code: 1 where something looks malicious. Else 3 where something could not be
scanned. Else 0, which is no promise: it says that the checks saw nothing that blocks.
`;

/** `thoth si-scan` with its options. */
export function addSiScan(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("si-scan"))
    .description("security indicators of releases, from their files; no code of them is run")
    .argument("[release...]", "NAME==VERSION")
    .option("--lock [file]", "what this Pipfile.lock would install")
    .option("--all-missing", "all that was installed and not scanned yet")
    .addOption(
      new Option("--engine <name...>", "a second opinion (repeatable); it needs a Python").choices(
        linters,
      ),
    )
    .addOption(new Option("--format <format>", "how to tell it").choices(formats))
    .option("--index-url <url>", "the index to ask, in place of pip's")
    .addHelpText("after", exits)
    .action((releases: readonly string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runSiScan } = await import("./si-scan.ts");
        const { lock, allMissing = false, engine = [], format } = given;
        return runSiScan(
          {
            releases,
            lock: lock === true ? "." : lock,
            allMissing,
            engines: [...new Set(engine)],
            format,
          },
          context,
        );
      }),
    );
}

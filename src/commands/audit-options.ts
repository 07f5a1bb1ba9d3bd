import { type Command, Option } from "commander";
import { type FailOn, severityThresholds } from "../model/policy.ts";
import type { AuditFormat } from "./audit.ts";
import type { CommandAdder } from "./command.ts";

interface Given {
  readonly lock?: string;
  readonly format?: AuditFormat;
  readonly failOn?: FailOn;
  readonly strict?: boolean;
  readonly output?: string;
}

const formats: readonly AuditFormat[] = ["text", "json", "sarif", "cyclonedx"];

const exits = `
Exit code: 1 where a release has an advisory that --fail-on names; one that does not say how bad
it is counts as any, and malware always does. Else 3 where something is unknown: no advisories in
the store, no lock, a version that is none. What comes from git, a path or an address is unknown,
too, and is told; it makes the exit code 3 with --strict, or where there is nothing else. Else 0.
Ignores and fail-on of thoth.toml count; what they leave out is told.
No network is used.
`;

/** `thoth audit` with its options. */
export function addAudit(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("audit"))
    .description("what is known against the releases that a lock pins, from the store alone")
    .argument("[DIR]", "project directory", ".")
    .option("--lock <file>", "this lock, in place of the project's")
    .addOption(new Option("--format <format>", "how to tell it").choices(formats))
    .addOption(
      new Option(
        "--fail-on <severity>",
        "exit with 1 from this severity on (default: any)",
      ).choices(severityThresholds),
    )
    .option("--strict", "exit with 3 where anything is unknown")
    .option("-o, --output <file>", "write it to a file")
    .option("--python <X.Y>", "Python that the lock is for")
    .option("--index-url <url>", "the index whose releases count, in place of the lock's")
    .addHelpText("after", exits)
    .action((directory: string, given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runAudit } = await import("./audit.ts");
        const { lock, format, failOn, strict, output } = given;
        const flags = { directory, lock, format, failOn, strict: strict === true, output };
        return runAudit(flags, context);
      }),
    );
}

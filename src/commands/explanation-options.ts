import { type Command, Option } from "commander";
import type { CommandAdder } from "./command.ts";

const graphFormats = ["text", "json", "dot", "mermaid"] as const;
const diffFormats = ["text", "json", "markdown"] as const;

type Given<Names extends string> = Readonly<Partial<Record<Names, string | boolean>>> &
  Readonly<Record<string, unknown>>;

/** The commands that explain: `why`, `why-not`, `graph`, `diff` and `explain`. */
export function addExplanations(program: Command, adder: CommandAdder): void {
  addWhy(program, adder);
  addWhyNot(program, adder);
  addGraph(program, adder);
  addDiff(program, adder);
  addExplain(program, adder);
}

function addWhy(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("why"))
    .description("who needs a locked package, and what chose its version")
    .argument("<NAME>", "package")
    .option("--project <dir>", "project directory", ".")
    .option("--python <X.Y>", "Python that the lock is for")
    .action((name: string, given: Given<"project">) =>
      perform(given, async (context) => {
        const { runWhy } = await import("./why.ts");
        return runWhy({ name, directory: String(given.project) }, context);
      }),
    );
}

function addWhyNot(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("why-not"))
    .description("what keeps newer releases, or one release, out of the lock")
    .argument("<NAME[==VERSION]>", "package, or one release of it")
    .option("--project <dir>", "project directory", ".")
    .option("--python <X.Y>", "Python that the lock is for")
    .action((wanted: string, given: Given<"project">) =>
      perform(given, async (context) => {
        const { runWhyNot } = await import("./why-not.ts");
        return runWhyNot({ wanted, directory: String(given.project) }, context);
      }),
    );
}

function addGraph(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("graph"))
    .description("what needs what in a lock")
    .argument("[DIR]", "project directory", ".")
    .option("--depth <number>", "no deeper than so many steps from the Pipfile")
    .option("--invert <name>", "who needs this package, in place of what is needed")
    .addOption(new Option("--format <format>", "how to tell it").choices(graphFormats))
    .option("--python <X.Y>", "Python that the lock is for")
    .action((directory: string, given: Given<"depth" | "invert" | "format">) =>
      perform(given, async (context) => {
        const { runGraph } = await import("./graph.ts");
        const { depth, invert } = given;
        const format = graphFormats.find((one) => one === given.format);
        const texts = { depth: text(depth), invert: text(invert) };
        return runGraph({ directory, format, ...texts }, context);
      }),
    );
}

function addDiff(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("diff"))
    .description("what differs between two locks, runs or commits")
    .argument("[A]", "a lock, the id of a run, or a git ref", "HEAD")
    .argument("[B]", "likewise; the project's lock if not given")
    .option("--project <dir>", "project directory", ".")
    .option("--check", "exit with 1 if anything differs")
    .addOption(new Option("--format <format>", "how to tell it").choices(diffFormats))
    .action((before: string, after: string | undefined, given: Given<"project" | "check">) =>
      perform(given, async (context) => {
        const { runDiff } = await import("./diff.ts");
        const format = diffFormats.find((one) => one === given["format"]);
        const directory = String(given.project);
        const check = given.check === true;
        return runDiff({ before, after, directory, check, format }, context);
      }),
    );
}

function addExplain(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("explain"))
    .description("what an error code or a rule means, and what to do; none: list them")
    .argument("[CODE]", "a code such as THOTH-E0201, or a rule such as kept")
    .action((code: string | undefined, given: Given<never>) =>
      perform(given, async (context) => {
        const { runExplain } = await import("./explain.ts");
        return runExplain(code, context);
      }),
    );
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

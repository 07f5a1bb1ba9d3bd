import { type Command, Option } from "commander";
import { addAdvise } from "./advise-options.ts";
import { addAdvisories } from "./advisories-options.ts";
import { addAudit } from "./audit-options.ts";
import { addBackEnds } from "./back-end-options.ts";
import { collect, texts } from "./collect.ts";
import type { CommandOptions as Options, Perform } from "./command.ts";
import { addDoctor } from "./doctor-options.ts";
import { addExplanations } from "./explanation-options.ts";
import { addExport } from "./export-options.ts";
import { addHealth } from "./health-options.ts";
import { addInspect } from "./inspect-options.ts";
import { addOutdated } from "./outdated-options.ts";
import { addPrescriptions } from "./prescriptions-options.ts";
import { addProject } from "./project-options.ts";
import { addQueue } from "./queue-options.ts";
import { addRefresh } from "./refresh-options.ts";
import { addRunTask } from "./run-task-options.ts";
import { addSiScan } from "./si-scan-options.ts";
import { addWarm } from "./warm-options.ts";

/** Every subcommand with its options; each is loaded when it is chosen. */
export function addCommands(program: Command, perform: Perform): void {
  addAdvise(program, { perform, everywhere });
  addStatus(program, perform);
  addExplanations(program, { perform, everywhere });
  addExport(program, { perform, everywhere });
  addSolve(program, perform);
  addInvestigate(program, perform);
  addRunTask(program, { perform, everywhere });
  addSiScan(program, { perform, everywhere });
  addAudit(program, { perform, everywhere });
  addAdvisories(program, { perform, everywhere });
  addPrescriptions(program, { perform, everywhere });
  addProvenanceCheck(program, perform);
  addRefresh(program, { perform, everywhere });
  addWarm(program, { perform, everywhere });
  addInspect(program, { perform, everywhere });
  addHealth(program, { perform, everywhere });
  addOutdated(program, { perform, everywhere });
  addProject(program, { perform, everywhere });
  addRuntimes(program, perform);
  addDoctor(program, { perform, everywhere });
  addKnowledge(program, perform);
  addWatch(program, perform);
  addQueue(program, { perform, everywhere });
}

function addStatus(program: Command, perform: Perform): void {
  everywhere(program.command("status"))
    .description("advices that wait for facts, and what became of those that did")
    .argument("[RUN]", "the id of a run, or its beginning")
    .action((id: string | undefined, options: Options) =>
      perform(options, async (context) => {
        const { runStatus } = await import("./status.ts");
        return runStatus(id, context);
      }),
    );
}

function addSolve(program: Command, perform: Perform): void {
  everywhere(program.command("solve"))
    .description("learn about releases: metadata, then installation in a throwaway environment")
    .argument("<spec...>", "NAME or NAME with a specifier, such as `flask>=2`")
    .option("--python <X.Y>", "Python to solve for")
    .option("--index-url <url>", "the index to ask, in place of pip's")
    .action((specs: string[], options: Options) =>
      perform(options, async (context) => {
        const { runSolve } = await import("./solve.ts");
        return runSolve(specs, context);
      }),
    );
}

function addInvestigate(program: Command, perform: Perform): void {
  everywhere(program.command("investigate"))
    .description("handle what waits in the queue")
    .option("--follow", "go on as messages come, until stopped")
    .option("--index-url <url>", "the index to ask, in place of pip's")
    .option("--jobs <lanes>", "messages at once by lane, e.g. install=2,si-scan=1")
    .option("--max-pending <number>", "most tasks that may wait in the engine")
    .option("--listen <[host:]port>", "serve /metrics and /health")
    .option("--refresh-every <duration>", "with --follow: look for what changed, e.g. 12h")
    .addOption(
      new Option("--log-format <format>", "a log on stderr (with --follow: text)").choices([
        "text",
        "json",
      ]),
    )
    .action((options: Options) => {
      const follow = options["follow"] === true;
      const usual = follow && options["quiet"] !== true ? "text" : undefined;
      return perform({ ...options, logFormat: options["logFormat"] ?? usual }, async (context) => {
        const { runInvestigate } = await import("./investigate.ts");
        return runInvestigate(follow, context);
      });
    });
}

function addProvenanceCheck(program: Command, perform: Perform): void {
  everywhere(program.command("provenance-check"))
    .description("is every file of a lock where the lock says it comes from, and who published it?")
    .argument("[DIR]", "project directory", ".")
    .option("--online", "ask the indexes first, in place of the store alone")
    .option("--allow <url>", "an index that files may come from (repeatable)", collect)
    .option("--trust-root <file>", "verify signatures of attestations with this trusted root")
    .option("--no-wait", "leave it to the investigator")
    .action((directory: string, options: Options) =>
      perform(options, async (context) => {
        const { runProvenanceCheck } = await import("./provenance-check.ts");
        return runProvenanceCheck(
          {
            directory,
            online: options["online"] === true,
            allowed: texts(options["allow"]),
            trustRoot: texts([options["trustRoot"]])[0],
            wait: options["wait"] !== false,
          },
          context,
        );
      }),
    );
}

function addRuntimes(program: Command, perform: Perform): void {
  everywhere(program.command("runtimes"))
    .description("the runtimes that can be advised for: found here, or declared in .thoth.yaml")
    .action((options: Options) =>
      perform(options, async (context) => {
        const { runRuntimes } = await import("./runtimes.ts");
        return runRuntimes(context);
      }),
    );
}

function addKnowledge(program: Command, perform: Perform): void {
  const knowledge = program.command("knowledge").description("look into the knowledge store");
  everywhere(knowledge.command("show"))
    .description("what is known of a package")
    .argument("<name>", "package")
    .action((name: string, options: Options) =>
      perform(options, async (context) => {
        const { showKnowledge } = await import("./knowledge.ts");
        return showKnowledge(name, context);
      }),
    );
  everywhere(knowledge.command("stats"))
    .description("how much is known")
    .action((options: Options) =>
      perform(options, async (context) => {
        const { countKnowledge } = await import("./knowledge.ts");
        return countKnowledge(context);
      }),
    );
  everywhere(knowledge.command("verify"))
    .description("read every file; exit with 4 if one is damaged")
    .action((options: Options) =>
      perform(options, async (context) => {
        const { verifyKnowledge } = await import("./knowledge.ts");
        return verifyKnowledge(context);
      }),
    );
  addArchives(knowledge, perform);
  addBackEnds(knowledge, { perform, everywhere });
}

function addArchives(knowledge: Command, perform: Perform): void {
  everywhere(knowledge.command("export"))
    .description("write what the store knows to one archive, for another machine")
    .requiredOption("-o, --output <file>", "the archive, a tar.gz")
    .option("--since <archive>", "leave out what this one holds (repeatable)", collect)
    .action((options: Options) =>
      perform(options, async (context) => {
        const { runExport } = await import("./knowledge-archive.ts");
        const { output, since } = options;
        return runExport({ output: String(output), since: texts(since) }, context);
      }),
    );
  everywhere(knowledge.command("import"))
    .description("merge an archive into the store; what is known already stays")
    .argument("<archive>", "written by `thoth knowledge export`")
    .option("--verify", "read it to its end and change nothing")
    .action((archive: string, options: Options) =>
      perform(options, async (context) => {
        const { runImport } = await import("./knowledge-archive.ts");
        return runImport({ archive, verifyOnly: options["verify"] === true }, context);
      }),
    );
}

function addWatch(program: Command, perform: Perform): void {
  everywhere(program.command("watch"))
    .description("advise projects anew when something changes under their locks, or list them")
    .argument("[DIR...]", "project directories; none: list the watched ones")
    .option("--no-dev", "advise on [packages] only")
    .option("--dev", "advise on all categories (the default)")
    .option("--write", "write new locks into the project")
    .option("--exec <command>", "run this once a report is there (THOTH_REPORT, THOTH_LOCK, …)")
    .action((directories: string[], options: Options) =>
      perform(options, async (context) => {
        const { runWatch } = await import("./watch.ts");
        const exec = options["exec"];
        return runWatch(
          {
            directories,
            dev: options["dev"] !== false,
            write: options["write"] === true,
            exec: typeof exec === "string" ? exec : undefined,
          },
          context,
        );
      }),
    );
  everywhere(program.command("unwatch"))
    .description("watch projects no longer")
    .argument("<DIR...>", "project directories")
    .action((directories: string[], options: Options) =>
      perform(options, async (context) => {
        const { runUnwatch } = await import("./watch.ts");
        return runUnwatch(directories, context);
      }),
    );
}

/** The options that every command has. */
function everywhere(command: Command): Command {
  return command
    .option("--store <dir>", "the knowledge store")
    .option("--runtime <name>", "runtime to work for, see `thoth runtimes`")
    .option("--timeout <duration>", "stop after so long, e.g. 90 or 5m")
    .option("--json", "print the result as JSON")
    .option("-q, --quiet", "the closing sentence only")
    .option("-v, --verbose", "every pin and every reason")
    .addOption(new Option("--color <when>", "colours").choices(["auto", "always", "never"]))
    .option("--debug", "print a stack trace when something fails")
    .option("--exit-zero", "exit with 0 where the answer is no or incomplete");
}

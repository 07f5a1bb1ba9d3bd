import { resolve } from "node:path";
import { loadConfiguration } from "../config.ts";
import { type Manifest, shownPath } from "../loop/manifest.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import type { OutdatedProject, OutdatedReport } from "../model/outdated.ts";
import { outdatedJson, outdatedMarkdown, renderOutdated } from "../reports/outdated.ts";
import { momentText } from "../util/moment.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { outdatedProject } from "./outdated-project.ts";
import { versionSkew } from "./version-skew.ts";
import { withServices } from "./with-services.ts";

export interface OutdatedFlags {
  /** None: the working directory. */
  readonly directories: readonly string[];
  readonly check: boolean;
  readonly format: "text" | "json" | "markdown";
}

/** `thoth outdated`: writes nothing but knowledge. */
export async function runOutdated(
  flags: OutdatedFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const { workingDirectory } = context;
  const directories = flags.directories.length === 0 ? ["."] : flags.directories;
  const unique = new Set(directories.map((one) => resolve(workingDirectory, one)));
  const manifests: Manifest[] = [];
  // All are read before one is asked about: a mistyped one costs nothing
  for (const directory of unique) manifests.push(await manifestOf(directory, context));
  const projects: OutdatedProject[] = [];
  const warnings: string[] = [];
  let asOf: number | undefined;
  for (const manifest of manifests) {
    await withServices(unverified(context), manifest.root, async (services) => {
      const shown = shownPath(manifest.root, workingDirectory);
      const found = await outdatedProject(manifest, shown, services);
      projects.push(found.project);
      warnings.push(...found.warnings.map(({ message }) => message));
      ({ asOf } = services.configuration);
    });
  }
  const report: OutdatedReport = {
    projects,
    skew: versionSkew(projects),
    ...(asOf === undefined ? {} : { asOf: momentText(asOf) }),
  };
  return {
    stdout: rendered(report, flags, context),
    stderr: [...new Set(warnings)]
      .map((one) => `${context.color.stderr.warning("warning:")} ${one}\n`)
      .join(""),
    exitCode: exitCodeOf(projects, flags),
  };
}

async function manifestOf(
  projectDirectory: string,
  { flags, environment, workingDirectory }: CommandContext,
): Promise<Manifest> {
  const configuration = await loadConfiguration({ flags, environment, projectDirectory });
  return projectManifest(projectDirectory, workingDirectory, configuration);
}

/** To compare versions nothing needs to be installed, unless that is asked for. */
function unverified(context: CommandContext): CommandContext {
  const { verify = "none" } = context.flags;
  return { ...context, flags: { ...context.flags, verify } };
}

function rendered(
  report: OutdatedReport,
  { format }: OutdatedFlags,
  { columns, color, verbosity }: CommandContext,
): string {
  switch (format) {
    case "json":
      return outdatedJson(report);
    case "markdown":
      return outdatedMarkdown(report);
    case "text":
      return renderOutdated(report, { columns, color: color.stdout, verbosity });
  }
}

function exitCodeOf(projects: readonly OutdatedProject[], { check }: OutdatedFlags): number {
  if (projects.some(({ outcome }) => outcome === "incomplete")) return 3;
  if (projects.some(({ outcome }) => outcome === "unsatisfiable")) return 1;
  return check &&
    projects.some(({ packages }) => packages.some(({ change = "kept" }) => change !== "kept"))
    ? 1
    : 0;
}

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfiguration } from "../config.ts";
import { reportFile } from "../loop/leave-report.ts";
import { projectManifest } from "../loop/project-manifest.ts";
import { chooseRuntime } from "../loop/runtime-choice.ts";
import { isProject } from "../loop/watched-lock.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderWatched, type WatchedState, watchedText } from "../reports/watched.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface WatchFlags {
  readonly directories: readonly string[];
  readonly dev: boolean;
  readonly write: boolean;
  readonly exec: string | undefined;
}

/** `thoth watch [DIR…]`: remembers projects, or lists those that are watched. */
export async function runWatch(flags: WatchFlags, context: CommandContext): Promise<CommandResult> {
  if (flags.exec?.trim() === "") {
    throw new ThothError("usage", "--exec needs a command", {
      hint: "leave it out if nobody is to be told",
    });
  }
  if (flags.directories.length === 0 && (flags.write || flags.exec !== undefined)) {
    throw new ThothError("usage", "--write and --exec are for a project", {
      hint: "name its directory: `thoth watch . --write`",
    });
  }
  return withServices(context, context.workingDirectory, async (services) => {
    const watched = new Set(services.projects.all().map(({ directory }) => directory));
    const projects: WatchedProject[] = [];
    // All are looked at before one is watched: a mistyped one changes nothing
    for (const directory of flags.directories)
      projects.push(await watchable(directory, flags, services, context));
    for (const project of projects) await services.projects.add(project);
    if (context.json || projects.length === 0) return listed(services, context);
    const lines = projects.map((project) => {
      const verb = watched.has(project.directory) ? "Updated" : "Watching";
      return `${verb} ${safeText(project.directory)}: ${watchedText(project)}`;
    });
    const how =
      "`thoth investigate --follow --refresh-every 12h` advises anew when something changes under a lock";
    return told([...lines, ...(context.verbosity === "quiet" ? [] : [how])]);
  });
}

/** `thoth unwatch DIR…`: forgets projects; what their runs left stays. */
export async function runUnwatch(
  directories: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async (services) => {
    const watched = services.projects.all();
    const named = directories.map((one) => resolve(context.workingDirectory, one));
    for (const directory of named) {
      if (watched.some((project) => project.directory === directory)) continue;
      throw new ThothError("usage", `\`${directory}\` is not watched`, {
        hint: "`thoth watch` lists what is",
      });
    }
    for (const directory of named) await services.projects.remove(directory);
    if (context.json) return listed(services, context);
    return told(named.map((directory) => `No longer watching ${safeText(directory)}`));
  });
}

function told(lines: readonly string[]): CommandResult {
  return { stdout: `${lines.join("\n")}\n`, stderr: "", exitCode: 0 };
}

/** Throws what would stop `thoth advise` in that project: watching it would be of no use. */
async function watchable(
  directory: string,
  { dev, write, exec }: WatchFlags,
  services: Services,
  context: CommandContext,
): Promise<WatchedProject> {
  const { flags, environment, workingDirectory } = context;
  const project = resolve(workingDirectory, directory);
  const configuration = await loadConfiguration({ flags, environment, projectDirectory: project });
  const manifest = projectManifest(project, workingDirectory, configuration);
  await chooseRuntime({ ...services, configuration }, manifest.pipfile.requires);
  return {
    directory: project,
    ...(manifest.kind === "pipfile" && manifest.directory === project
      ? {}
      : { files: { manifest: manifest.pipfilePath, lock: manifest.lockPath } }),
    runtime: flags.runtime ?? null,
    dev,
    write,
    exec: exec ?? null,
    addedAt: new Date(services.now()).toISOString(),
  };
}

function listed(services: Services, context: CommandContext): CommandResult {
  const states = services.projects.all().map((project) => stateOf(project, services));
  const stdout = context.json
    ? jsonDocument({ schema: "thoth.watched", version: "1.0", projects: states.map(document) })
    : renderWatched(states, { color: context.color.stdout, now: services.now() });
  return { stdout, stderr: "", exitCode: 0 };
}

function stateOf(project: WatchedProject, { runs }: Services): WatchedState {
  const { directory } = project;
  const lastRun = runs.all().find((run) => run.purpose === "watched" && run.project === directory);
  const report = lastRun === undefined ? undefined : join(runs.folder(lastRun.id), reportFile);
  return {
    project,
    exists: isProject(project),
    lastRun,
    report: report !== undefined && existsSync(report) ? report : undefined,
  };
}

function document({ project, exists, lastRun, report }: WatchedState) {
  if (lastRun === undefined) return { ...project, exists, lastRun: null };
  const { id, state, outcome, lock, problem, causes, updatedAt } = lastRun;
  return {
    ...project,
    exists,
    lastRun: { id, state, outcome, lock, problem, causes, updatedAt, report },
  };
}

import type { Consultation } from "../adviser/advise.ts";
import type { AdviceSettings } from "../model/advice-settings.ts";
import type { Prescriptions } from "../model/prescription.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import type { PackageName } from "../python/name.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import type { Services } from "../wiring.ts";
import { activeConstraints } from "./active-constraints.ts";
import { adviceSettings } from "./advice-settings.ts";
import { configuredPrescriptions } from "./configured-prescriptions.ts";
import { type IndexSources, indexSources } from "./index-sources.ts";
import type { Manifest } from "./manifest.ts";
import { projectOf } from "./project-of.ts";
import { chooseRuntime, requirePython } from "./runtime-choice.ts";

/** All that advice on one project depends on. */
export interface AdviceQuestion {
  readonly services: Services;
  readonly manifest: Manifest;
  readonly runtime: Runtime;
  readonly sources: IndexSources;
  readonly project: Project;
  /** Lines of the Pipfile that do not count on the runtime. */
  readonly inactive: readonly PipfileEntry[];
  /** Categories that are advised on; undefined: all. */
  readonly categories: ReadonlySet<string> | undefined;
  /** How many different stacks, the best first. */
  readonly count: number;
}

/** What a user may choose beside the configuration. */
export interface QuestionOptions {
  readonly dev: boolean;
  /** Names whose old pins are given up; "all" for every name. */
  readonly upgrade: ReadonlySet<PackageName> | "all";
  /** How many different stacks; undefined: one. */
  readonly count?: number;
}

/** Advice, and what to do once it was acted upon. */
export interface Obtained extends Consultation {
  /** What the gaps that are left failed on; undefined if nothing failed. */
  readonly failure: unknown;
  readonly end: () => Promise<void>;
}

/** What the sources use of modules, where some prescription asks for it; else nobody looks. */
async function usedSymbols(
  { directory }: Manifest,
  { python }: Runtime,
  prescriptions: Prescriptions | undefined,
): Promise<AdviceSettings["libraryUsage"]> {
  if (prescriptions?.asksForLibraryUsage !== true) return undefined;
  const { libraryUsage } = await import("./library-usage.ts");
  const { symbols } = await libraryUsage(directory, python);
  return new Map([...symbols].map(([module, names]) => [module, [...names].sort()]));
}

/** The question that a project puts, under the configuration of the services. */
export async function adviceQuestion(
  manifest: Manifest,
  services: Services,
  options: QuestionOptions,
): Promise<AdviceQuestion> {
  const { pipfile } = manifest;
  const sources = await indexSources(pipfile.sources, services);
  const runtime = await chooseRuntime(services, pipfile.requires);
  requirePython(runtime, pipfile.requires);
  const prescriptions = await configuredPrescriptions(services);
  const categories = options.dev ? undefined : new Set(["packages"]);
  const { project, inactive } = projectOf(manifest, {
    runtime,
    ...(categories === undefined ? {} : { categories }),
    upgrade: options.upgrade,
    indexes: sources.order,
    indexNames: sources.byName,
    settings: {
      ...adviceSettings(manifest, services, { sources, prescriptions }),
      constraints: activeConstraints(manifest, runtime),
      libraryUsage: await usedSymbols(manifest, runtime, prescriptions),
    },
  });
  const { count = 1 } = options;
  return { services, manifest, runtime, sources, project, inactive, categories, count };
}

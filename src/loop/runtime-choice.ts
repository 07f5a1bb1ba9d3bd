import { type Runtime, type RuntimeId, runtimeId } from "../model/runtime.ts";
import type { PipfileRequires } from "../python/pipfile-sections.ts";
import { specifierContains } from "../python/specifier.ts";
import { declaredRuntime } from "../solver/declared-runtime.ts";
import { hostSystem } from "../solver/host-system.ts";
import { rootRuntime } from "../solver/root-runtime.ts";
import { discoverRuntimes } from "../solver/runtimes.ts";
import { type Place, ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";

/** A declared runtime that can't be had as declared, and why. */
export interface BrokenRuntime {
  readonly id: RuntimeId;
  readonly problem: ThothError;
}

interface Runtimes {
  /** Those declared, then the machine's. */
  readonly known: readonly Runtime[];
  /** Whoever asks for another runtime need not mind them. */
  readonly broken: readonly BrokenRuntime[];
}

/** All runtimes: the machine's, and those that `.thoth.yaml` declares, first. */
export async function knownRuntimes(
  services: Pick<Services, "configuration">,
): Promise<readonly Runtime[]> {
  return (await allRuntimes(services)).known;
}

/** The same, with those whose folders can't be used. */
export async function allRuntimes({
  configuration,
}: Pick<Services, "configuration">): Promise<Runtimes> {
  const { cacheDirectory } = configuration;
  const found = await discoverRuntimes({ cacheDirectory });
  const declared: Runtime[] = [];
  const broken: BrokenRuntime[] = [];
  for (const one of configuration.environments) {
    const id = runtimeId(one.name);
    try {
      declared.push(
        one.rootfs === undefined
          ? declaredRuntime(one, found)
          : await rootRuntime({ ...one, rootfs: one.rootfs }, { cacheDirectory }),
      );
    } catch (problem) {
      if (one.rootfs === undefined || !(problem instanceof ThothError)) throw problem;
      broken.push({ id, problem });
    }
  }
  return { known: [...declared, ...found], broken };
}

/**
 * The runtime to advise for: `--runtime`, else `--python`, else the first that `.thoth.yaml`
 * declares, else the Pipfile's [requires], else what `python3` starts.
 */
export async function chooseRuntime(
  services: Services,
  requires: PipfileRequires,
): Promise<Runtime> {
  const { configuration } = services;
  const { known: runtimes, broken } = await allRuntimes(services);
  const wanted = configuration.runtime;
  if (wanted !== undefined) {
    const named = runtimes.find(({ id }) => id === wanted);
    if (named !== undefined) return named;
    const problem = broken.find(({ id }) => id === wanted)?.problem;
    if (problem !== undefined) throw problem;
    throw unknownRuntime(`no runtime is called \`${wanted}\``, runtimes);
  }
  const required = requires.pythonFullVersion ?? requires.pythonVersion;
  if (configuration.python !== undefined)
    return ofPython({ version: configuration.python, who: "--python" }, runtimes);
  const declared = configuration.environments[0];
  if (declared !== undefined) {
    const first = runtimes.find(({ id }) => id === declared.name);
    if (first !== undefined) return first;
    const problem = broken.find(({ id }) => id === declared.name)?.problem;
    if (problem !== undefined) throw problem;
  }
  if (required !== undefined) {
    return ofPython({ version: required, who: "the Pipfile", place: requires.place }, runtimes);
  }
  const [first] = runtimes.filter(({ pythonFull }) => isPythonOf(requires, pythonFull));
  if (first !== undefined) return first;
  throw new ThothError(
    "no-python",
    "no Python on this machine, and the Pipfile says nothing of one",
    {
      hint: "install Python 3, or say which one the project runs on: `--python 3.12`",
    },
  );
}

/** Throws `unknown-runtime` where a runtime was asked for that requires-python leaves out. */
export function requirePython(runtime: Runtime, requires: PipfileRequires): void {
  if (isPythonOf(requires, runtime.pythonFull)) return;
  const { pythonRange, place } = requires;
  throw new ThothError(
    "unknown-runtime",
    `the project asks for Python ${pythonRange?.text}, and ${runtime.id} has ${runtime.pythonFull}`,
    { place, hint: "name another Python with --python, or another runtime with --runtime" },
  );
}

/** Whether a Python is one that requires-python admits. */
function isPythonOf({ pythonRange }: PipfileRequires, pythonFull: string): boolean {
  return pythonRange === undefined || specifierContains(pythonRange, pythonFull);
}

interface WantedPython {
  readonly version: string;
  readonly who: string;
  readonly place?: Place | undefined;
}

/** A runtime of one Python: the machine's own where it has it, else this system with that Python. */
function ofPython({ version, who, place }: WantedPython, runtimes: readonly Runtime[]): Runtime {
  const full = version.split(".").length > 2;
  const fits = ({ python, pythonFull }: Runtime) => (full ? pythonFull : python) === version;
  const found = runtimes.find((runtime) => fits(runtime) && runtime.interpreter !== undefined);
  if (found !== undefined) return found;
  const major = Number(version.split(".")[0]);
  if (major !== 2 && major !== 3) {
    throw new ThothError(
      "unknown-runtime",
      `there is no Python ${version}, which ${who} asks for`,
      { place, hint: "name a Python such as 3.12" },
    );
  }
  const declaration = { name: `python-${version}`, pythonVersion: version };
  const system = runtimes.length === 0 ? hostSystem() : undefined;
  return declaredRuntime(
    system === undefined ? declaration : { ...declaration, operatingSystem: system },
    runtimes,
  );
}

function unknownRuntime(message: string, runtimes: readonly Runtime[]): ThothError {
  const names = runtimes.map(({ id }) => id).join(", ");
  return new ThothError("unknown-runtime", message, {
    hint: names === "" ? "no runtime was found; see `thoth runtimes`" : `there are: ${names}`,
  });
}

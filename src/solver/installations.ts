import type { Runtime } from "../model/runtime.ts";
import { ThothError } from "../util/errors.ts";
import { type Installation, probeInterpreter } from "./installation.ts";
import { probeInRoot } from "./root-probe.ts";

const installations = new Map<string, Promise<Installation>>();

/**
 * The installation behind a runtime; each is probed once.
 * @throws ThothError("no-python") where there is none: nothing can be built or tried out then.
 */
export function installationFor(runtime: Runtime): Promise<Installation> {
  const { interpreter, root } = runtime;
  if (interpreter === undefined) {
    throw new ThothError("no-python", `runtime \`${runtime.id}\` has no interpreter here`, {
      hint: "what needs one stays unknown; run Thoth where that Python is installed",
    });
  }
  const key = `${root ?? ""}\0${interpreter}`;
  let installation = installations.get(key);
  if (installation === undefined) {
    installation = probe(interpreter, root);
    installations.set(key, installation);
    // A machine that was in trouble for a moment is asked again
    installation.catch(() => installations.delete(key));
  }
  return installation;
}

async function probe(interpreter: string, root: string | undefined): Promise<Installation> {
  const found =
    root === undefined
      ? await probeInterpreter(interpreter)
      : (await probeInRoot(root, interpreter)).installation;
  if (found !== undefined) return found;
  throw new ThothError("no-python", `\`${interpreter}\` is no Python that works`, {
    hint: "see `thoth runtimes` for those found on this machine",
  });
}

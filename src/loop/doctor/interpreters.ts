import { setMaxListeners } from "node:events";
import type { Finding } from "../../model/checkup.ts";
import { type ExaminedInterpreter, examineInterpreters } from "../../solver/runtimes.ts";
import { allRuntimes } from "../runtime-choice.ts";
import { type Check, checkLimitMs, findingOf } from "./check.ts";

/** The Pythons of this machine, and the runtimes that `.thoth.yaml` declares. */
export const interpreters: Check = {
  name: "interpreters",
  find: async ({ configuration }, signal) => {
    const { cacheDirectory, environments } = configuration;
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(checkLimitMs * 0.75)]);
    setMaxListeners(0, inTime);
    const examined = await examineInterpreters({ cacheDirectory }, inTime);
    const { broken } =
      environments.length === 0 ? noneBroken : await allRuntimes({ configuration });
    return [
      usable(examined),
      ...examined.flatMap(drawback),
      ...broken.map(({ id, problem }) => {
        const finding = findingOf(problem);
        return { ...finding, text: `runtime ${id}: ${finding.text}` };
      }),
    ];
  },
};

const noneBroken = { broken: [] };

function usable(examined: readonly ExaminedInterpreter[]): Finding {
  const pythons = examined.flatMap(({ python }) => python ?? []);
  if (pythons.length === 0) {
    return {
      condition: "broken",
      text: "no Python on this machine",
      hint: "install Python 3 with pip and venv; without, locks are made by markers and tags alone (`thoth advise --python 3.12 --index-url URL`)",
      facts: { pythons: 0 },
    };
  }
  const facts = { pythons: pythons.length, first: pythons[0] ?? "" };
  return { condition: "works", text: `Python ${pythons.join(", ")}`, facts };
}

function drawback({ path, python, hasPip, hasVenv }: ExaminedInterpreter): readonly Finding[] {
  if (python === undefined) {
    return [
      {
        condition: "warning",
        text: `\`${path}\` is no Python that works, or does not answer`,
        hint: "mend it or take it off PATH",
      },
    ];
  }
  // Nothing is installed with a Python 2: its releases are only read
  if (python.startsWith("2.") || (hasPip && hasVenv)) return [];
  const [missing, remedy] = hasPip
    ? ["venv", `install its venv module, such as \`apt-get install python3-venv\``]
    : ["pip", `\`${path} -m ensurepip\`, or install pip for it`];
  const text = `\`${path}\` (${python}) has no ${missing}: nothing can be installed with it`;
  return [{ condition: "warning", text, hint: remedy }];
}

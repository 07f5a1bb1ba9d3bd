import { basename, dirname } from "node:path";
import type { AdviceQuestion } from "../loop/advice-question.ts";
import type { Advice } from "../model/advice.ts";
import type { AdviceReport } from "../model/advice-report.ts";
import { gapText } from "../model/gap.ts";
import { importAgainHint, importHint } from "../reports/advisories-age.ts";
import { counted } from "../reports/wording.ts";
import { Interrupted } from "../util/interrupted.ts";
import type { Services } from "../wiring.ts";

/** What is wrong without standing in the way: in the Pipfile, in the store, and in what is known. */
export function adviceWarnings(question: AdviceQuestion): AdviceReport["warnings"] {
  return [
    ...manifestWarnings(question),
    ...unhashedWarnings(question),
    ...unusedKeys(question.services),
    ...damageWarnings(question.services),
    ...prescriptionWarnings(question),
    ...blindWarnings(question.services),
  ];
}

/** In what an answer falls short of what was asked for. */
export function shortcomings(
  { services, manifest, count: asked }: AdviceQuestion,
  advice: Advice,
): AdviceReport["warnings"] {
  const { offline } = services.configuration;
  const { reason } = services.signal;
  const stopped = advice.outcome === "locked" && advice.stopped === true;
  const lock = basename(manifest.lockPath);
  return [
    ...(stopped && reason instanceof Error ? stopWarnings(reason, lock) : []),
    ...fewerStacks(advice, { asked, offline }),
  ];
}

function stopWarnings(reason: Error, lock: string): AdviceReport["warnings"] {
  const message = `${reason.message}: this is the best so far`;
  if (!(reason instanceof Interrupted)) return [{ message }];
  const hint = "with `--timeout`, say of 10s, the best that is found by then is written";
  return [{ message: `${message}, ${lock} was not written`, hint }];
}

/** Why fewer stacks are told than were asked for. */
export function fewerStacks(
  advice: Advice,
  { asked, offline }: { readonly asked: number; readonly offline: boolean },
): AdviceReport["warnings"] {
  if (advice.outcome !== "locked") return [];
  const { others = [], open = [], stopped = false } = advice;
  const found = others.length + 1;
  if (found >= asked) return [];
  const told = `${found} of ${asked} stacks`;
  if (stopped) return [{ message: `${told}: the search for more was stopped` }];
  const [first] = open;
  if (first === undefined)
    return [{ message: `${told}: no other choice of what the project asks for makes a stack` }];
  const facts = counted(open.length, "fact");
  const message = `${told}: for more, ${facts} ${open.length === 1 ? "is" : "are"} missing, such as ${gapText(first)}`;
  return [{ message, ...(offline ? { hint: "without `--offline` they are learnt" } : {}) }];
}

function manifestWarnings({ manifest, inactive }: AdviceQuestion): AdviceReport["warnings"] {
  const told = manifest.pipfile.warnings.map(({ message, hint, place }) => ({
    message: place === undefined ? message : `${place.file}:${place.line}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  }));
  const left = inactive.map(({ name, markers = "", place }) => ({
    message: `${place.file}:${place.line}: ${name} is left out: \`${markers}\` does not hold on this runtime`,
  }));
  return [...told, ...left];
}

/** What the original's service was told in that file means nothing here. */
function unusedKeys({ configuration }: Services): AdviceReport["warnings"] {
  return configuration.unused.map(({ file, keys }) => ({
    message: `${file}: ${keys.map((key) => `\`${key}\``).join(", ")} ${keys.length === 1 ? "means" : "mean"} nothing here`,
  }));
}

/** pip compares hashes for all lines of a file or for none. */
function unhashedWarnings({ manifest }: AdviceQuestion): AdviceReport["warnings"] {
  if (manifest.kind !== "requirements") return [];
  const entries = manifest.pipfile.categories.flatMap((category) => category.entries);
  return entries.flatMap(({ kind, name, place }) =>
    kind === "git" || kind === "path"
      ? [
          {
            message: `${place.file}:${place.line}: ${name} comes from ${kind === "git" ? "git" : "a path"} and has no hash, so pip refuses the locked file`,
            hint: "lock a pyproject.toml into pylock.toml, or publish the package on an index",
          },
        ]
      : [],
  );
}

/** Of files that were looked at; `thoth prescriptions validate` looks at all. */
function prescriptionWarnings({ project }: AdviceQuestion): AdviceReport["warnings"] {
  const faults = project.settings?.prescriptions?.faults() ?? [];
  const told = faults.slice(0, mostFaults).map(({ message, place, hint }) => ({
    message: `prescriptions${place === undefined ? "" : ` ${place.file}:${place.line}`}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  }));
  const left = faults.length - told.length;
  return left <= 0
    ? told
    : [
        ...told,
        {
          message: `${left} more faults in prescriptions`,
          hint: "see `thoth prescriptions validate`",
        },
      ];
}

const mostFaults = 5;

/** Who asks for what is safe must not take silence for that. */
function blindWarnings({ configuration, store }: Services): AdviceReport["warnings"] {
  if (configuration.recommendationType !== "security") return [];
  if (store.advisoryDatabase() !== undefined) return [];
  return [
    {
      message: "no advisories are imported: nobody knows which releases are affected",
      hint: importHint,
    },
  ];
}

function damageWarnings(services: Services): AdviceReport["warnings"] {
  return services.store.damaged().map(({ file, reason }) =>
    basename(dirname(file)) === "advisories"
      ? {
          message: `the advisories of the store are damaged: ${file}: ${reason}`,
          hint: importAgainHint,
        }
      : {
          message: `a damaged file of the store was set aside: ${file}: ${reason}`,
          hint: "what it held is learnt again; see `thoth knowledge verify`",
        },
  );
}

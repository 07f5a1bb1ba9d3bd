import type { FailureClass } from "../model/knowledge.ts";
import { detailOf } from "./detail.ts";
import type { Failure } from "./import-failure.ts";

type Rules = readonly (readonly [RegExp, FailureClass])[];

const memory: Rules[number] = [
  /MemoryError|bad_alloc|cannot allocate memory|virtual memory exhausted|Killed signal terminated program/i,
  "out-of-memory",
];

// Memory is what the throwaway environment is kept in; whoever knows it to be on disk looks there.
const noSpace: Rules[number] = [/No space left on device/, "out-of-memory"];

// What a compiler says of the code itself, which no library would mend.
const badCode: Rules[number] = [
  /^\S+\.(c|cc|cpp|cxx|pyx|f90|rs|h|hpp):\d+(:\d+)?: error:/,
  "build-failed",
];

// A build names what it lacks in as many ways as there are build systems.
const buildRules: Rules = [
  memory,
  noSpace,
  badCode,
  [/fatal error: [^\s:]+\.(h|hh|hpp): No such file/, "system-library"],
  [/'[^'\s]+\.(h|hpp)' file not found/, "system-library"],
  [/\b[\w-]+[-_]config\b[^\n]*(not found|is required|No such file)/i, "system-library"],
  [/(not found|No such file)[^\n]*\b\w+[-_]config\b/i, "system-library"],
  [/pkg-config[^\n]*(not found|is required|missing|No such file)/i, "system-library"],
  [/find[^\n]*pkg-config/i, "system-library"],
  [/No package '[^']+' found|was not found in the pkg-config search path/, "system-library"],
  [
    /(unable to execute|command) '[^']*(cc|gcc|g\+\+|clang|clang\+\+)[^']*'[^\n]*No such file/,
    "system-library",
  ],
  [
    /unknown compiler|no acceptable C compiler|No CMAKE_\w+_COMPILER could be found/i,
    "system-library",
  ],
  [/cmake[^\n]*(must be installed|not found|is required|not installed)/i, "system-library"],
  [
    /(cargo|rustc?|rust compiler|rust toolchain)[^\n]*(not found|not installed|is required|can't find)/i,
    "system-library",
  ],
  [/can't find rust compiler/i, "system-library"],
  [
    /cannot find -l\w+|library dfftpack|No BLAS\/LAPACK|Dependency "[^"]+" not found/i,
    "system-library",
  ],
  [/development (packages|headers|libraries|files)[^\n]*installed/i, "system-library"],
  // A program has no suffix; `README.md` in the same words is a mistake of the sdist.
  [/No such file or directory: b?'[\w+-]+'/, "system-library"],
  [
    /requires a different Python|Python version [^\n]*required|requires Python [\d<>=~!]|only supports Python/i,
    "requires-python",
  ],
  [
    /BackendUnavailable|No matching distribution found|No module named|DistributionNotFound/,
    "build-requirements",
  ],
];

/** Why a build failed, by what it printed. */
export function judgeBuild(output: string): Failure {
  return judge(output, buildRules, "build-failed");
}

const installRules: Rules = [
  memory,
  noSpace,
  [/requires a different Python|requires Python/i, "requires-python"],
  [/not a supported wheel on this platform/, "no-file"],
  [/inconsistent (name|version)|invalid metadata|has inconsistent/i, "bad-metadata"],
  [
    /BadZipFile|is invalid|invalid wheel|not a valid wheel|UnsupportedWheel|Bad CRC|zlib\.error|not a zip file/i,
    "bad-archive",
  ],
];

/** Why pip refused a wheel, by what it printed. */
export function judgeInstall(output: string): Failure {
  return judge(output, installRules, "install-failed");
}

/** Why a source could not be unpacked or copied, by what Python said of it. */
export function judgeArchive(output: string): Failure {
  return judge(output, [memory, noSpace], "bad-archive");
}

/**
 * The last thing that was said decides: builds probe for headers and programs and go on without
 * them, so what stands further up need not be what they died of.
 */
function judge(output: string, rules: Rules, otherwise: FailureClass): Failure {
  let decided: { readonly at: number; readonly rule: Rules[number] } | undefined;
  for (const rule of rules) {
    const at = lastMatch(output, rule[0]);
    if (at !== undefined && at > (decided?.at ?? -1)) decided = { at, rule };
  }
  if (decided === undefined) return { failure: otherwise, detail: detailOf(output) };
  const [, failure] = decided.rule;
  return { failure, detail: tellingLines(output, decided.at) };
}

function lastMatch(output: string, pattern: RegExp): number | undefined {
  const everywhere = new RegExp(pattern.source, `${pattern.flags}gm`);
  return [...output.matchAll(everywhere)].at(-1)?.index;
}

/** The line that decided first, since it says most, then the end of the output. */
function tellingLines(output: string, at: number): string {
  const end = detailOf(output).split("\n");
  const start = output.lastIndexOf("\n", at) + 1;
  const telling = detailOf(output.slice(start).split("\n", 1)[0] ?? "");
  if (end[0] === telling) return end.join("\n");
  return detailOf([telling, "…", ...end.slice(-9)].join("\n"));
}

import type { InstalledFact } from "../model/knowledge.ts";
import { type Release, releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { parseVersion, versionEquals } from "../python/version.ts";
import { ThothError } from "../util/errors.ts";
import { detailOf } from "./detail.ts";
import { type Fields, numberField, textField } from "./fields.ts";
import { type Failure, judgeImport, killed } from "./import-failure.ts";
import { type ImportReport, importReport } from "./import-report.ts";
import type { InstallCheck, InstallPin } from "./install-plan.ts";
import { type RunLimits, usualLimits } from "./limits.ts";
import { fallsShort, heed, judgeEnd } from "./run-end.ts";
import { judgeInstall } from "./tool-failure.ts";
import type { ScriptResult } from "./workshop.ts";

/** Collects facts from the lines that python/install_check.py writes, over one try or two. */
export class InstallResults {
  readonly facts = new Map<string, InstalledFact>();
  /** The last try was killed as a whole. */
  endedAsOne = false;
  readonly #check: InstallCheck;
  readonly #tools: InstalledFact["tools"];
  readonly #pins: ReadonlyMap<string, InstallPin>;
  #limits: RunLimits = usualLimits();
  #wanted: readonly InstallPin[] = [];
  /** Of this try: what fell short. */
  #short = new Map<InstallPin, Failure>();

  constructor(check: InstallCheck, tools: InstalledFact["tools"]) {
    this.#check = check;
    this.#tools = tools;
    this.#pins = new Map(check.pins.map((pin) => [releaseText(pin.release), pin]));
  }

  /** Those of which nothing is known yet. */
  open(): readonly InstallPin[] {
    return this.#check.pins.filter(({ release }) => !this.facts.has(releaseText(release)));
  }

  /** A try of these begins. */
  begin(limits: RunLimits, wanted: readonly InstallPin[]): void {
    this.#limits = limits;
    this.#wanted = wanted;
    this.#short = new Map();
  }

  take(event: Fields): void {
    const pin = this.#pins.get(textField(event, "key") ?? "");
    if (pin === undefined || !this.#wanted.includes(pin)) return;
    if (event["event"] === "imported") {
      const report = importReport(event);
      const failure = judgeClaims(pin.release, report) ?? judgeImport(pin.release.name, report);
      this.#hear(pin, failure, report.modules, report.durationMs);
    } else if (event["event"] === "installed" && event["ok"] === false) {
      this.#hear(pin, judgeRefusal(event), [], 0);
    } else if (event["event"] === "installed" && this.#check.sandbox === undefined) {
      this.#put(pin, notImported, [], 0);
    }
  }

  /** Judges those of which nothing was heard, or too little, by how the whole ended. */
  close(run: ScriptResult): void {
    const end = judgeEnd(run, "the whole check");
    this.endedAsOne = end === killed;
    for (const pin of this.#wanted) {
      if (this.facts.has(releaseText(pin.release))) continue;
      const failure = this.#short.get(pin) ?? end ?? lostIn(run);
      const word = heed(failure, run, this.#limits);
      if (this.#limits.last || !fallsShort(word)) this.#put(pin, word, [], 0);
    }
  }

  #hear(
    pin: InstallPin,
    failure: Failure | undefined,
    modules: readonly string[],
    durationMs: number,
  ): void {
    if (failure !== undefined && fallsShort(failure)) this.#short.set(pin, failure);
    else this.#put(pin, failure, modules, durationMs);
  }

  #put(
    pin: InstallPin,
    failure: Failure | undefined,
    modules: readonly string[],
    durationMs: number,
  ): void {
    const fact: InstalledFact = {
      outcome: failure === undefined ? "ok" : "failed",
      ...(failure === undefined ? {} : failure),
      ...(failure?.failure === "import-abi" ? this.#apartFrom(pin, failure.detail) : {}),
      filename: pin.filename,
      sha256: pin.sha256,
      modules,
      tools: this.#tools,
      durationMs,
      observedAt: new Date().toISOString(),
    };
    this.facts.set(releaseText(pin.release), fact);
    this.#check.onResult?.(pin.release, fact);
  }

  /** What was installed beside it and is named in the last words: the fault is of the two. */
  #apartFrom({ release }: InstallPin, detail: string): Pick<InstalledFact, "apartFrom"> {
    const words = detail.trimEnd().split("\n").at(-1) ?? "";
    const beside = [...this.#check.pins, ...this.#check.context].map((pin) => pin.release);
    const named = beside.filter(({ name }) => name !== release.name && isNamed(name, words));
    if (named.length === 0) return {};
    return { apartFrom: named.map(({ name, version }) => ({ name, version })) };
  }
}

/** Whether a text has the name as a word; modules have `_` where names have `-`. */
function isNamed(name: string, text: string): boolean {
  const word = name.replaceAll("-", "[-_]");
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`, "i").test(text);
}

/** pip takes a file for what it says it is, but refuses it where another name or version is asked for. */
function judgeClaims(release: Release, { claims }: ImportReport): Failure | undefined {
  const [name = release.name, version = release.version] = claims;
  const [own, asked] = [parseVersion(version), parseVersion(release.version)];
  const sameVersion = own === undefined || asked === undefined || versionEquals(own, asked);
  if (sameVersion && packageName(name) === release.name) return undefined;
  return { failure: "bad-metadata", detail: detailOf(`it calls itself ${name} ${version}`) };
}

/** pip did not install a wheel; a negative code is the signal that ended it. */
function judgeRefusal(event: Fields): Failure {
  if ((numberField(event, "code") ?? 0) < 0) return killed;
  return judgeInstall(textField(event, "output") ?? "");
}

function lostIn(run: ScriptResult): Failure {
  if (run.exitCode === 0)
    return { failure: "install-failed", detail: "pip left nothing of it behind" };
  throw new ThothError("no-python", "the interpreter can't try out packages", {
    notes: detailOf(run.stderr).split("\n"),
  });
}

const notImported: Failure = {
  failure: "no-sandbox",
  detail: "installed, but not imported: that runs code of the package, which needs a sandbox",
};

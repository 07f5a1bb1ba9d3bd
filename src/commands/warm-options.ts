import { type Command, InvalidArgumentError, Option } from "commander";
import type { CommandAdder } from "./command.ts";

interface Given {
  readonly depth: "ranges" | "lock";
  readonly latest?: number;
  readonly with?: boolean;
  readonly limitBytes?: number;
  readonly plan?: boolean;
  readonly check?: boolean;
  readonly wheelhouse?: string;
}

/** `thoth warm` with its options. */
export function addWarm(program: Command, { perform, everywhere }: CommandAdder): void {
  everywhere(program.command("warm"))
    .description("learn ahead, so that advice and installation work without network")
    .argument("[PROJECT...]", "project directories or their Pipfiles", ["."])
    .addOption(
      new Option("--depth <what>", "all that the ranges reach, or only what the lock pins")
        .choices(["ranges", "lock"])
        .default("ranges"),
    )
    .option("--latest <number>", "the newest so many releases of each range, or `all`", latest)
    .option("--with <what>", "metadata, or metadata,artifacts: the files, too", artifacts)
    .option("--limit-bytes <size>", "fetch no more than e.g. 500MB; exit with 3", bytes)
    .option("--wheelhouse <dir>", "put the files there as a static simple index (PEP 503)")
    .addOption(new Option("--plan", "only say what is to be fetched").conflicts("wheelhouse"))
    .addOption(
      new Option("--check", "say what is missing, asking nobody; exit with 3").conflicts([
        "plan",
        "wheelhouse",
        "limitBytes",
      ]),
    )
    .option("--python <X.Y>", "Python to work for")
    .option("--verify <what>", "with artifacts: install and import them, all (the default) or none")
    .option("--index-url <url>", "the index to ask, in place of the Pipfile's")
    .action((projects: string[], given: Given & Readonly<Record<string, unknown>>) =>
      perform(given, async (context) => {
        const { runWarm } = await import("./warm.ts");
        const { depth, latest: most, limitBytes, plan, check, wheelhouse } = given;
        const mode = plan === true ? "plan" : check === true ? "check" : "warm";
        const flags = { projects, mode, depth, latest: most, limitBytes, wheelhouse } as const;
        return runWarm(
          { ...flags, artifacts: given.with === true || wheelhouse !== undefined },
          context,
        );
      }),
    );
}

function latest(value: string): number {
  if (value === "all") return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError("it takes a number, or `all`");
  return Number(value);
}

function artifacts(value: string): boolean {
  const parts = value.split(",").map((part) => part.trim());
  const unknown = parts.find((part) => part !== "metadata" && part !== "artifacts");
  if (unknown === undefined) return parts.includes("artifacts");
  throw new InvalidArgumentError("it takes `metadata`, `artifacts`, or both with a comma");
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `500MB`, `1.5 GiB`, `2G` or plain bytes. */
function bytes(value: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(value.trim());
  const [, number = "", unit = "", binary = ""] = match ?? [];
  const size = units[unit.toLowerCase()];
  if (match === null || size === undefined)
    throw new InvalidArgumentError("it takes a size such as 500MB or 2GiB");
  const exponent = Math.log10(size) / 3;
  return Math.floor(Number(number) * (binary === "" ? size : 1024 ** exponent));
}

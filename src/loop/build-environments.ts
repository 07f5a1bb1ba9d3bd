import { AsyncLocalStorage } from "node:async_hooks";
import type { Project } from "../model/project.ts";
import { tryParseRequirement } from "../python/requirement.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench, BuildEnvironment } from "./bench.ts";
import { fetchWheel } from "./fetch-wheel.ts";
import { ownProject } from "./own-project.ts";
import { resolveDirectly } from "./resolve-directly.ts";

/** Resolves and fetches what builds need; most builds need the same, so each set once. */
export class BuildEnvironments {
  private readonly known = new Map<string, Promise<BuildEnvironment>>();
  private readonly chain = new AsyncLocalStorage<readonly string[]>();

  /** The wheels for the `[build-system].requires` lines of a source. */
  wheels(bench: Bench, lines: readonly string[]): Promise<BuildEnvironment> {
    const key = [...new Set(lines)].sort().join("\n");
    const chain = this.chain.getStore() ?? [];
    if (chain.includes(key)) {
      const detail = `building it needs itself: ${lines.join(", ")}`;
      return Promise.resolve({ ok: false, failure: "build-requirements", detail });
    }
    let environment = this.known.get(key);
    if (environment === undefined) {
      environment = this.chain.run([...chain, key], () => make(bench, lines));
      this.known.set(key, environment);
      // An index that was away for a moment is asked again by the next build
      environment.catch(() => this.known.delete(key));
    }
    return environment;
  }
}

async function make(bench: Bench, lines: readonly string[]): Promise<BuildEnvironment> {
  if (lines.length === 0) return { ok: true, wheels: [] };
  const advice = await resolveDirectly(bench, projectOf(bench, lines));
  if (advice.outcome === "incomplete")
    throw new ThothError("incomplete", `what a build needs is not known: ${lines.join(", ")}`);
  if (advice.outcome === "unsatisfiable") {
    const detail = `what the build needs can't be had together: ${advice.conflict.message}`;
    return { ok: false, failure: "build-requirements", detail };
  }
  const wheels: string[] = [];
  for (const pin of advice.product.pins.values()) {
    const wheel = await fetchWheel(bench, pin.release);
    if (!wheel.ok) {
      const detail = `${pin.release.name} ${pin.release.version}, which the build needs: ${wheel.detail}`;
      return { ok: false, failure: "build-requirements", detail };
    }
    wheels.push(wheel.path);
  }
  return { ok: true, wheels };
}

function projectOf(bench: Bench, lines: readonly string[]): Project {
  const asked = lines.flatMap((line) => {
    const requirement = tryParseRequirement(line);
    return requirement === undefined ? [] : [{ requirement, where: "[build-system]" }];
  });
  return ownProject(asked, bench.sources.order);
}

import { scanRelease } from "../loop/scan.ts";
import { standaloneBench } from "../loop/standalone.ts";
import { type Release, releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderSecurity } from "../reports/results.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** `thoth si-scan NAME==VERSION`: scans once; what is known is told again without any work. */
export async function runSiScan(text: string, context: CommandContext): Promise<CommandResult> {
  const [rawName = "", rawVersion = "", more] = text.split("==");
  const version = parseVersion(rawVersion);
  if (rawName === "" || version === undefined || more !== undefined) {
    throw new ThothError("usage", `\`${text}\` is no release`, {
      hint: "write NAME==VERSION, e.g. flask==3.0.3",
    });
  }
  return withServices(context, context.workingDirectory, async (services) => {
    const bench = await standaloneBench(services);
    const [index] = bench.sources.order;
    const release: Release = { name: packageName(rawName), version: version.text, index };
    const known = services.store.security(release);
    if (known === undefined)
      context.emit({ type: "stage", stage: "scanning", detail: releaseText(release) });
    const scanned = known === undefined ? await scanRelease(bench, release) : undefined;
    const fact = scanned?.result.fact ?? known;
    if (fact === undefined) throw new Error("a scan without a result");
    await services.store.flush();
    if (scanned !== undefined && scanned.follow.length > 0)
      await services.queue().publish(scanned.follow);
    const options = { columns: context.columns, color: context.color.stdout };
    const findings = scanned?.result.findings ?? [];
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.security",
          version: "1.0",
          release: releaseText(release),
          fact,
          findings,
        })
      : renderSecurity(releaseText(release), fact, {
          ...options,
          findings,
          verbose: context.verbosity === "verbose",
        });
    return { stdout, stderr: "", exitCode: fact.outcome === "failed" ? 3 : 0 };
  });
}

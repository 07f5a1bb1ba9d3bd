// The hard cases of fixtures/: learning what their search needs, and keeping that much of it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundled } from "./bundled.mjs";
import { datedIndex } from "./dated-index.mjs";
import { start } from "./run.mjs";
import { environment, folder, missing, thoth } from "./world.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const home = join(root, "fixtures/hard-cases");

/** Names of the cases, those asked for or all. */
export function named(names) {
  const all = readdirSync(home).filter((name) => existsSync(join(home, name, "case.json")));
  for (const name of names) if (!all.includes(name)) missing(`no case ${name} in ${home}`);
  return names.length > 0 ? names : all.sort();
}

/** `case.json` of a case. */
export function caseOf(name) {
  return JSON.parse(readFileSync(join(home, name, "case.json"), "utf8"));
}

/** What files of the sources export, from the sources as they are now. */
export async function sources(...files) {
  const outfile = join(folder("sources"), "sources.mjs");
  // They look for their data beside themselves
  const here = JSON.stringify(pathToFileURL(join(root, "fixtures/_")).href);
  return bundled(files, outfile, { "import.meta.url": here });
}

/** Advises on a case from the index as it was on the day of the case; what it learns stays in `store`. */
export async function learn(name, { store, cache }) {
  const { python, day } = caseOf(name);
  const project = join(folder(name), "project");
  mkdirSync(project);
  cpSync(join(home, name, "Pipfile"), join(project, "Pipfile"));
  const index = await datedIndex(day);
  const options = ["--python", python, "--index-url", index.url, "--verify", "none"];
  const command = [process.execPath, thoth, "advise", project, ...options, "--store", store];
  const env = { ...environment(), THOTH_CACHE: cache };
  let run = await start([...command, "--json"], { env }).finished;
  // What ends a conflict is looked for with little patience; what was learnt meanwhile stays
  for (let before = -1; fixesOf(run) > before && before < 3; ) {
    before = fixesOf(run);
    run = await start([...command, "--json"], { env }).finished;
  }
  index.close();
  return { ...run, index: index.url };
}

function fixesOf({ exit, stdout }) {
  return exit === 1 ? JSON.parse(stdout).conflict.fixes.length : 0;
}

/** Facts of a store as fixtures/hard-cases.ts reads them: which file fits, and what metadata demands. */
export function pack({ openJsonStore, chooseFile, rankTags }, folder, runtime, builtOn) {
  const store = openJsonStore(folder, { readOnly: true });
  const ranks = rankTags(runtime.tags);
  const packages = store.packages().map(({ name, index }) => {
    const list = store.releases(name, index);
    if (list.absent !== undefined) return [name, { absent: "is not on the index" }];
    const releases = Array.from({ length: list.count }, (_, at) => {
      const facts = list.release(at);
      const choice = chooseFile(facts, runtime.pythonFull, ranks);
      const release = { name, version: facts.version, index };
      if ("reason" in choice) return unfit(facts);
      const { filename, requiresPython } = choice.file;
      const yanked = yankedMark(choice.file);
      const file = filename.endsWith(".whl") ? undefined : "sdist";
      const metadata = store.metadata(release, filename, builtOn);
      return { version: facts.version, file, requiresPython, yanked, ...demandsOf(metadata) };
    });
    return [name, releases];
  });
  return { packages: Object.fromEntries(packages) };
}

function unfit({ version, files }) {
  const { requiresPython } = files[0] ?? {};
  const yanked = yankedMark(files[0]);
  return { version, file: "unfit", requiresPython, yanked };
}

function demandsOf(metadata) {
  if (metadata === undefined) return {};
  if (metadata.state === "failed") return { failed: metadata.reason };
  const { requires, extras } = metadata;
  return { requires, ...(extras.length === 0 ? {} : { extras }) };
}

/** That it is yanked, not what its publisher says of it. */
function yankedMark(file) {
  return file?.yanked === undefined ? undefined : "";
}

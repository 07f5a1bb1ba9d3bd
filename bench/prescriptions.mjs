// What a folder of prescriptions of the size of the original's costs: 65,000 files, 90,000 units.
// Writes one (or takes PRESCRIPTIONS, a folder that holds another), indexes it, and measures the CPU
// of an advice from knowledge on 60 packages: without it, with none and with 50 of them in it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "./lib/fixtures.mjs";
import { measure, start } from "./lib/run.mjs";
import { environment, folder, record, say, thoth } from "./lib/world.mjs";

const rounds = Number(process.env.ROUNDS ?? 9);
const files = Number(process.env.FILES ?? 65_000);
const packages = Array.from({ length: 60 }, (_, at) => `bench-package-${at}`);

const wrap = (name, unit, at) => `  - name: ${unit}${at}Wrap
    type: wrap
    should_include:
      adviser_pipeline: true
    match:
      state:
        resolved_dependencies:
        - name: ${name}
          version: ==1.${at}.0
    run:
      justification:
      - type: INFO
        message: >-
          Installed artifact size for package '${name}' in version
          '1.${at}.0' can have up to 8.58KiB
        link: https://example.org/project/${name}/1.${at}.0
        package_name: ${name}
`;

const boot = (at) => `  - name: Image${at}Boot
    type: boot
    should_include:
      adviser_pipeline: true
      runtime_environments:
        base_images:
        - registry.example.org/image-${at % 40}:v${at}
    run:
      not_acceptable: This image is not to be used any more
`;

/** Twelve files of each name, of which some hold several units, and boots for images. */
function writePrescriptions(root, names) {
  mkdirSync(root, { recursive: true });
  writeFileSync(
    join(root, "_prescription_metadata.yaml"),
    "prescription:\n  name: bench\n  release: 1\n",
  );
  let units = 0;
  for (let at = 0; at < files; at += 1) {
    const name = names[Math.floor(at / 12) % names.length];
    const place = join(root, `${name.slice(0, 2)}_`, name);
    mkdirSync(place, { recursive: true });
    const isBoot = at % 20 === 19;
    const count = at % 12 < 5 ? 2 : 1;
    const body = isBoot
      ? boot(at)
      : Array.from({ length: count }, (_, one) => wrap(name, `U${at}x`, one)).join("");
    units += isBoot ? 1 : count;
    writeFileSync(
      join(place, `file-${at}.yaml`),
      `units:\n  ${isBoot ? "boots" : "wraps"}:\n${body}`,
    );
  }
  return units;
}

async function learnedProject() {
  const { startIndex, wheel } = await fixtures();
  const wheels = packages.map((name) => wheel({ name, version: "1.0.0" }));
  const index = await startIndex({ files: wheels });
  const place = { home: folder("home"), project: folder("project"), store: folder("store") };
  const lines = packages.map((name) => `${name} = "*"\n`).join("");
  const source = `[[source]]\nname = "here"\nurl = "${index.url}"\nverify_ssl = false\n\n`;
  writeFileSync(join(place.project, "Pipfile"), `${source}[packages]\n${lines}`);
  const env = { ...environment(), HOME: place.home, THOTH_STORE: place.store };
  const command = [process.execPath, thoth, "advise", place.project, "--verify", "none"];
  const { exit, stderr } = await start(command, { env }).finished;
  if (exit !== 0) throw new Error(stderr);
  await index.close();
  return { ...place, env };
}

function cpu(place, prescriptions, cache) {
  const flags = prescriptions === undefined ? [] : ["--prescriptions", prescriptions];
  // Of equal questions the answer is kept: --upgrade asks anew
  const rest = ["--verify", "none", "--offline", "--dry-run", "--upgrade", ...flags];
  const env = { ...place.env, THOTH_CACHE: cache };
  const run = measure([process.execPath, thoth, "advise", place.project, ...rest], { env });
  if (run.exit !== 0) throw new Error(`${run.exit}: ${run.stderr}`);
  return run;
}

function least(place, prescriptions, cache) {
  const runs = Array.from({ length: rounds }, () => cpu(place, prescriptions, cache).cpu);
  return Math.round(Math.min(...runs) * 1000);
}

const place = await learnedProject();
const strangers = Array.from({ length: 5_400 }, (_, at) => `stranger-${at}`);
const own = process.env.PRESCRIPTIONS;
const without = least(place, undefined, folder("cache"));
record({ what: "advice on 60 packages without prescriptions", "CPU ms": without });
for (const [what, names] of [
  ["none of 60 packages in it", strangers],
  ["50 of 60 packages in it", [...packages.slice(0, 50), ...strangers]],
]) {
  const root = own ?? join(folder("prescriptions"), "set");
  const units = own === undefined ? writePrescriptions(root, names) : undefined;
  if (units !== undefined) say(`${files} files, ${units} units`);
  const cache = folder("cache");
  const first = cpu(place, root, cache);
  const later = least(place, root, cache);
  record({
    what,
    "first, wall s": first.wall,
    "first, CPU s": first.cpu,
    "later, CPU ms": later,
    "added ms": later - without,
  });
  if (own !== undefined) break;
}

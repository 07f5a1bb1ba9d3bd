import { expect, test } from "vitest";
import { loopBench } from "../../fixtures/loop-bench.ts";
import { wheel } from "../../fixtures/packages.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { indexUrl, type Release, releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import type { Bench } from "./bench.ts";
import { installReleases } from "./installs.ts";
import { standaloneBench } from "./standalone.ts";

function releaseOn(url: string, name: string, version = "1.0"): Release {
  return { name: packageName(name), version, index: indexUrl(url) };
}

/** What is known of each, as `name==version outcome-or-failure`. */
function known({ services, runtime }: Bench, releases: readonly Release[]): readonly string[] {
  return releases.map((release) => {
    const fact = services.store.installed(release, runtime.id);
    return `${releaseText(release)} ${fact?.failure ?? fact?.outcome ?? "unknown"}`;
  });
}

/** A module that imports another and insists on its version. */
const insisting = (other: string, version: string) =>
  `import ${other}\nassert ${other}.__version__ == "${version}"\n`;

test("unrelated releases are tried out each with what it needs itself, versions of one name too", async () => {
  const index = await servedIndex([
    wheel({ name: "base", version: "1.0" }),
    wheel({ name: "base", version: "2.0" }),
    ...(["1.0", "2.0"] as const).map((version) =>
      wheel({
        name: "user",
        version,
        requires: [`base==${version}`],
        files: { "user.py": insisting("base", version) },
      }),
    ),
    wheel({
      name: "other",
      version: "1.0",
      requires: ["base<2"],
      files: { "other.py": insisting("base", "1.0") },
    }),
  ]);
  const bench = await loopBench(index.url);
  const wanted = [
    releaseOn(index.url, "user", "1.0"),
    releaseOn(index.url, "user", "2.0"),
    releaseOn(index.url, "other"),
  ];

  const thrown = await installReleases(bench, [...wanted, ...wanted]);

  expect(thrown).toEqual(new Map());
  expect(known(bench, wanted)).toEqual(["user==1.0 ok", "user==2.0 ok", "other==1.0 ok"]);
});

test("what was tried out before is neither fetched nor tried out again", async () => {
  const index = await servedIndex([wheel({ name: "demo", version: "1.0" })]);
  const bench = await loopBench(index.url);
  const demo = releaseOn(index.url, "demo");
  await installReleases(bench, [demo]);
  const first = bench.services.store.installed(demo, bench.runtime.id);
  index.forgetRequests();

  await installReleases(bench, [demo]);

  expect(index.requests()).toEqual([]);
  expect(bench.services.store.installed(demo, bench.runtime.id)).toEqual(first);
});

test("a file that was replaced is tried out again", async () => {
  const index = await servedIndex([
    wheel({ name: "demo", version: "1.0", files: { "demo.py": "raise RuntimeError\n" } }),
  ]);
  const bench = await loopBench(index.url);
  const demo = releaseOn(index.url, "demo");
  await installReleases(bench, [demo]);
  index.add(wheel({ name: "demo", version: "1.0" }));
  const later = await standaloneBench(bench.services);
  await later.learner.releases(demo.name, demo.index);

  await installReleases(later, [demo]);

  expect(known(bench, [demo])).toEqual(["demo==1.0 ok"]);
});

test("an index that fails for one release fails that one alone, and nothing is known of it", async () => {
  const demo = wheel({ name: "demo", version: "1.0" });
  const away = wheel({ name: "away", version: "1.0" });
  const index = await servedIndex([demo, away]);
  index.fail(`/files/${away.filename}`, { kind: "status", status: 403 });
  const bench = await loopBench(index.url);
  const wanted = [releaseOn(index.url, "demo"), releaseOn(index.url, "away")];

  const thrown = await installReleases(bench, wanted);

  expect([...thrown]).toMatchObject([["away==1.0", { code: "index-refused" }]]);
  expect(known(bench, wanted)).toEqual(["demo==1.0 ok", "away==1.0 unknown"]);
});

import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import { wheel } from "../../fixtures/packages.ts";
import { packageName } from "../python/name.ts";
import { indexSource } from "./index-source.ts";
import { UnderWay } from "./under-way.ts";

test("what is under way is not asked for once more; afterwards it is", async () => {
  const underWay = new UnderWay<number>();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return asked;
  };

  expect(await Promise.all([underWay.share("a", ask), underWay.share("a", ask)])).toEqual([1, 1]);
  await setImmediate();
  expect(await Promise.all([underWay.share("a", ask), underWay.share("b", ask)])).toEqual([2, 3]);
});

test("a failure is only that of who asked", async () => {
  const underWay = new UnderWay<string>();
  const failing = underWay.share("a", () => Promise.reject(new Error("stopped")));
  const other = underWay.share("a", async () => "found");

  await expect(failing).rejects.toThrow("stopped");
  expect(await other).toBe("found");
});

test("a file and its metadata are fetched once, however many ask at the same time", async () => {
  const index = await testIndex({ files: [wheel({ name: "web", version: "1.0" })] });
  const source = indexSource(index.url);
  const client = testClient();
  const name = packageName("web");
  const answer = await client.page(source, name);
  if (answer.kind !== "page") throw new Error(answer.kind);
  const listed = answer.page.releases.flatMap((release) => release.files);
  index.forgetRequests();

  await Promise.all(
    [...listed, ...listed].flatMap((file) => [
      client.download(source, file),
      client.metadata(source, file, name),
    ]),
  );

  expect(index.requests().map(({ path }) => path.slice("/files/web-1.0".length))).toEqual(
    expect.arrayContaining(["-py3-none-any.whl", "-py3-none-any.whl.metadata"]),
  );
  expect(index.requests()).toHaveLength(2);
});

import { expect, test } from "vitest";
import { contextOf, project } from "../../fixtures/advice.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { stackGraph } from "./stack-graph.ts";

test("a line that a group has and another group includes is one line", () => {
  const store = new MemoryStore().add("a==1");
  const wanted = project("a");
  const requirements = wanted.requirements.flatMap((one) => [one, { ...one, category: "all" }]);
  const pins = [{ name: packageName("a"), version: "1", categories: ["packages", "all"] }];

  const graph = stackGraph(contextOf(store, { ...wanted, requirements }), pins);

  expect(graph.lines.map(({ to }) => to)).toEqual(["a"]);
});

import { expect, test } from "vitest";
import { argoIn, argoRules } from "./argo-rules.ts";
import { environmentSource } from "./sources.ts";

const rules = argoRules("/home/me");
const given = (environment: Readonly<Record<string, string>>) =>
  argoIn([environmentSource(environment)], rules);

test("without settings, what runs foreign code has a namespace of its own and advice stays here", () => {
  expect(given({})).toEqual({
    kubeconfig: undefined,
    context: undefined,
    namespace: "thoth-middle",
    solverNamespace: "thoth-solvers",
    lanes: ["index", "sources", "install", "si-scan"],
    image: undefined,
  });
});

test("lanes are named one by one, and notes never start a pod", () => {
  expect(given({ THOTH_ARGO_LANES: "install, advise" }).lanes).toEqual(["install", "advise"]);
  expect(() => given({ THOTH_ARGO_LANES: "install,notes" })).toThrow("not `install,notes`");
  expect(() => given({ THOTH_ARGO_NAMESPACE: "Thoth_1" })).toThrow("the name of a namespace");
});

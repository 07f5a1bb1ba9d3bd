import { describe, expect, test } from "vitest";
import { checkMessage, createMessage, messageSchema, messagesSchema } from "./codec.ts";
import { messageKey, messageSpecs } from "./message-fields.ts";

const sender = { component: "solver", serviceVersion: "0.1.0" };
const release = {
  package_name: "flask",
  package_version: "3.0.3",
  index_url: "https://index.example/simple",
};
const solved = createMessage("solved_package", sender, { ...release, solver: "linux-cp311" });

const trigger = createMessage("adviser_trigger", sender, {
  project: "/work/shop",
  re_run_adviser_id: null,
  runtime: null,
  dev: true,
  justification: [{ type: "new-release", ...release }],
});

test("a message has the original's fields and envelope", () => {
  expect(solved).toEqual({
    type: "solved_package",
    component_name: "solver",
    service_version: "0.1.0",
    version: "v1",
    package_name: "flask",
    package_version: "3.0.3",
    index_url: "https://index.example/simple",
    solver: "linux-cp311",
  });
});

describe("a message is refused with the field that is wrong, not with what it holds", () => {
  test.each([
    [null, "invalid", "a message is a JSON object"],
    [{}, "unknown-type", "unknown message type undefined"],
    [{ ...solved, type: "toString" }, "unknown-type", 'unknown message type "toString"'],
    [
      { ...solved, version: "v2" },
      "unknown-version",
      'solved_package has version "v2", known is v1',
    ],
    [{ ...solved, solver: null }, "invalid", "solved_package: solver must be a text"],
    [{ ...solved, package_name: "" }, "invalid", "solved_package: package_name must be a text"],
    [
      { ...solved, index_url: "https://u:p@index.example/simple" },
      "invalid",
      "solved_package: index_url must be an address without credentials",
    ],
    [
      {
        ...solved,
        type: "hash_mismatch",
        missing_from_source: ["aa", 1],
        missing_from_database: [],
      },
      "invalid",
      "hash_mismatch: missing_from_source must be a list of texts",
    ],
    [
      { ...trigger, justification: [{ type: "boredom" }] },
      "invalid",
      "adviser_trigger: justification must be a list of causes",
    ],
    [
      { ...solved, type: "update_provides_source_distro", value: 1 },
      "invalid",
      "update_provides_source_distro: value must be true or false",
    ],
  ])("%j", (message, problem, text) => {
    expect(() => checkMessage(message)).toThrow(
      expect.objectContaining({ problem, message: text }),
    );
  });
});

test("fields that a later sender added stay", () => {
  const later = { ...solved, traceparent: "00-ab" };
  expect(checkMessage(JSON.parse(JSON.stringify(later)))).toEqual(later);
});

test("only what the work is about makes two messages different", () => {
  const other = createMessage(
    "solved_package",
    { component: "adviser", serviceVersion: "9" },
    { ...release, solver: "linux-cp311" },
  );
  expect(messageKey(other)).toBe(messageKey(solved));
  const runtime = createMessage("solved_package", sender, { ...release, solver: "linux-cp312" });
  expect(messageKey(runtime)).not.toBe(messageKey(solved));
});

test("each type has a JSON Schema made of the same table", () => {
  const types = [
    "unresolved_package",
    "solved_package",
    "si_unanalyzed_package",
    "update_provides_source_distro",
    "missing_version",
    "missing_package",
    "adviser_trigger",
    "package_released",
    "hash_mismatch",
    "cve_provided",
    "unrevsolved_package",
    "provenance_checker_trigger",
    "inspection_completed",
    "advise_justification",
    "build_analysis_trigger",
    "kebechet_run_url_trigger",
    "kebechet_trigger",
    "package_extract_trigger",
    "thoth_repo_init",
  ] as const;
  expect(Object.keys(messageSpecs)).toEqual(types);
  for (const type of types) expect(messageSchema(type)).toMatchObject({ title: type });
  expect(messageSchema("missing_package")).toEqual({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "missing_package",
    description: "Topic thoth.package-update.missing-package",
    type: "object",
    properties: {
      type: { const: "missing_package" },
      version: { const: "v1" },
      component_name: { type: "string", minLength: 1 },
      service_version: { type: "string", minLength: 1 },
      package_name: { type: "string", minLength: 1 },
      index_url: { type: "string", pattern: "^[a-z][a-z0-9+.-]*:\\/\\/[^/@]*(?:\\/|$)" },
    },
    required: ["component_name", "index_url", "package_name", "service_version", "type", "version"],
  });
});

test("schemas/thoth.messages.schema.json is made of the same table", async () => {
  const file = "../../schemas/thoth.messages.schema.json";
  await expect(`${JSON.stringify(messagesSchema(), null, 2)}\n`).toMatchFileSnapshot(file);
});

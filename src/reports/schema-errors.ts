/**
 * The part of JSON Schema 2020-12 that our schema files use: type, const, enum, pattern, minimum,
 * required, properties, additionalProperties: false, items, $ref to $defs. An unknown keyword is
 * an error, so that nothing is taken for checked that was not.
 */
export function schemaErrors(schema: unknown, value: unknown): readonly string[] {
  return check(record(schema), record(schema), value, "$");
}

type Schema = Readonly<Record<string, unknown>>;

const annotations = new Set(["$schema", "$id", "$defs", "title", "description"]);

function check(root: Schema, schema: Schema, value: unknown, path: string): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (annotations.has(keyword)) return [];
    const rule = rules[keyword];
    if (rule === undefined) return [`${path}: the schema uses ${keyword}, which is not checked`];
    return rule({ root, schema, argument, value, path });
  });
}

interface Application {
  readonly root: Schema;
  readonly schema: Schema;
  readonly argument: unknown;
  readonly value: unknown;
  readonly path: string;
}

const rules: Readonly<Record<string, (use: Application) => readonly string[]>> = {
  type: ({ argument, value, path }) =>
    hasType(value, argument) ? [] : [`${path}: not ${argument}`],
  const: ({ argument, value, path }) => (value === argument ? [] : [`${path}: not ${argument}`]),
  enum: ({ argument, value, path }) =>
    list(argument).includes(value) ? [] : [`${path}: not one of the allowed values`],
  pattern: ({ argument, value, path }) =>
    typeof value !== "string" || new RegExp(String(argument), "u").test(value)
      ? []
      : [`${path}: does not match`],
  minimum: ({ argument, value, path }) =>
    typeof value !== "number" || value >= Number(argument) ? [] : [`${path}: too small`],
  required: ({ argument, value, path }) =>
    (hasType(value, "object") ? list(argument) : [])
      .filter((name) => record(value)[String(name)] === undefined)
      .map((name) => `${path}.${name}: missing`),
  properties: ({ root, argument, value, path }) =>
    Object.entries(record(argument)).flatMap(([name, inner]) => {
      const member = record(value)[name];
      return member === undefined ? [] : check(root, record(inner), member, `${path}.${name}`);
    }),
  additionalProperties: ({ schema, value, path }) =>
    Object.keys(record(value))
      .filter((name) => !(name in record(schema["properties"])))
      .map((name) => `${path}.${name}: not allowed`),
  items: ({ root, argument, value, path }) =>
    list(value).flatMap((item, at) => check(root, record(argument), item, `${path}[${at}]`)),
  $ref: ({ root, argument, value, path }) => {
    const name = String(argument).replace("#/$defs/", "");
    return check(root, record(record(root["$defs"])[name]), value, path);
  },
};

function hasType(value: unknown, type: unknown): boolean {
  if (Array.isArray(type)) return type.some((one) => hasType(value, one));
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object")
    return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function record(value: unknown): Schema {
  return Object.fromEntries(Object.entries(Object(value)));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

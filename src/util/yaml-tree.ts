import { type Place, type Problem, ThothError } from "./errors.ts";
import type { Member, Misshape, Tree } from "./shaped-tree.ts";

/** Throws `bad-configuration` with every problem at its place, if there is any. */
export function refuseAll(found: readonly Misshape[]): void {
  const problems = found.map((problem): Problem => ({ code: "bad-configuration", ...problem }));
  const [first, ...others] = problems;
  if (first === undefined) return;
  throw new ThothError("bad-configuration", first.message, {
    place: first.place,
    hint: first.hint,
    others,
  });
}

const mostNodes = 20_000;

/** A YAML file with the place of everything in it. Throws `bad-configuration`. */
export async function yamlTree(text: string, file: string): Promise<Tree> {
  const yaml = await import("yaml");
  const lineCounter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter, logLevel: "silent" });
  const placeAt = ([start, end]: readonly [number, number, ...number[]]): Place => {
    const { line, col } = lineCounter.linePos(start);
    return { file, line: Math.max(1, line), column: Math.max(1, col), length: end - start };
  };
  refuseAll(
    document.errors.map((error) => ({
      message: error.message.split(" at line ", 1)[0] ?? error.message,
      place: placeAt([error.pos[0], error.pos[0] + 1]),
    })),
  );
  let nodes = 0;
  const convert = (node: unknown, above: Place): Tree => {
    nodes += 1;
    // Aliases may name one another without end.
    if (nodes > mostNodes) refuseAll([{ message: `\`${file}\` holds too much`, place: above }]);
    if (yaml.isAlias(node)) return convert(node.resolve(document), above);
    const place = yaml.isNode(node) && node.range ? placeAt(node.range) : above;
    if (yaml.isSeq(node)) {
      return { kind: "list", items: node.items.map((item) => convert(item, place)), place };
    }
    if (yaml.isMap(node)) {
      const members = node.items.map((pair) => memberOf(pair, (part) => convert(part, place)));
      return { kind: "map", members: new Map(members), place };
    }
    return { kind: "scalar", text: yaml.isScalar(node) ? writtenText(node) : "", place };
  };
  return convert(document.contents, placeAt([0, 0]));
}

function memberOf(
  pair: { readonly key: unknown; readonly value: unknown },
  convert: (part: unknown) => Tree,
): [string, Member] {
  const key = convert(pair.key);
  const name = key.kind === "scalar" ? key.text : "";
  return [name, { key: key.place, value: convert(pair.value) }];
}

// `3.10` is the number 3.1 to YAML; what was written is meant.
function writtenText(node: { readonly value: unknown; readonly source?: string }): string {
  if (node.value === null) return "";
  return typeof node.value === "string" ? node.value : (node.source ?? "");
}

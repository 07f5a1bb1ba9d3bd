import { canonical, marksOfName } from "./known-names.ts";
import { marksOf, type Value } from "./value.ts";

/** The attribute of a value, also where `getattr` names it. */
export function memberOf(owner: Value, field: string): Value {
  const member = owner.members?.get(field) ?? owner.type?.methods.get(field);
  if (member !== undefined) return member;
  const name = owner.name === undefined ? undefined : canonical(`${owner.name}.${field}`);
  const marks = owner.marks | (name === undefined ? 0 : marksOfName(name));
  if (name === undefined) return { marks, base: owner, name: `?.${field}` };
  return { marks, name, base: owner };
}

/** Texts one after the other; what is not known of them leaves a gap that rules can read across. */
export function concatenated(values: readonly Value[]): Value {
  const marks = values.reduce((all, value) => all | marksOf(value), 0);
  const texts = values.map(({ text }) => text);
  if (texts.every((text) => text !== undefined)) {
    const text = texts.join("");
    return text.length > 4_000_000 ? { marks } : { marks, text };
  }
  const items = values.flatMap((value) => value.items ?? [value]);
  return { marks, items: items.length > 2_000 ? items.slice(0, 2_000) : items };
}

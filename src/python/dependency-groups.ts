import { didYouMean, kindOf, type PipfileReading } from "./pipfile-reading.ts";
import { isTomlTable, type TomlValue } from "./toml.ts";

/** A requirement of a group, and the path of the list that it stands in. */
export interface GroupItem {
  readonly text: string;
  readonly path: readonly string[];
}

/** PEP 735 compares names of groups as PEP 503 does those of packages. */
const normalised = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/**
 * The requirements of each group of [dependency-groups] (PEP 735), `include-group` followed, by the
 * group's name as written. Mistakes (a group that does not exist, one that includes itself, two of
 * one name) go to `reading`.
 */
export function dependencyGroups(
  reading: PipfileReading,
  value: TomlValue | undefined,
): ReadonlyMap<string, readonly GroupItem[]> {
  const groups = new Map<string, readonly GroupItem[]>();
  if (value === undefined) return groups;
  if (!isTomlTable(value)) {
    const place = reading.keyPlace(["dependency-groups"]);
    reading.mistake(place, `[dependency-groups] must be a table, not ${kindOf(value)}`);
    return groups;
  }
  const names = new Map<string, string>();
  for (const name of Object.keys(value)) {
    const twin = names.get(normalised(name));
    if (twin === undefined) names.set(normalised(name), name);
    else {
      const place = reading.keyPlace(["dependency-groups", name]);
      reading.mistake(place, `\`${name}\` and \`${twin}\` are one group`);
    }
  }
  const found = { reading, value, names, told: new Set<string>() };
  for (const name of names.values()) groups.set(name, itemsOf(found, name, [name]));
  return groups;
}

interface Groups {
  readonly reading: PipfileReading;
  readonly value: Readonly<Record<string, TomlValue>>;
  /** As written, by normalised name. */
  readonly names: ReadonlyMap<string, string>;
  /** Mistakes that were told; a group may be included more than once. */
  readonly told: Set<string>;
}

function itemsOf(groups: Groups, name: string, way: readonly string[]): readonly GroupItem[] {
  const path = ["dependency-groups", name];
  const list = groups.value[name];
  if (!Array.isArray(list)) {
    mistake(groups, path, `the group \`${name}\` must be a list, not ${kindOf(list)}`);
    return [];
  }
  return list.flatMap((item, at): readonly GroupItem[] => {
    if (typeof item === "string") return [{ text: item, path }];
    const included = isTomlTable(item) ? item["include-group"] : undefined;
    if (typeof included === "string" && isTomlTable(item) && Object.keys(item).length === 1)
      return includedItems(groups, included, [...path, String(at), "include-group"], way);
    const hint = 'a group holds requirements and `{include-group = "NAME"}`';
    mistake(groups, path, `the group \`${name}\` holds ${kindOf(item)} that means nothing`, hint);
    return [];
  });
}

function includedItems(
  groups: Groups,
  wanted: string,
  path: readonly string[],
  way: readonly string[],
): readonly GroupItem[] {
  const name = groups.names.get(normalised(wanted));
  if (name === undefined) {
    const hint = didYouMean(wanted, groups.names.values());
    mistake(groups, path, `there is no group \`${wanted}\``, hint);
    return [];
  }
  if (way.includes(name)) {
    const round = [...way.slice(way.indexOf(name)), name].join(" -> ");
    mistake(groups, path, `the group \`${name}\` includes itself: ${round}`);
    return [];
  }
  return itemsOf(groups, name, [...way, name]);
}

function mistake(groups: Groups, path: readonly string[], message: string, hint?: string): void {
  const place = groups.reading.keyPlace(path);
  const key = `${place.line}:${place.column}`;
  if (groups.told.has(key)) return;
  groups.told.add(key);
  groups.reading.mistake(place, message, { hint });
}

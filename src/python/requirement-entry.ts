import type { Place } from "../util/errors.ts";
import { parseSdistName, parseWheelName } from "./distribution-name.ts";
import { type Marker, markerText, parseMarker } from "./marker.ts";
import { MarkerSyntaxError } from "./marker-syntax.ts";
import { isValidName, packageName } from "./name.ts";
import type { PipfileEntry } from "./pipfile-entries.ts";
import { parseRequirement, type Requirement, RequirementSyntaxError } from "./requirement.ts";
import { parseVcsUrl } from "./vcs-url.ts";

/** A requirement as some file has it, and what its entry needs beside it. */
export interface WrittenRequirement {
  readonly text: string;
  readonly place: Place;
  /** The category of the entry. */
  readonly category: string;
  readonly editable: boolean;
  /** `sha256:…`: the files that may be taken; empty: any. */
  readonly hashes: readonly string[];
  /** Name of the project in a folder, where its pyproject.toml says it. */
  readonly nameOf: (folder: string) => string | undefined;
}

/** A text that is no requirement; `offset` counts characters from 0, where known. */
export class RequirementError extends Error {
  readonly hint: string | undefined;
  readonly offset: number;

  constructor(message: string, { hint, offset = 0 }: { hint?: string; offset?: number } = {}) {
    super(message);
    this.hint = hint;
    this.offset = offset;
  }
}

/**
 * What a requirement of PEP 508, an address or a path means, as an entry of a Pipfile. Throws
 * RequirementError.
 */
export function requirementEntry(written: WrittenRequirement): PipfileEntry {
  const { text } = written;
  const variable = /\$\{([A-Z0-9_]+)\}/.exec(text)?.[1];
  if (variable !== undefined) {
    throw new RequirementError(`the variable ${variable} is not set`, {
      offset: text.indexOf("${"),
      hint: `set it: \`export ${variable}=…\``,
    });
  }
  if (isLocation(text)) return locationEntry(written);
  const requirement = readRequirement(text);
  if (requirement.url !== undefined) return directEntry(requirement, requirement.url, written);
  return {
    ...baseOf(requirement, written),
    kind: "index",
    specifier: requirement.specifier,
    version: requirement.specifier.text === "" ? "*" : requirement.specifier.text,
  };
}

function readRequirement(text: string): Requirement {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (!(error instanceof RequirementSyntaxError)) throw error;
    const single = /^([\w.-]+)\s*=\s*([\d.*]+)$/.exec(text);
    const hint = single === null ? undefined : `did you mean \`${single[1]}==${single[2]}\`?`;
    throw new RequirementError(`\`${text}\` is no requirement: ${error.message}`, {
      offset: Math.min(error.offset, Math.max(0, text.length - 1)),
      ...(hint !== undefined && { hint }),
    });
  }
}

type Named = Pick<Requirement, "name" | "extras"> & { readonly marker?: Marker };

function baseOf({ name, extras, marker }: Named, written: WrittenRequirement) {
  const { category, place, text, hashes } = written;
  return {
    name,
    canonical: packageName(name),
    category,
    place,
    extras,
    ...(marker === undefined ? {} : { marker, markers: markerText(marker) }),
    ...(hashes.length === 0 ? {} : { hashes }),
    written: text,
  };
}

/** Whether pip takes a text for an address or a path rather than a name. */
function isLocation(text: string): boolean {
  const [subject = ""] = text.split(/\s/, 1);
  if (/^[\w.-]+(?:\[[^\]]*\])?\s*@/.test(text)) return false;
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(subject) || /^[./~]|[/\\]|\.(?:whl|zip|tar\.\w+)$/.test(subject)
  );
}

function locationEntry(written: WrittenRequirement): PipfileEntry {
  const [, subject = "", condition] =
    /^(.*?)(?:\s+;\s*|\s*;\s+)?(?:(?<=;\s*)(.*))?$/s.exec(written.text) ?? [];
  const marker = condition === undefined ? undefined : readCondition(condition, written.text);
  const [, address = "", extrasText = ""] =
    /^(.*?)(?:\[([\w\s,.-]*)\])?$/s.exec(subject.trim()) ?? [];
  const fragment = new URLSearchParams(address.split("#")[1] ?? "");
  const [, egg, eggExtras = ""] =
    /^([\w.-]+)(?:\[([\w\s,.-]*)\])?/.exec(fragment.get("egg") ?? "") ?? [];
  const name = egg ?? nameIn(address, written);
  if (name === undefined || !isValidName(name)) {
    throw new RequirementError(`nothing says which package \`${address}\` is`, {
      hint: `write its name in front: \`NAME @ ${/^[a-z+]+:/i.test(address) ? address : "file:///…"}\``,
    });
  }
  const extras = `${extrasText},${eggExtras}`.split(",").map((one) => one.trim());
  const named = { name, extras: extras.filter((one) => one !== "").sort() };
  return directEntry(marker === undefined ? named : { ...named, marker }, address, written);
}

function readCondition(condition: string, text: string): Marker {
  try {
    return parseMarker(condition);
  } catch (error) {
    if (!(error instanceof MarkerSyntaxError)) throw error;
    throw new RequirementError(`\`${condition}\` is no marker: ${error.message}`, {
      offset: text.length - condition.length,
    });
  }
}

function nameIn(address: string, { nameOf }: WrittenRequirement): string | undefined {
  const file = decodeURIComponent(address.split(/[?#]/)[0]?.split("/").at(-1) ?? "");
  const named = parseWheelName(file)?.name ?? parseSdistName(file)?.name;
  if (named !== undefined) return named;
  return /^(?!file:)[a-z][a-z0-9+.-]*:\/\//i.test(address) ? undefined : nameOf(localPath(address));
}

const archive = /\.(?:whl|zip|tar\.\w+|tgz)$/i;

function directEntry(named: Named, address: string, written: WrittenRequirement): PipfileEntry {
  const base = baseOf(named, written);
  const { editable } = written;
  if (/^git\+/i.test(address)) {
    const { url, ref, subdirectory } = parseVcsUrl(address);
    return {
      ...base,
      kind: "git",
      url,
      ...(ref !== undefined && { ref }),
      ...(subdirectory !== undefined && { subdirectory }),
      editable,
    };
  }
  const vcs = /^(svn|hg|bzr)\+/i.exec(address)?.[1];
  if (vcs !== undefined) throw new RequirementError(`Thoth can't lock a source in \`${vcs}\``);
  if (/^(?:https?|ftp):/i.test(address))
    return { ...base, kind: "url", option: "file", url: address };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== "file")
    throw new RequirementError(`nobody knows how to fetch \`${scheme}:\` addresses`);
  const path = localPath(address);
  return { ...base, kind: "path", option: archive.test(path) ? "file" : "path", path, editable };
}

/** The path of a `file:` address; any other text is a path already. */
function localPath(address: string): string {
  const [plain = ""] = address.split("#");
  if (!/^file:/i.test(plain)) return plain;
  return decodeURIComponent(plain.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, ""));
}

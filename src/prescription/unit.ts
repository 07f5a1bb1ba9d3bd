import type {
  PrescribedKind,
  PrescribedMatch,
  PrescribedMessage,
  PrescribedRun,
  PrescribedUnit,
  ReleaseMatch,
} from "../model/prescription.ts";
import { packageName } from "../python/name.ts";
import { type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import { isNull } from "./check.ts";
import { inclusionOf } from "./inclusion.ts";
import { defined, entriesAt, flagAt } from "./read-tree.ts";

/** A unit of a tree that was checked; `namespace` is the name of its prescription. */
export function unitOf(tree: Tree, kind: PrescribedKind, namespace: string): PrescribedUnit {
  return {
    name: `${namespace}.${textAt(tree, "name") ?? ""}`,
    kind,
    where: `${tree.place.file}:${tree.place.line}`,
    include: inclusionOf(treeAt(tree, "should_include")),
    match: matchesOf(treeAt(tree, "match"), kind),
    run: runOf(treeAt(tree, "run")),
  };
}

function matchesOf(tree: Tree | undefined, kind: PrescribedKind): readonly PrescribedMatch[] {
  return entriesAt(tree).map((entry): PrescribedMatch => {
    const release = matchedRelease(entry, kind);
    const group = entriesAt(entry, "group").map((one) => releaseOf(treeAt(one, "package_version")));
    return {
      ...(release === undefined ? {} : { release }),
      resolved: [...group, ...entriesAt(entry, "state", "resolved_dependencies").map(releaseOf)],
      from: entriesAt(entry, "state", "package_version_from").map(releaseOf),
      fromOthers: flagAt(treeAt(entry, "state"), "package_version_from_allow_other") ?? false,
    };
  });
}

function matchedRelease(entry: Tree, kind: PrescribedKind): ReleaseMatch | undefined {
  if (kind === "boot" || kind === "sieve.SkipPackage") {
    const name = treeAt(entry, "package_name");
    return name === undefined || isNull(name) ? undefined : nameOf(textAt(name));
  }
  const found = treeAt(entry, "package_version");
  return found === undefined ? undefined : releaseOf(found);
}

function nameOf(text: string | undefined): ReleaseMatch {
  return text === undefined ? {} : { name: packageName(text) };
}

function releaseOf(tree: Tree | undefined): ReleaseMatch {
  const name = textAt(tree, "name");
  const not = textAt(tree, "index_url", "not");
  const url = not ?? textAt(tree, "index_url");
  return defined<ReleaseMatch>({
    name: name === undefined ? undefined : packageName(name),
    version: textAt(tree, "version"),
    index: url === undefined ? undefined : { url, not: not !== undefined },
    develop: flagAt(tree, "develop"),
  });
}

function runOf(tree: Tree | undefined): PrescribedRun {
  const changes = treeAt(tree, "advised_manifest_changes");
  return defined<PrescribedRun>({
    log: treeAt(tree, "log") && messageOf(treeAt(tree, "log")),
    stackInfo: entriesAt(tree, "stack_info").map(messageOf),
    justification: entriesAt(tree, "justification").map(messageOf),
    score: Number(textAt(tree, "score") ?? 0),
    notAcceptable: textAt(tree, "not_acceptable"),
    eagerStop: textAt(tree, "eager_stop_pipeline"),
    offers: offerOf(treeAt(tree, "yield")),
    adds: additionOf(treeAt(tree, "package_version")),
    manifestChanges: changes === undefined ? undefined : JSON.stringify(plain(changes)),
    releaseNotes: releaseNotesOf(treeAt(tree, "release_notes")),
  });
}

function messageOf(tree: Tree | undefined): PrescribedMessage {
  const type = textAt(tree, "type");
  const name = textAt(tree, "package_name");
  return defined<PrescribedMessage>({
    type: type === "WARNING" || type === "ERROR" ? type : "INFO",
    message: textAt(tree, "message") ?? "",
    link: textAt(tree, "link"),
    package: name === undefined ? undefined : packageName(name),
    advisory: textAt(tree, "cve_id") ?? textAt(tree, "advisory"),
  });
}

function offerOf(tree: Tree | undefined): PrescribedRun["offers"] {
  const found = treeAt(tree, "package_version");
  const name = textAt(found, "name");
  if (name === undefined) return undefined;
  return defined<NonNullable<PrescribedRun["offers"]>>({
    name: packageName(name),
    version: withoutEquals(textAt(found, "locked_version")),
    index: textAt(found, "index_url"),
    sameVersion: flagAt(tree, "yield_matched_version") ?? false,
  });
}

function additionOf(tree: Tree | undefined): PrescribedRun["adds"] {
  const name = textAt(tree, "name");
  const version = withoutEquals(textAt(tree, "locked_version"));
  if (name === undefined || version === undefined) return undefined;
  return { name: packageName(name), version, index: textAt(tree, "index_url") ?? "" };
}

function withoutEquals(text: string | undefined): string | undefined {
  return text?.replace(/^={2,3}/, "");
}

function releaseNotesOf(tree: Tree | undefined): PrescribedRun["releaseNotes"] {
  const organization = textAt(tree, "organization");
  const repository = textAt(tree, "repository");
  if (organization === undefined || repository === undefined) return undefined;
  return { organization, repository, tagPrefix: textAt(tree, "tag_version_prefix") ?? "" };
}

function plain(tree: Tree): unknown {
  if (tree.kind === "list") return tree.items.map(plain);
  if (tree.kind === "scalar") return tree.text;
  return Object.fromEntries([...tree.members].map(([key, { value }]) => [key, plain(value)]));
}

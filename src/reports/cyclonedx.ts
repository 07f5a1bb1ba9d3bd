import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { AdvisoryRank, AdvisorySeverity } from "../model/advisory.ts";
import type { Audit, AuditedPin, AuditFinding, AuditPin } from "../model/audit.ts";
import type { PackageName } from "../python/name.ts";
import { programVersion } from "../util/program.ts";
import { safeText } from "../util/terminal-text.ts";
import { remedyText } from "./audit-wording.ts";
import { jsonDocument } from "./json-document.ts";

const { Severity, RatingMethod, AffectStatus } = Enums.Vulnerability;

const severities = {
  CRITICAL: Severity.Critical,
  HIGH: Severity.High,
  MEDIUM: Severity.Medium,
  LOW: Severity.Low,
  NONE: Severity.None,
  UNKNOWN: Severity.Unknown,
} as const satisfies Record<AdvisoryRank, unknown>;

/** A pin with its component. */
interface Part {
  readonly one: AuditedPin;
  readonly component: Models.Component;
}

/**
 * An audit as a CycloneDX 1.6 bill of materials: components with purl and hashes, what needs what,
 * and the advisories with what they affect. Without serial number, and of the time only what the
 * database says: the same audit gives the same bytes.
 */
export function auditCycloneDx(audit: Audit): string {
  const parts = audit.pins.map((one) => ({ one, component: componentOf(one) }));
  const root = new Models.Component(Enums.ComponentType.Application, safeText(audit.project), {
    bomRef: "project",
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root, tools: ownTool() }),
    components: new Models.ComponentRepository(parts.map(({ component }) => component)),
    vulnerabilities: new Models.Vulnerability.VulnerabilityRepository(vulnerabilities(parts)),
  });
  const unknown = connect(root, parts, audit);
  for (const [name, value] of properties(audit))
    bom.metadata.properties.add(new Models.Property(`thoth:${name}`, safeText(value)));
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  const normal = factory.makeForBom().normalize(bom, { sortLists: true });
  // One that is left out has dependencies that nobody knows, one with an empty list has none
  const known = normal.dependencies?.filter(({ ref }) => !unknown.has(ref));
  return jsonDocument({ ...normal, dependencies: known });
}

function ownTool(): Models.Tools {
  const { Application } = Enums.ComponentType;
  const tool = new Models.Component(Application, "thoth", { version: programVersion });
  return new Models.Tools({ components: new Models.ComponentRepository([tool]) });
}

function properties({ database, notes }: Audit): readonly (readonly [string, string])[] {
  const told =
    database === undefined
      ? ([["advisories", "none: whether anything is affected is unknown"]] as const)
      : ([
          ["advisories:source", database.source],
          ["advisories:sha256", database.sha256],
          ["advisories:newest", database.newest],
        ] as const);
  return [...told, ...notes.map((note) => ["note", note] as const)];
}

function componentOf({ pin, verdict, reason }: AuditedPin): Models.Component {
  const purl = packageUrl(pin);
  const [only, ...more] = pin.hashes;
  const component = new Models.Component(Enums.ComponentType.Library, safeText(pin.name), {
    bomRef: purl,
    purl,
    ...(pin.version === undefined ? {} : { version: safeText(pin.version) }),
  });
  component.properties.add(new Models.Property("thoth:verdict", verdict));
  if (reason !== undefined)
    component.properties.add(new Models.Property("thoth:unknown-because", safeText(reason)));
  if (only !== undefined && more.length === 0)
    component.hashes.set(Enums.HashAlgorithm["SHA-256"], only);
  // A release of several files has several hashes of one kind: each goes with its own file
  else for (const sha256 of pin.hashes) component.externalReferences.add(distribution(pin, sha256));
  return component;
}

function distribution({ name, indexes }: AuditPin, sha256: string): Models.ExternalReference {
  const [index] = indexes;
  const url =
    index === undefined || index.includes("$") ? `pkg:pypi/${encoded(name)}` : `${index}/${name}/`;
  const { Distribution } = Enums.ExternalReferenceType;
  const hashes = new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256]]);
  return new Models.ExternalReference(safeText(url), Distribution, { hashes });
}

/** A package URL (purl-spec, type pypi). */
function packageUrl({ name, version, origin, location = "" }: AuditPin): string {
  const base = `pkg:pypi/${encoded(name)}${version === undefined ? "" : `@${encoded(version)}`}`;
  if (origin === "index") return base;
  const qualifier = origin === "git" ? "vcs_url" : "download_url";
  const address = origin === "git" && !location.startsWith("git+") ? `git+${location}` : location;
  return `${base}?${qualifier}=${encoded(address)}`;
}

function encoded(text: string): string {
  const wellFormed = Buffer.from(text).toString();
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Says what needs what; returns the refs of components of which that is not known. */
function connect(
  root: Models.Component,
  parts: readonly Part[],
  { dependencies, direct }: Audit,
): ReadonlySet<string> {
  const named = componentsByName(parts);
  for (const name of direct)
    for (const component of named(name)) root.dependencies.add(component.bomRef);
  const unknown = new Set<string>();
  for (const { name, needs } of dependencies) {
    for (const component of named(name)) {
      if (needs === undefined) unknown.add(component.bomRef.value ?? "");
      for (const needed of (needs ?? []).flatMap(named)) component.dependencies.add(needed.bomRef);
    }
  }
  return unknown;
}

function componentsByName(parts: readonly Part[]) {
  const found = new Map<PackageName, Models.Component[]>();
  for (const { one, component } of parts)
    found.set(one.pin.name, [...(found.get(one.pin.name) ?? []), component]);
  return (name: PackageName) => found.get(name) ?? [];
}

/** One for each advisory, with all that it affects. */
function vulnerabilities(parts: readonly Part[]): readonly Models.Vulnerability.Vulnerability[] {
  const found = new Map<string, Models.Vulnerability.Vulnerability>();
  for (const { one, component } of parts) {
    for (const finding of one.findings) {
      const { id } = finding.advisory;
      const known = found.get(id) ?? vulnerability(finding, one);
      found.set(id, known);
      known.affects.add(affect(one.pin, component));
    }
  }
  return [...found.values()];
}

function affect({ version }: AuditPin, { bomRef }: Models.Component) {
  const status = AffectStatus.Affected;
  const versions =
    version === undefined
      ? []
      : [new Models.Vulnerability.AffectedSingleVersion(safeText(version), { status })];
  return new Models.Vulnerability.Affect(bomRef, {
    versions: new Models.Vulnerability.AffectedVersionRepository(versions),
  });
}

function vulnerability({ advisory }: AuditFinding, { pin, remedy }: AuditedPin) {
  const { id, aliases, summary, published, severity, kind } = advisory;
  const { Vulnerability, Source, Reference, ReferenceRepository } = Models.Vulnerability;
  const source = new Source({ name: "OSV" });
  const time = new Date(published);
  const references = aliases.map((alias) => new Reference(safeText(alias), source));
  const made = new Vulnerability({
    id: safeText(id),
    source,
    references: new ReferenceRepository(references),
    ratings: new Models.Vulnerability.RatingRepository([rating(severity, kind === "malware")]),
    ...(summary === "" ? {} : { description: safeText(summary) }),
    ...(remedy === undefined ? {} : { recommendation: safeText(remedyText(pin.name, remedy)) }),
    ...(Number.isNaN(time.getTime()) ? {} : { published: time }),
  });
  if (kind === "malware") made.properties.add(new Models.Property("thoth:kind", "malware"));
  return made;
}

function rating({ rank, score, vector }: AdvisorySeverity, malware: boolean) {
  return new Models.Vulnerability.Rating({
    severity: malware ? Severity.Critical : severities[rank],
    ...(score === undefined ? {} : { score }),
    ...(vector === undefined ? {} : { vector: safeText(vector), method: methodOf(vector) }),
  });
}

function methodOf(vector: string) {
  if (vector.startsWith("CVSS:4")) return RatingMethod.CVSSv4;
  if (vector.startsWith("CVSS:3.1")) return RatingMethod.CVSSv31;
  if (vector.startsWith("CVSS:3")) return RatingMethod.CVSSv3;
  return vector.startsWith("AV:") ? RatingMethod.CVSSv2 : RatingMethod.Other;
}

import type { Audit, AuditedPin, Hold, Remedy } from "../model/audit.ts";
import { auditSummary } from "./audit-summary.ts";
import { jsonDocument } from "./json-document.ts";

/** An audit as `thoth.audit` 1.0; the time of the import stands under `meta`. */
export function auditJson(audit: Audit, programVersion: string): string {
  const { database, file, kind, notes } = audit;
  return jsonDocument({
    schema: "thoth.audit",
    version: "1.0",
    file,
    kind,
    summary: auditSummary(audit),
    database:
      database === undefined
        ? null
        : {
            source: database.source,
            sha256: database.sha256,
            records: database.records,
            newest: database.newest,
          },
    notes,
    releases: audit.pins.map(pinDocument),
    meta: { thoth: programVersion, imported_at: database?.importedAt },
  });
}

function pinDocument({ pin, verdict, reason, findings, path, remedy }: AuditedPin): unknown {
  return {
    name: pin.name,
    version: pin.version,
    origin: pin.origin,
    location: pin.location,
    verdict,
    unknown_because: reason,
    advisories: findings.map(({ advisory, sha256 }) => ({ ...advisory, sha256 })),
    path: path === undefined ? undefined : { where: path.where, names: path.names },
    remedy: remedy === undefined ? undefined : remedyDocument(remedy),
  };
}

function remedyDocument(remedy: Remedy): unknown {
  if (remedy.state !== "held") return remedy;
  return { ...remedy, holds: remedy.holds.map(holdDocument) };
}

function holdDocument(hold: Hold): unknown {
  if (hold.by === "release") return hold;
  const { where, spelling, specifier } = hold.line;
  return { by: "line", where, name: spelling, says: specifier, instead: hold.instead };
}

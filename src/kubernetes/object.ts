import { isRecord } from "../util/json.ts";

/** An object of the API as the server gave it; nothing under `spec` and `status` is checked. */
export interface KubernetesObject {
  readonly name: string;
  readonly uid: string;
  /** Opaque: only to be given back. */
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Undefined until a controller has seen it. */
  readonly status: Readonly<Record<string, unknown>> | undefined;
}

/** Reads what an API server answered. Throws TypeError where it is no object of the API. */
export function kubernetesObject(value: unknown): KubernetesObject {
  const metadata = isRecord(value) ? value["metadata"] : undefined;
  if (!isRecord(value) || !isRecord(metadata)) throw new TypeError("not an object of the API");
  const { name, uid, resourceVersion, labels } = metadata;
  const { spec, status } = value;
  return {
    name: textOf(name),
    uid: textOf(uid),
    resourceVersion: textOf(resourceVersion),
    labels: isRecord(labels) ? onlyTexts(labels) : {},
    spec: isRecord(spec) ? spec : {},
    status: isRecord(status) && Object.keys(status).length > 0 ? status : undefined,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function onlyTexts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts = Object.entries(values).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
  return Object.fromEntries(texts);
}

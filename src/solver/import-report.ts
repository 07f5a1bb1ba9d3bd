import { type Fields, fieldsOf, listField, numberField, textField, textsField } from "./fields.ts";

/** One exception of a chain, the outermost first, as python/import_check.py describes it. */
export interface ExceptionLink {
  /** Its class and that class's bases, e.g. ["ModuleNotFoundError", "ImportError", …]. */
  readonly types: readonly string[];
  readonly message: string;
  /** Normalised name of the project in whose file it was raised. */
  readonly owner: string | undefined;
  /** The module that was not found. */
  readonly missing: string | undefined;
  readonly missingIsInstalled: boolean;
  /** The module of Python itself that lacks a name. */
  readonly standardModule: string | undefined;
}

export interface ImportFailure {
  readonly module: string;
  readonly chain: readonly ExceptionLink[];
  readonly traceback: readonly string[];
}

/** What importing the modules of one release showed. */
export interface ImportReport {
  readonly outcome: "imported" | "signal" | "exit" | "timeout";
  /** Those that could be imported. */
  readonly modules: readonly string[];
  readonly failures: readonly ImportFailure[];
  readonly signal: number | undefined;
  readonly code: number | undefined;
  /** The project in whose code a crash happened, where that is known. */
  readonly owner: string | undefined;
  /** Name and version that the release gives itself, as written; fewer where it names none. */
  readonly claims: readonly string[];
  /** The end of what was printed. */
  readonly tail: string;
  readonly durationMs: number;
}

/** Reads an `imported` line of python/import_check.py. */
export function importReport(fields: Fields): ImportReport {
  return {
    outcome: outcomeOf(textField(fields, "outcome")),
    modules: textsField(fields, "modules"),
    failures: listField(fields, "failures").map((item) => failureOf(fieldsOf(item))),
    signal: numberField(fields, "signal"),
    code: numberField(fields, "code"),
    owner: textField(fields, "owner"),
    claims: textsField(fields, "claims"),
    tail: textField(fields, "tail") ?? "",
    durationMs: numberField(fields, "ms") ?? 0,
  };
}

function outcomeOf(text: string | undefined): ImportReport["outcome"] {
  switch (text) {
    case "imported":
    case "signal":
    case "timeout":
      return text;
    default:
      return "exit";
  }
}

function failureOf(fields: Fields): ImportFailure {
  return {
    module: textField(fields, "module") ?? "",
    chain: listField(fields, "chain").map((item) => linkOf(fieldsOf(item))),
    traceback: textsField(fields, "traceback"),
  };
}

function linkOf(fields: Fields): ExceptionLink {
  return {
    types: textsField(fields, "types"),
    message: textField(fields, "message") ?? "",
    owner: textField(fields, "owner"),
    missing: textField(fields, "missing"),
    missingIsInstalled: fields["missingIsInstalled"] === true,
    standardModule: textField(fields, "standardModule"),
  };
}

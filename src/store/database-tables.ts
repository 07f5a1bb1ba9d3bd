import type { SchemaPart } from "../postgres/migrations.ts";

/**
 * The tables of knowledge. A fact and a page are kept as the text that a file of the JSON store has
 * of them, so that one set of rules reads, merges and writes both.
 */
export const knowledgeTables: SchemaPart = { name: "knowledge", migrations: [first] };

function first(schema: string): string {
  return `
-- One row: which knowledge this is, and how often it changed.
CREATE TABLE ${schema}.state (
  id text NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  -- Moves with what advice may depend on; touched with every flush.
  revision bigint NOT NULL DEFAULT 0,
  touched bigint NOT NULL DEFAULT 0,
  advisories bigint NOT NULL DEFAULT 0
);
INSERT INTO ${schema}.state (id) VALUES (substr(md5(random()::text || clock_timestamp()::text), 1, 8));
CREATE TABLE ${schema}.package (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  index text NOT NULL,
  -- Moves with its page and its facts, save the time of the last check.
  revision bigint NOT NULL DEFAULT 1,
  UNIQUE (name, index)
);
-- What an index lists of a package: a releases.json by gzip, since a tenth is to be carried then.
CREATE TABLE ${schema}.page (
  package bigint PRIMARY KEY REFERENCES ${schema}.package ON DELETE CASCADE,
  releases integer NOT NULL,
  checked_at bigint NOT NULL,
  content bytea NOT NULL
);
ALTER TABLE ${schema}.page ALTER COLUMN content SET STORAGE EXTERNAL;
-- key: ["3.0.3","flask-3.0.3-py3-none-any.whl"], what of the package the fact is about.
CREATE TABLE ${schema}.fact (
  package bigint NOT NULL REFERENCES ${schema}.package ON DELETE CASCADE,
  kind text NOT NULL,
  runtime text NOT NULL,
  key text NOT NULL,
  fact json NOT NULL,
  PRIMARY KEY (package, kind, runtime, key)
);
CREATE TABLE ${schema}.source (
  key text PRIMARY KEY,
  revision bigint NOT NULL DEFAULT 1,
  fact json NOT NULL
);
-- The files of the advisory database that was imported last.
CREATE TABLE ${schema}.advisory_file (name text PRIMARY KEY, content bytea NOT NULL);
-- Advices that wait for facts, and those that did, by the machine that has their project.
CREATE TABLE ${schema}.run (
  id text PRIMARY KEY,
  machine text NOT NULL,
  state text NOT NULL,
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  record json NOT NULL
);
-- What one left: report.md, advice.json, its lock.
CREATE TABLE ${schema}.run_file (
  run text NOT NULL REFERENCES ${schema}.run ON DELETE CASCADE,
  name text NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (run, name)
);
`;
}

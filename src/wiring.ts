import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Configuration } from "./config.ts";
import { openLocalQueue } from "./messaging/local-queue.ts";
import type { MessageQueue } from "./messaging/queue.ts";
import type { Emit } from "./model/event.ts";
import { createIndexClient } from "./package-index/client.ts";
import type { IndexClient } from "./package-index/index-client.ts";
import { addressWords } from "./postgres/address.ts";
import type { PostgresSettings } from "./postgres/database.ts";
import type { Backing } from "./store/backing.ts";
import { jsonBacking, openJsonStore } from "./store/json-store.ts";
import { openProjectRegistry, type ProjectRegistry } from "./store/project-registry.ts";
import { openRunStore, type RunStore } from "./store/run-store.ts";
import type { KnowledgeStore } from "./store/store.ts";
import { openWorkTimes, type WorkTimes } from "./store/work-times.ts";
import { ThothError } from "./util/errors.ts";
import { programVersion } from "./util/program.ts";
import type { ClusterProbe } from "./workflow/argo-probe.ts";
import type { Engine, Runners } from "./workflow/engine.ts";
import { localEngine } from "./workflow/local-engine.ts";

/** Everything a command works with; made once, closed once. */
export interface Services {
  readonly configuration: Configuration;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly store: KnowledgeStore;
  /** Opened when first asked for: a lock from knowledge needs none. */
  readonly queue: () => MessageQueue;
  readonly projects: ProjectRegistry;
  readonly runs: RunStore;
  readonly workTimes: WorkTimes;
  readonly client: IndexClient;
  /** Where tasks run, given what each kind of task does. */
  readonly engine: (runners: Runners) => Engine;
  /** Where an investigator's tasks run, given the engine that runs them in this process. */
  readonly outside: (here: Engine) => Promise<Engine>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** ms since the epoch. */
  readonly now: () => number;
  close(): Promise<void>;
}

/**
 * Chooses the back ends that a configuration names; the only file that names them. What is not
 * embedded is loaded only where it is configured.
 */
export async function connect(
  configuration: Configuration,
  surroundings: Pick<Services, "environment" | "emit" | "signal">,
): Promise<Services> {
  const { environment } = surroundings;
  const signal = limitedSignal(surroundings.signal, configuration.timeoutMs);
  const { store, runs } = await openKnowledge(configuration);
  const client = createIndexClient({
    cacheDir: configuration.cacheDirectory,
    userAgent: `thoth/${programVersion}`,
    environment,
    offline: configuration.offline,
    signal,
  });
  const workTimes = openWorkTimes(configuration.storeDirectory);
  const openQueue = await queueOf(configuration, signal);
  let queue: MessageQueue | undefined;
  let cluster: Awaited<ReturnType<typeof connectCluster>> | undefined;
  return {
    ...surroundings,
    signal,
    configuration,
    store,
    client,
    projects: openProjectRegistry(configuration.storeDirectory),
    runs,
    workTimes,
    engine: (runners) => localEngine(runners, (kind) => workTimes.begin(kind)),
    outside: async (here) => {
      if (configuration.workflow === "local") return here;
      cluster ??= await connectCluster(configuration, environment, signal);
      return cluster.engine(here);
    },
    queue: () => {
      queue ??= openQueue();
      return queue;
    },
    now: Date.now,
    close: async () => {
      await client.close();
      cluster?.close();
      await queue?.close();
      await workTimes.close();
      await store.close();
    },
  };
}

/** Looks at the cluster that tasks would run in; loaded by who asks. Throws as its probe. */
export async function examineCluster(
  { argo }: Configuration,
  environment: Services["environment"],
  signal: AbortSignal,
): Promise<ClusterProbe> {
  const { probeCluster } = await import("./workflow/argo-probe.ts");
  return probeCluster(argo, environment, signal);
}

/** Connects to the cluster that tasks run in. Throws `bad-configuration` where its pods would work for nobody. */
async function connectCluster(
  { argo, knowledge, messaging }: Configuration,
  environment: Services["environment"],
  signal: AbortSignal,
) {
  if (knowledge === "json" || messaging === "local") {
    const lacking = knowledge === "json" ? "knowledge" : "messaging";
    throw new ThothError("bad-configuration", `\`workflow: argo\` needs a shared \`${lacking}\``, {
      notes: ["what a pod learns in a store or queue of its own is gone when it ends"],
      hint: `set \`${lacking}: postgresql\`${lacking === "messaging" ? " or `kafka`" : ""}`,
    });
  }
  const { connectArgo } = await import("./workflow/argo-connect.ts");
  return connectArgo(argo, environment, signal);
}

/** Opens the configured queue; what that takes is loaded before, and connected to when first used. */
async function queueOf(
  configuration: Configuration,
  signal: AbortSignal,
): Promise<() => MessageQueue> {
  switch (configuration.messaging) {
    case "postgresql": {
      const [{ openDatabase }, { openPostgresQueue }] = await Promise.all([
        import("./postgres/database.ts"),
        import("./messaging/postgres-queue.ts"),
      ]);
      const settings = neededDatabase(configuration, "messaging");
      return () => openPostgresQueue(openDatabase(settings, { name: "thoth queue" }));
    }
    case "kafka": {
      const { kafka } = configuration;
      if (kafka === undefined) {
        throw new ThothError(
          "bad-configuration",
          "`messaging: kafka` needs the address of a broker",
          {
            hint: "set THOTH_KAFKA_BROKERS, or `kafka_brokers` in `.thoth.yaml`, to `HOST:PORT`",
          },
        );
      }
      const { openKafkaQueue } = await import("./messaging/kafka-queue.ts");
      return () => openKafkaQueue(kafka, { signal });
    }
    case "local":
      return () => openLocalQueue(join(configuration.storeDirectory, "queue"));
  }
}

async function openKnowledge(
  configuration: Configuration,
): Promise<Pick<Services, "store" | "runs">> {
  const { cacheDirectory, knowledge, storeDirectory: folder } = configuration;
  if (knowledge === "json") return { store: openJsonStore(folder), runs: openRunStore(folder) };
  const settings = neededDatabase(configuration, "knowledge");
  const { openPostgresTeam } = await import("./store/postgres-store.ts");
  return openPostgresTeam({ settings, cacheDirectory, folder });
}

/** Where knowledge can lie, for copying it; both are to be closed. */
export async function knowledgeEnds(
  configuration: Configuration,
): Promise<Record<Configuration["knowledge"], Backing>> {
  const { cacheDirectory, storeDirectory } = configuration;
  const settings = neededDatabase(configuration, "knowledge");
  const { postgresBacking } = await import("./store/postgres-store.ts");
  return {
    json: jsonBacking(storeDirectory),
    postgresql: postgresBacking({ settings, cacheDirectory }),
  };
}

/** Makes the tables of all back ends in the configured database, or brings them up to date. */
export async function migrateDatabase(configuration: Configuration): Promise<PostgresSettings> {
  const settings = neededDatabase(configuration, "knowledge");
  const [{ openDatabase }, { migrate }, { queueTables }, { knowledgeTables }] = await Promise.all([
    import("./postgres/database.ts"),
    import("./postgres/migrations.ts"),
    import("./messaging/postgres-tables.ts"),
    import("./store/database-tables.ts"),
  ]);
  const database = openDatabase(settings);
  try {
    for (const part of [knowledgeTables, queueTables]) await migrate(database, part);
    return settings;
  } finally {
    await database.close();
  }
}

/** Throws `bad-configuration` where a back end is to be in a database that nobody named. */
function neededDatabase(
  { postgresql }: Configuration,
  setting: "knowledge" | "messaging",
): PostgresSettings {
  if (postgresql !== undefined) return postgresql;
  const message = `\`${setting}: postgresql\` needs \`postgresql_url\`, which is not set`;
  throw new ThothError("bad-configuration", message, {
    hint: `set THOTH_POSTGRESQL_URL to ${addressWords}`,
  });
}

/** `--timeout` stops what a signal of the user would stop, with a reason of its own. */
function limitedSignal(signal: AbortSignal, timeoutMs: number | undefined): AbortSignal {
  if (timeoutMs === undefined) return signal;
  const limit = new AbortController();
  const message = `not done within the ${timeoutMs / 1000} s of --timeout`;
  const hint = "what was learnt is kept: the next run goes on from there";
  const timer = setTimeout(
    () => limit.abort(new ThothError("time-limit", message, { hint })),
    timeoutMs,
  );
  timer.unref();
  const either = AbortSignal.any([signal, limit.signal]);
  setMaxListeners(0, either);
  return either;
}

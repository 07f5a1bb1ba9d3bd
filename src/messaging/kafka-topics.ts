import { ThothError } from "../util/errors.ts";
import type { KafkaAdmin } from "./kafka-driver.ts";
import { isRefusal } from "./kafka-failures.ts";

/** The topics of one queue. */
export interface QueueTopics {
  /** All that happens to it, in one partition. */
  readonly log: string;
  /** Copies of what became a dead letter, for other programs. */
  readonly dead: string;
}

export function topicsOf(prefix: string): QueueTopics {
  return { log: `${prefix}.queue`, dead: `${prefix}.dead` };
}

/** Records are removed by ourselves, once a snapshot has what they said. */
const keptForEver = { "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1" };
const largeRecords = { "max.message.bytes": String(16 * 1024 * 1024) };
const wantedReplicas = 3;
const topicResource = 2;

/**
 * Makes the topics that are missing, for who may do that, with settings under which no work is
 * lost. Throws `broker-refused` for a topic of somebody else's making that would lose some.
 */
export async function ensureTopics(
  admin: KafkaAdmin,
  topics: QueueTopics,
  origin: string,
): Promise<void> {
  const known = new Set(await admin.listTopics());
  const missing = [topics.log, topics.dead].filter((topic) => !known.has(topic));
  if (missing.length > 0) {
    const brokers = (await admin.describeCluster?.())?.brokers.length ?? 1;
    const replicas = Math.min(wantedReplicas, brokers);
    // With two of three, one may be away, and nothing is lost with any one of them
    const inSync = { "min.insync.replicas": replicas < wantedReplicas ? "1" : "2" };
    const common = { ...largeRecords, ...inSync, "unclean.leader.election.enable": "false" };
    const settings = (topic: string) =>
      topic === topics.log
        ? { ...common, ...keptForEver, "segment.bytes": String(64 * 1024 * 1024) }
        : { ...common, "cleanup.policy": "compact" };
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: 1,
        replicationFactor: replicas,
        configEntries: Object.entries(settings(topic)).map(([name, value]) => ({ name, value })),
      })),
    });
  }
  if (known.has(topics.log)) await refuseForgetful(admin, topics.log, origin);
}

async function refuseForgetful(admin: KafkaAdmin, topic: string, origin: string): Promise<void> {
  const found = await settingsOf(admin, topic);
  const wrong = Object.entries(keptForEver)
    .filter(([name, value]) => !(found.get(name) ?? value).split(",").includes(value))
    .map(([name]) => `${name}=${found.get(name)}`);
  if (wrong.length === 0) return;
  const cure = Object.entries(keptForEver).map(([name, value]) => `${name}=${value}`);
  const message = `the topic \`${topic}\` of the cluster set by ${origin} would lose messages: ${wrong.join(", ")}`;
  throw new ThothError("broker-refused", message, {
    hint: `change it: \`kafka-configs.sh --alter --topic ${topic} --add-config ${cure.join(",")}\``,
  });
}

/** Empty where the client can't ask, or may not. */
async function settingsOf(admin: KafkaAdmin, topic: string): Promise<ReadonlyMap<string, string>> {
  const configNames = Object.keys(keptForEver);
  const resources = [{ type: topicResource, name: topic, configNames }];
  try {
    const answer = await admin.describeConfigs?.({ resources, includeSynonyms: false });
    const entries = answer?.resources.flatMap(({ configEntries }) => configEntries) ?? [];
    return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return new Map();
  }
}

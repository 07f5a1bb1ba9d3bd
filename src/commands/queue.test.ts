import { expect, test } from "vitest";
import { canMount, withMounts } from "../../fixtures/namespace.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";

const index_url = "https://index.example/simple";

function line(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ type, ...fields })}\n`;
}

const released = line("package_released", {
  package_name: "flask",
  package_version: "3.1.0",
  index_url,
});
const advisory = line("cve_provided", {
  package_name: "jinja2",
  package_version: "2.0",
  index_url,
});
/** Nothing here acts on it: a dead letter once it is handled. */
const foreign = line("kebechet_trigger", { webhook_payload: {}, job_id: null });

/** A project whose queue holds one message of each line. */
async function queued(lines: string): Promise<TestProject> {
  const project = makeProject();
  const sent = await thoth(project, ["queue", "send", "-"], { stdin: lines });
  expect(sent).toMatchObject({ exitCode: 0, stderr: "" });
  return project;
}

function ended(exitCode: number, stdout: string, stderr = "") {
  return { exitCode, signal: null, stdout, stderr };
}

test("an empty queue says so, and looking writes nothing", async () => {
  const project = makeProject();

  expect(await thoth(project, ["queue", "list"])).toEqual(ended(0, "The queue is empty\n"));
  expect(await thoth(project, ["queue", "stats"])).toEqual(ended(0, "The queue is empty\n"));
  expect(await thoth(project, ["queue", "retry", "--all"])).toEqual(
    ended(0, "0 messages will be delivered again\n"),
  );
  expect(project.files()).toEqual({});
});

test("what was sent is listed in the order in which it is delivered, and counted", async () => {
  const project = await queued(released + advisory);
  project.write({ "urgent.json": `[${foreign}]` });

  const send = await thoth(project, ["queue", "send", "urgent.json", "--priority", "1"]);
  const again = await thoth(project, ["queue", "send", "urgent.json"]);
  const list = await thoth(project, ["queue", "list"]);
  const first = await thoth(project, ["queue", "list", "--limit", "1"]);
  const one = await thoth(project, ["queue", "list", "--type", "cve_provided", "--json"]);
  const stats = await thoth(project, ["queue", "stats"]);

  expect(send).toEqual(ended(0, "1 message sent\n"));
  expect(again).toEqual(ended(0, "0 messages sent\n", "1 message waited already\n"));
  expect(list.stdout).toBe(`ID  TYPE              WHAT         STATE  PRIORITY  TRIES  AGE
3   kebechet_trigger               ready  1         0      less than a minute
1   package_released  flask 3.1.0  ready  10        0      less than a minute
2   cve_provided      jinja2 2.0   ready  10        0      less than a minute
`);
  expect(first.stdout.split("\n").slice(2)).toEqual(["and 2 more (--limit shows more)", ""]);
  expect(JSON.parse(one.stdout)).toMatchObject({
    schema: "thoth.queue",
    messages: [
      {
        id: "2",
        state: "ready",
        message: { component_name: "thoth", version: "v1", package_name: "jinja2" },
      },
    ],
    more: 0,
    meta: { times: { "2": { publishedAt: expect.stringMatching(/^\d{4}-/) } } },
  });
  expect(stats.stdout).toBe(`TYPE              READY  DELAYED  IN-WORK  PAUSED  DEAD
cve_provided      1      0        0        0       0
kebechet_trigger  1      0        0        0       0
package_released  1      0        0        0       0
all               3      0        0        0       0
The oldest that is not dead came less than a minute ago
`);
});

test("of messages that are not valid none is sent, and each mistake has its place", async () => {
  const secret = advisory.replace("https://", "https://user:secret@");
  const project = makeProject({ files: { "messages.jsonl": `${released}\n${secret}{}\n` } });

  const run = await thoth(project, ["queue", "send", "messages.jsonl"]);

  const help = "help: the fields of every message are in schemas/thoth.messages.schema.json";
  expect(run).toEqual(
    ended(
      2,
      "",
      `error[THOTH-E0108]: cve_provided: index_url must be an address without credentials
  --> messages.jsonl:3:1
${help}

error[THOTH-E0108]: unknown message type undefined
  --> messages.jsonl:4:1
${help}

2 problems in messages.jsonl
`,
    ),
  );
  expect((await thoth(project, ["queue", "list"])).stdout).toBe("The queue is empty\n");
});

test.each([
  ["{}\n{", "error[THOTH-E0108]: this is not JSON\n  --> standard input:2:1\n"],
  ["[1]", "error[THOTH-E0108]: message 1: a message is a JSON object\n"],
  ["", ""],
])("standard input that holds %j", async (stdin, problem) => {
  const run = await thoth(makeProject(), ["queue", "send", "-"], { stdin });

  expect(run.stderr.startsWith(problem)).toBe(true);
  expect(run.exitCode).toBe(problem === "" ? 0 : 2);
});

test("a message of a paused type is left alone until it is resumed", async () => {
  const project = await queued(foreign);

  const pause = await thoth(project, ["queue", "pause", "kebechet_trigger"]);
  await thoth(project, ["investigate"]);
  const stats = await thoth(project, ["queue", "stats"]);
  const resume = await thoth(project, ["queue", "resume", "kebechet_trigger"]);
  await thoth(project, ["investigate"]);
  const list = await thoth(project, ["queue", "list", "--state", "dead"]);

  expect(pause.stdout).toBe("kebechet_trigger is paused until it is resumed: 1 message waiting\n");
  expect(stats.stdout).toContain("kebechet_trigger  0      0        0        1       0");
  expect(stats.stdout).toContain("kebechet_trigger is paused\n");
  expect(resume.stdout).toBe("kebechet_trigger goes on: 1 message waiting\n");
  expect(list.stdout).toContain("it is for the original's bot on Git services");
});

test("dead letters are delivered again, or removed, when somebody says so", async () => {
  const project = await queued(foreign);
  await thoth(project, ["investigate"]);

  const retry = await thoth(project, ["queue", "retry", "1", "99"]);
  const drop = await thoth(project, ["queue", "drop", "2", "99"]);

  expect(retry).toEqual(
    ended(1, "1 message will be delivered again\n", "99 is not the id of a dead letter\n"),
  );
  expect(drop).toEqual(ended(1, "1 message dropped\n", "99 is not the id of a message\n"));
  expect((await thoth(project, ["queue", "list"])).stdout).toBe("The queue is empty\n");
});

test.each([
  [["pause", "cve_provide"], "did you mean cve_provided?"],
  [["list", "--type", "x"], "`thoth queue stats` names those that wait"],
  [["list", "--state", "asleep"], "it is one of ready, delayed, in-work, paused, dead"],
  [["list", "--limit", "-1"], "it takes a whole number"],
  [["retry"], "name the dead letters, or say --all"],
  [["retry", "1", "--all"], "name the dead letters, or say --all"],
  [["send", "nowhere.json"], "name a file of messages, or - for standard input"],
])("thoth queue %j is a mistake, with a way out", async (args, way) => {
  const run = await thoth(makeProject(), ["queue", ...args]);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(way);
});

test.runIf(canMount)(
  "on a full disk nothing is sent by halves, and nothing is left behind",
  async () => {
    const project = makeProject();
    const { store } = project;
    const many = Array.from({ length: 400 }, (_, at) =>
      line("missing_package", { package_name: `package-${at}`, index_url }),
    );

    const run = await thoth(project, ["queue", "send", "-"], {
      stdin: many.join(""),
      shell: withMounts(
        `mkdir -p ${store}; mount -t tmpfs -o size=64k none ${store}`,
        `cat ${store}/queue/journal.jsonl; ls ${store}/queue`,
      ),
    });

    expect(run.exitCode).toBe(4);
    expect(run.stderr.match(/error\[THOTH-E0412\]: no space left to write/g)).toHaveLength(1);
    expect(run.stdout).toBe("journal.jsonl\n");
  },
);

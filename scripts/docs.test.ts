import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { expect, test } from "vitest";
import { addCommands } from "../src/commands/catalogue.ts";
import { errorCodes } from "../src/util/errors.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const readme = read("README.md");
const architecture = read("docs/architecture.md");

/** Rows of the Markdown table below a header: the text in backticks, and the next cell. */
function rowsUnder(text: string, header: string): readonly (readonly [string, string])[] {
  const [, after = ""] = text.split(`${header}\n|---|---|\n`);
  const table = after.split("\n\n", 1)[0] ?? "";
  return [...table.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name = "", does = ""]) => [
    name,
    does,
  ]);
}

function program(): Command {
  const command = new Command("thoth");
  addCommands(command, async () => {});
  return command;
}

/** Each command that does something, with its arguments as `--help` has them. */
function leaves(command: Command, path: string): readonly (readonly [string, string])[] {
  if (command.commands.length > 0) {
    return command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`));
  }
  const usage = command.usage().replace("[options]", "").trim();
  return [[`${path} ${usage}`.trim(), command.description()]];
}

test("README lists the commands that --help lists", () => {
  expect(rowsUnder(readme, "| command | does |")).toEqual(leaves(program(), "thoth"));
});

test("README lists the options of `thoth advise`, and names those that every command has", () => {
  const [advise, runtimes] = ["advise", "runtimes"].map((name) =>
    program().commands.find((command) => command.name() === name),
  );
  const shared = (runtimes?.options ?? []).map(({ short, long }) => short ?? long ?? "");
  const own = (advise?.options ?? []).filter(
    ({ short, long }) => !shared.includes(short ?? long ?? ""),
  );
  const listed = rowsUnder(readme, "| option | does |");

  expect(listed).toEqual(own.map(({ flags, description }) => [flags, description]));
  const sentence = /^Every command has .*$/m.exec(readme)?.[0] ?? "";
  expect(shared.filter((flag) => !sentence.includes(`\`${flag}\``))).toEqual([]);
});

test("README explains every exit code that an error has", () => {
  const explained = new Set([...readme.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code)));
  const used = Object.values(errorCodes).map(({ exit }) => exit);

  expect(used.filter((code) => !explained.has(code))).toEqual([]);
});

test("docs/architecture.md names every folder and file at the top of src", () => {
  const entries = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter(({ name }) => !name.endsWith(".test.ts"))
    .map((entry) => `| \`src/${entry.name}${entry.isDirectory() ? "/" : ""}\` |`);

  expect(entries.filter((row) => !architecture.includes(row))).toEqual([]);
});

test.each(["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/decisions.md"])(
  "every file that %s links to is there",
  (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(
      ([, path = ""]) => path,
    );

    expect(links.filter((path) => !existsSync(join(root, dirname(file), path)))).toEqual([]);
  },
);

test("docs/architecture.md names no file of src that is not there", () => {
  const places = ["src", "src/commands", "src/loop", "src/solver", "."];
  const named = [...architecture.matchAll(/`([a-z./-]+\.(?:ts|py|mjs))`/g)].map(
    ([, path = ""]) => path,
  );
  const files = execFileSync("find", [join(root, "src"), "-name", "*.ts"], { encoding: "utf8" });
  const isThere = (path: string) =>
    places.some((place) => existsSync(join(root, place, path))) || files.includes(`/${path}\n`);

  expect(named.filter((path) => !isThere(path))).toEqual([]);
});

// Written in halves: this file is one of those that are searched
const hosts = [`py${"pi.org"}`, `python${"hosted.org"}`, `npm${"js.org"}`];

test.skipIf(!existsSync(join(root, ".git")))("no tracked file names the host of a registry", () => {
  const patterns = hosts.flatMap((host) => ["-e", host]);
  const found = spawnSync("git", ["grep", "-IlF", ...patterns], { cwd: root, encoding: "utf8" });

  expect(found.stdout).toBe("");
  expect(found.status).toBe(1);
});

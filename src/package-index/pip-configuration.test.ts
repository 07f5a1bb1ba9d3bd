import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { parseIni, pipCertificate, pipIndexUrl, pipSetting } from "./pip-configuration.ts";

const noPip = async () => undefined;
const index = (name: string) => `https://${name}.example/simple`;

test("the environment wins over the user's file, the virtual environment's over the user's", async () => {
  const home = temporaryFolder();
  writeFiles(home, {
    ".config/pip/pip.conf": `[global]\nindex-url = ${index("user")}\n`,
    "venv/pip.conf": `[global]\nindex-url = ${index("venv")}\n`,
    "own.conf": `[global]\nindex-url = ${index("own")}\n`,
  });
  const user = { HOME: home, XDG_CONFIG_DIRS: join(home, "none") };
  const venv = { ...user, VIRTUAL_ENV: join(home, "venv") };
  const own = { ...venv, PIP_CONFIG_FILE: join(home, "own.conf") };

  expect(await pipIndexUrl(user, noPip)).toBe(index("user"));
  expect(await pipIndexUrl(venv, noPip)).toBe(index("venv"));
  expect(await pipIndexUrl(own, noPip)).toBe(index("own"));
  expect(await pipIndexUrl({ ...own, PIP_INDEX_URL: index("variable") }, noPip)).toBe(
    index("variable"),
  );
});

test("[install] wins over [global], whichever file it stands in", async () => {
  const home = temporaryFolder();
  writeFiles(home, {
    ".pip/pip.conf": `[install]\nindex-url = ${index("install")}\n`,
    ".config/pip/pip.conf": `[global]\nindex-url = ${index("global")}\ncert = /ca.pem\n`,
  });

  expect(await pipIndexUrl({ HOME: home }, noPip)).toBe(index("install"));
  expect(await pipCertificate({ HOME: home })).toBe("/ca.pem");
});

test("PIP_CONFIG_FILE=/dev/null hides every file, and pip is asked for its default", async () => {
  const home = temporaryFolder();
  writeFiles(home, { ".config/pip/pip.conf": `[global]\nindex-url = ${index("user")}\n` });
  const environment = { HOME: home, PIP_CONFIG_FILE: "/dev/null" };

  expect(await pipIndexUrl(environment, async () => index("default"))).toBe(index("default"));
  expect(await pipSetting(environment, "proxy")).toBeUndefined();
});

test("a file is read as Python's configparser reads it", () => {
  const text = `\ufeff# a comment
[global]
index_url: https://a.example/simple
Extra-Index-URL =
    https://b.example/simple
    https://c.example/simple
; another
[install]
--no-binary = :all:
proxy = http://u:p%40w@proxy.example # not a comment
`;

  expect(Object.fromEntries(parseIni(text))).toEqual({
    "global.index-url": "https://a.example/simple",
    "global.extra-index-url": "https://b.example/simple\nhttps://c.example/simple",
    "install.no-binary": ":all:",
    "install.proxy": "http://u:p%40w@proxy.example # not a comment",
  });
});

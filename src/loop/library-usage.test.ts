import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { libraryUsage } from "./library-usage.ts";

async function usageOf(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return libraryUsage(folder, "3.12");
}

test("folders of virtual environments and builds are passed over, packages of such names are not", async () => {
  const { uses } = await usageOf({
    "shop/env/__init__.py": "import used\n",
    "env/lib/other.py": "import other\n",
    "venv-of-mine/pyvenv.cfg": "",
    "venv-of-mine/lib.py": "import strange\n",
    "build/lib/shop.py": "import built\n",
  });

  expect([...uses.keys()]).toEqual(["used"]);
});

test("another part of one's own namespace is a use of others, which may be doubted", async () => {
  const { uses } = await usageOf({
    "src/poetry/app.py": "import poetry.core.thing\nimport poetry.app\n",
  });

  expect([...uses]).toMatchObject([
    ["poetry.core", [{ module: "poetry.core.thing", doubtful: true }]],
  ]);
});

test("what is run beside the sources is a mention; what is needed is asked for, and no mention", async () => {
  const { mentions, asked } = await usageOf({
    Procfile: "web: gunicorn shop.wsgi\n",
    Pipfile: '[packages]\nhidden = "*"\n[scripts]\nserve = "uvicorn web:app"\n',
    "settings.py": 'INSTALLED_APPS = ["rest_framework", "shop.cart"]\n',
    "pyproject.toml": '[dependency-groups]\ntest = ["pytest_cov"]\n[tool.celery]\napp = "tasks"\n',
    "tox.ini": "[testenv]\ndeps = freezegun\n",
    "requirements/test.txt": "moto>=2\n",
    "pylock.toml": 'name = "locked"\n',
  });

  for (const name of ["gunicorn", "uvicorn", "rest_framework", "tasks", "freezegun"])
    expect(mentions.has(name), name).toBe(true);
  for (const name of ["hidden", "pytest_cov", "moto", "locked"])
    expect(mentions.has(name), name).toBe(false);
  expect(["pytest-cov", "freezegun", "moto"].filter((name) => asked.has(name))).toHaveLength(3);
});

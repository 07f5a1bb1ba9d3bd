import { isIP } from "node:net";
import type { GitService } from "../security/health/learn-repository.ts";
import { type Environment, environmentValue } from "../util/environment.ts";
import { ThothError } from "../util/errors.ts";

const publicApis = { github: "https://api.github.com", gitlab: "https://gitlab.com/api/v4" };

/**
 * The Git services that may be asked: those for which the environment holds a token
 * (`THOTH_GITHUB_TOKEN`, `THOTH_GITLAB_TOKEN`); without one nothing is asked. Another address of
 * the interface comes from the environment, too (`THOTH_GITHUB_API`, `THOTH_GITLAB_API`), and from
 * nowhere else: a project's own `.thoth.yaml` must not say where a user's token goes.
 */
export function gitServices(environment: Environment): readonly GitService[] {
  return (["github", "gitlab"] as const).flatMap((name) => {
    const variable = `THOTH_${name.toUpperCase()}`;
    const token = environmentValue(environment, `${variable}_TOKEN`)?.trim();
    if (token === undefined || token === "") return [];
    if (/[^!-~]/.test(token)) {
      throw new ThothError("bad-configuration", `${variable}_TOKEN holds what no token holds`, {
        hint: "set it to the token alone",
      });
    }
    const address = environmentValue(environment, `${variable}_API`) ?? publicApis[name];
    const api = interfaceAt(address, `${variable}_API`);
    return [
      { name, host: new URL(api).host.replace(/^api\.github\.com$/, "github.com"), api, token },
    ];
  });
}

function interfaceAt(address: string, variable: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url === undefined || !secure || url.username !== "" || url.search !== "") {
    throw new ThothError("bad-configuration", `${variable} is no https address of an interface`, {
      hint: `give one such as ${publicApis.gitlab}`,
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function isLoopback({ hostname }: URL): boolean {
  if (hostname === "localhost" || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}

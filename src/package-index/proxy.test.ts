import { expect, test } from "vitest";
import { proxyFor } from "./proxy.ts";

const proxy = "http://proxy.example:3128/";

test.each([
  ["https://index.example", { HTTPS_PROXY: proxy }, proxy],
  ["https://index.example", { https_proxy: proxy, HTTPS_PROXY: "http://other.example" }, proxy],
  ["https://index.example", { HTTP_PROXY: proxy }, undefined],
  ["http://index.example", { HTTP_PROXY: proxy }, proxy],
  ["http://index.example", { ALL_PROXY: proxy }, proxy],
  ["http://index.example", { HTTP_PROXY: "proxy.example:3128" }, proxy],
  ["http://index.example", { HTTP_PROXY: proxy, NO_PROXY: "example" }, undefined],
  ["http://index.example", { HTTP_PROXY: proxy, NO_PROXY: ".example" }, undefined],
  ["http://index.example", { HTTP_PROXY: proxy, NO_PROXY: "*" }, undefined],
  ["http://index.example", { HTTP_PROXY: proxy, NO_PROXY: "dex.example" }, proxy],
  ["http://index.example:81", { HTTP_PROXY: proxy, NO_PROXY: "index.example:80" }, proxy],
  [
    "http://index.example",
    { HTTP_PROXY: proxy, NO_PROXY: "a.example, index.example:80" },
    undefined,
  ],
  ["http://10.1.2.3", { HTTP_PROXY: proxy, NO_PROXY: "10.0.0.0/8" }, undefined],
  ["http://11.1.2.3", { HTTP_PROXY: proxy, NO_PROXY: "10.0.0.0/8" }, proxy],
  ["http://[::1]:8080", { HTTP_PROXY: proxy, NO_PROXY: "::1" }, undefined],
])("%s with %o goes through %s", (url, environment, expected) => {
  expect(proxyFor(new URL(url), environment)?.href).toBe(expected);
});

test("pip's own proxy setting wins over the environment and ignores NO_PROXY", () => {
  const environment = { HTTPS_PROXY: "http://other.example", NO_PROXY: "*" };

  expect(proxyFor(new URL("https://index.example"), environment, proxy)?.href).toBe(proxy);
});

test("an address that is no proxy is told without its password", () => {
  const ask = () =>
    proxyFor(new URL("http://a.example"), { HTTP_PROXY: "ftp://u:secret@p.example" });

  expect(ask).toThrow("HTTP_PROXY is no address of a proxy: `ftp://p.example`");
});

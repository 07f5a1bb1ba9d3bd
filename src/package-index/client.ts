import type { IndexClient, IndexClientOptions } from "./index-client.ts";

type Session = Omit<IndexClient, "traffic">;

/** A client of package indexes; loads nothing and connects to nothing before the first request. */
export function createIndexClient(options: IndexClientOptions): IndexClient {
  let opened: Promise<Session> | undefined;
  const traffic = { requests: 0, bytes: 0 };
  const session = (): Promise<Session> => {
    if (options.offline === true) throw new Error("offline: no index may be asked");
    // The HTTP library costs more to load than a lock from knowledge takes.
    opened ??= import("./session.ts").then(({ openSession }) => openSession(options, traffic));
    return opened;
  };
  return {
    page: async (source, name, validators, signal) =>
      (await session()).page(source, name, validators, signal),
    freshPage: async (source, name, signal) => (await session()).freshPage(source, name, signal),
    metadata: async (source, file, name, signal) =>
      (await session()).metadata(source, file, name, signal),
    download: async (source, file, signal) => (await session()).download(source, file, signal),
    traffic: () => ({ ...traffic }),
    close: async () => {
      const ending = opened;
      opened = undefined;
      // Whoever asked has heard why it could not be opened.
      const session = await ending?.catch(() => undefined);
      await session?.close();
    },
  };
}

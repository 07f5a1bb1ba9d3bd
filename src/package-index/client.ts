import type { FileDetails } from "../model/knowledge.ts";
import type { DownloadAnswer } from "./download.ts";
import type { IndexClient, IndexClientOptions } from "./index-client.ts";
import type { MetadataAnswer } from "./metadata-request.ts";
import { UnderWay } from "./under-way.ts";

type Session = Omit<IndexClient, "traffic">;

/** A client of package indexes; loads nothing and connects to nothing before the first request. */
export function createIndexClient(options: IndexClientOptions): IndexClient {
  let opened: Promise<Session> | undefined;
  const metadata = new UnderWay<MetadataAnswer>();
  const downloads = new UnderWay<DownloadAnswer>();
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
    metadata: (source, file, name, signal) =>
      metadata.share(fileKey(file), async () =>
        (await session()).metadata(source, file, name, signal),
      ),
    download: (source, file, signal) =>
      downloads.share(fileKey(file), async () => (await session()).download(source, file, signal)),
    document: async (question, signal) => (await session()).document(question, signal),
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

function fileKey({ url, sha256 = "" }: FileDetails): string {
  return `${sha256} ${url}`;
}

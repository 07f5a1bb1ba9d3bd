import { loadConfiguration } from "../config.ts";
import { connect, type Services } from "../wiring.ts";
import type { CommandContext } from "./command.ts";

/** Configures and connects for one command, and closes whatever comes of it. */
export async function withServices<Result>(
  context: CommandContext,
  projectDirectory: string,
  use: (services: Services) => Promise<Result>,
): Promise<Result> {
  const { flags, environment } = context;
  const services = await connect(
    await loadConfiguration({ flags, environment, projectDirectory }),
    context,
  );
  try {
    return await use(services);
  } finally {
    await services.close();
  }
}

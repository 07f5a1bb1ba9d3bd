import { migrate } from "../src/postgres/migrations.ts";
import { serveReader } from "../src/postgres/reader-thread.ts";
import { knowledgeSchema } from "../src/store/database-schema.ts";

serveReader((database) => migrate(database, knowledgeSchema));

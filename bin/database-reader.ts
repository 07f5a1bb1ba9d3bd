import { migrate } from "../src/postgres/migrations.ts";
import { serveReader } from "../src/postgres/reader-thread.ts";
import { knowledgeTables } from "../src/store/database-tables.ts";

serveReader((database) => migrate(database, knowledgeTables));

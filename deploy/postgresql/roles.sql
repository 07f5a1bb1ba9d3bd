-- Roles for a team's Thoth in PostgreSQL, each with as little as it needs. Run it once, as a superuser:
--
--     psql -v ON_ERROR_STOP=1 -d team -f deploy/postgresql/roles.sql
--     psql -d team -c '\password thoth_owner'          -- and so for the others
--
-- `-v schema=NAME` names another schema than `thoth`. Then, and after each update of Thoth:
--
--     THOTH_POSTGRESQL_URL=postgresql://thoth_owner:…@db.example/team thoth knowledge migrate
--
-- thoth_owner         owns the tables and changes them; nobody uses it for daily work
-- thoth_investigator  reads and writes: investigators, and all who learn or queue something
-- thoth_adviser       reads knowledge, for advice from what is known (`thoth advise --offline`)
\if :{?schema}
\else
\set schema thoth
\endif

CREATE ROLE thoth_owner LOGIN;
CREATE ROLE thoth_investigator LOGIN;
CREATE ROLE thoth_adviser LOGIN;

SELECT format('GRANT CONNECT ON DATABASE %I TO thoth_owner, thoth_investigator, thoth_adviser', current_database()) \gexec
CREATE SCHEMA IF NOT EXISTS :"schema" AUTHORIZATION thoth_owner;
GRANT USAGE ON SCHEMA :"schema" TO thoth_investigator, thoth_adviser;

-- What is there, and what the owner makes later
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"schema" TO thoth_investigator;
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO thoth_adviser;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA :"schema" TO thoth_investigator;
ALTER DEFAULT PRIVILEGES FOR ROLE thoth_owner IN SCHEMA :"schema"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO thoth_investigator;
ALTER DEFAULT PRIVILEGES FOR ROLE thoth_owner IN SCHEMA :"schema"
  GRANT SELECT ON TABLES TO thoth_adviser;
ALTER DEFAULT PRIVILEGES FOR ROLE thoth_owner IN SCHEMA :"schema"
  GRANT USAGE ON SEQUENCES TO thoth_investigator;

"""The database: schema, migrations, and the queries of cases, accounts and jobs."""

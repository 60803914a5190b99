#!/bin/sh
# Runs once, when the PostgreSQL volume is empty: per service a database, an owner that migrates, and an application
# role that may only connect and see sessions. Rights on tables are granted by each service's migrations.
set -eu

secret() { cat "/run/secrets/$1"; }

for service in registry destinations surveys indicators; do
  # psql quotes the values itself: :'x' as a literal, :"x" as a name.
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v service="$service" -v owner="${service}_owner" -v app="${service}_app" \
    -v owner_password="$(secret "${service}_owner_password")" -v app_password="$(secret "${service}_app_password")" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN PASSWORD :'app_password';
CREATE DATABASE :"service" OWNER :"owner";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"service" TO :"app";
GRANT pg_read_all_stats TO :"app";
SQL
done

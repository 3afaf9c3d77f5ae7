#!/bin/sh
# Run by the image of PostgreSQL when it makes its data: the plain role that Zeyou signs in as, and the database it owns.
set -eu
psql -v ON_ERROR_STOP=1 -v secret="$POSTGRES_PASSWORD" -U postgres -d postgres <<'SQL'
CREATE ROLE zeyou LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'secret';
CREATE DATABASE zeyou OWNER zeyou;
SQL

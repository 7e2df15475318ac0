#!/bin/sh
# Tells the platform which shards there are. Runs once at every start: registering what is registered changes nothing.
set -eu
: "${POSTGRES_PASSWORD:?set it}"
ROCKET_TOKEN="$(node deploy/login.js)"
export ROCKET_TOKEN
for shard in s1 s2; do
  node cli/bin/rocket.js shard add "$shard" \
    --database "postgres://rocket:${POSTGRES_PASSWORD}@postgres-$shard:5432/postgres" \
    --url "http://shard-$shard:4100"
done

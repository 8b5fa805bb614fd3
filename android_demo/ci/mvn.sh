#!/usr/bin/env bash
# Maven on the sources of the Gradle project, with the versions of the Gradle catalogue:
#   ci/mvn.sh test
#   ci/mvn.sh -pl translator test -Dtest=SearchTest
set -euo pipefail
cd "$(dirname "$0")"

versions=()
while read -r entry; do
  versions+=("-Dv.$entry")
done < <(awk '/^\[/ { inside = ($0 == "[versions]") }
  inside && /^[A-Za-z]+ = "/ { split($0, part, " = "); gsub(/"/, "", part[2]); print part[1] "=" part[2] }
  ' ../gradle/libs.versions.toml)

exec mvn --batch-mode --no-transfer-progress "${versions[@]}" "$@"

#!/usr/bin/env bash
# Installs what the tests need from apt and is not there, where this is root on a Debian or Ubuntu;
# with `soak`, what only `make soak` needs too: LibreOffice takes 400 MB and a minute of tests.
# What is missing after that is named: a failure in continuous integration (CI is set); elsewhere the
# tests that want it are skipped and counted. Done twice, it does nothing the second time.
set -euo pipefail
cd "$(dirname "$0")"

# What tells that it is there, the package, and which tests want it.
needs=(
  "python3 -c 'import ensurepip'|python3-venv|all tests, for environments of their own"
  "command -v unshare|util-linux|tests without any network"
  "javac -version|default-jdk-headless|test-android and test-hosts"
  "command -v mvn|maven|test-android and test-hosts"
  "command -v dpkg-deb|dpkg|test-arm64"
  "node -e 'process.exit(+(parseInt(process.versions.node) < 20))'|nodejs|test-web and test-hosts"
  "command -v npm|npm|test-web and test-hosts"
  "command -v chromium|chromium|test-web, the page"
  "command -v firefox-esr|firefox-esr|test-web, the page"
  "command -v msgfmt|gettext|catalogues that are compiled"
  "ls /usr/share/java/epubcheck.jar|epubcheck|books that are checked"
  "command -v xmllint|libxml2-utils|XLIFF that is held to its schema"
  "ls /usr/share/php/Symfony/Component/Translation/Resources/schemas/xliff-core-2.0.xsd|php-symfony-translation|XLIFF that is held to its schema"
)
[ "${1:-}" != soak ] || needs+=(
  "ls /usr/lib/libreoffice/program/libswlo.so|libreoffice-writer|text documents that are opened"
  "ls /usr/lib/libreoffice/program/libsclo.so|libreoffice-calc|workbooks that are opened"
  "ls /usr/lib/libreoffice/program/libsdlo.so|libreoffice-impress|presentations that are opened"
)

present() { bash -c "$1" >/dev/null 2>&1; }

packages=()
for need in "${needs[@]}"; do
  IFS='|' read -r probe package _ <<< "$need"
  present "$probe" || packages+=("$package")
done
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # An archive that is not needed may be out of reach; what is missing in the end is told below.
  # Another apt may be at work: it is waited for.
  waiting="-o DPkg::Lock::Timeout=600"
  timeout 300 apt-get -qq $waiting update || echo "apt-get update failed"
  for package in "${packages[@]}"; do
    timeout 900 apt-get -qq $waiting install --yes --no-install-recommends "$package" \
      || echo "apt-get cannot install $package"
  done
fi

missing=0
for need in "${needs[@]}"; do
  IFS='|' read -r probe package wanted_by <<< "$need"
  present "$probe" || { echo "missing: $package, for $wanted_by"; missing=1; }
done
[ $missing = 0 ] || [ -z "${CI:-}" ]

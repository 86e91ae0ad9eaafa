#!/usr/bin/env bash
# Writes anew what is read from every message of a corpus: tests/Samples/golden. Look at the difference before you commit it.
#
#   CORPUS_DIR=FOLDER eng/golden.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. eng/lib.sh

[ -d "${CORPUS_DIR:-}" ] || die "CORPUS_DIR has to name the folder of the corpus."
need_dotnet

dotnet build tests/IntegrationWorker.Tests --configuration Release --disable-build-servers -v quiet >/dev/null ||
  die "The tests do not build: dotnet build tests/IntegrationWorker.Tests"
GOLDEN_WRITE=1 tests/IntegrationWorker.Tests/bin/Release/net10.0/IntegrationWorker.Tests \
  -noLogo -noColor -class '*GoldenTests' >/dev/null || die "The golden files were not written."

cat tests/Samples/golden/radiology.tsv tests/Samples/golden/fhir.tsv
git diff --stat -- tests/Samples/golden

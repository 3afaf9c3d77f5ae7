# Everything a fresh Debian machine with Rust needs to build and run the tests.
.PHONY: test setup faults fuzz schemathesis
setup:
	@command -v cc >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev; }
	@ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends libfaketime; }
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && command -v redis-server >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends postgresql redis-server; }
	@command -v npm >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends nodejs npm; }
	@command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 && test -d /usr/share/fonts/opentype/noto \
		|| { apt-get update && apt-get install -y --no-install-recommends chromium chromium-driver fonts-noto-cjk; }
	@test -f tests/browser/node_modules/axe-core/axe.min.js \
		|| npm --prefix tests/browser ci --ignore-scripts --no-audit --no-fund

	@python3 -c 'import ensurepip' >/dev/null 2>&1 && command -v curl >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends python3-venv curl; }

test: setup
	cargo test --locked
	tests/schemathesis/run.sh

# Every fuzz target for ten minutes, one after the other.
fuzz: setup
	ZEYOU_FUZZ_SECONDS=600 cargo test --locked --test fuzz -- --test-threads=1 --nocapture

# The whole OpenAPI document with many examples and all phases: hours.
schemathesis: setup
	tests/schemathesis/run.sh 400 examples,coverage,fuzzing,stateful

# The promises of docs/reliability.md at their full figures, one after the other: about two hours.
faults: setup
	ZEYOU_FAULTS=full cargo test --locked --test faults -- --test-threads=1 --nocapture

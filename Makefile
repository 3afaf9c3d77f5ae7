# Everything a fresh Debian machine with Rust needs to run the tests.
.PHONY: test setup
setup:
	@command -v cc >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev; }

test: setup
	cargo test --locked

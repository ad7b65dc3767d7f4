# A thin front of meson and ninja.
#
#   make              build/skep, build/libskep.*, build/examples/*.o
#   make static       build-static/skep: one file, with the C library in it
#   make demo         install what is missing, build, run the firewall example over a made capture
#   make test         install what is missing, build, run all tests (TESTS=NAME: some)
#   make test-vm      tests of suite "vm" in Debian's kernels under qemu (TESTS=NAME: some): kprobes, fentry, LSM, freplace
#   make objects      docs/objects.md: the objects of libbpf-tools and xdp-tools, with libbpf and with skep, in three kernels
#   make check        formatting, static analysis, layers, generated documents
#   make install      PREFIX (/usr/local), DESTDIR
#   make fuzz         FUZZ=elf|btf|pcap|packet|asm|vm|expr|classic|filter|trace SECONDS=60
#   make soak         random programs against verifier, kernel and interpreter: SEEDS=1000000 FROM=0
#   make soak-jit     random programs in every way to execute them, and in the kernel: SEEDS, FROM
#   make stress       threads run programs that another replaces: STRESS_SECONDS=60
#   make kill-test    processes that change pinned maps are killed: KILLS=10000, of each of two kinds
#   make soak-filter  random filter expressions, beside libpcap: SEEDS, FROM
#   make torture      threads on maps of every type, under both sanitizers: TORTURE_SECONDS=300 each
#   make soak-map     random operations on maps, beside the kernel's: STEPS=100000 a type
#   make live-drops   packets at full speed over veth, what skep dump and tcpdump drop: PACKETS=1000000
#   make bench
#   make clean
#
# PRESET=debug|asan|tsan|release|coverage builds into build-PRESET instead of build.

PRESET ?=
BUILD := build$(if $(PRESET),-$(PRESET))
PREFIX ?= /usr/local
FUZZ ?= elf
SECONDS ?= 60
PACKETS ?= 1000000
FROM ?= 0
SEEDS ?= 1000000
STEPS ?= 100000
STRESS_SECONDS ?= 60
KILLS ?= 10000
TORTURE_SECONDS ?= 300

OPTIONS_ := -Dbuildtype=debugoptimized
OPTIONS_debug := -Dbuildtype=debug
OPTIONS_asan := -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
OPTIONS_tsan := -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
OPTIONS_release := -Dbuildtype=release -Db_ndebug=true
OPTIONS_coverage := -Dbuildtype=debug -Db_coverage=true

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja:
	@scripts/setup build
	@meson setup $(BUILD) --prefix $(abspath $(PREFIX)) $(OPTIONS_$(PRESET)) >$(BUILD).log 2>&1 || \
		{ cat $(BUILD).log; exit 1; }
	@mv $(BUILD).log $(BUILD)/setup.log

# The tests, fuzz drivers and benchmarks are configured the first time that one is asked for.
$(BUILD)/.tests: $(BUILD)/build.ninja
	@meson configure $(BUILD) -Dtests=true
	@touch $@

test:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet
	@scripts/run-tests $(BUILD) $(TESTS)

test-vm:
	@scripts/setup vm
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet
	@scripts/test-vm $(BUILD) $(TESTS)

# docs/objects.md: what becomes of other people's objects, here and in Debian's kernels.
objects:
	@$(MAKE) --no-print-directory test-vm TESTS=kernel/objects
	@scripts/gen-objects $(BUILD)

demo:
	@scripts/setup build
	@$(MAKE) --no-print-directory all
	@scripts/demo $(BUILD)

check: all
	@scripts/check $(BUILD)

# One file that needs nothing else: build-static/skep.
static:
	@scripts/setup build
	@[ -e build-static/build.ninja ] || meson setup build-static -Dstatic=all >/dev/null
	@ninja -C build-static --quiet skep
	@ls -l build-static/skep

bench:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet bench
	@meson test -C $(BUILD) --no-rebuild --benchmark --verbose

fuzz:
	@scripts/setup test
	@$(MAKE) --no-print-directory BUILD=build build/.tests
	@ninja -C build --quiet fuzz/corpus.stamp
	@scripts/fuzz $(FUZZ) $(SECONDS)

soak:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet fuzz/verify_soak
	@$(BUILD)/fuzz/verify_soak --kernel --contain --from $(FROM) --to $$(($(FROM) + $(SEEDS)))

soak-jit:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet fuzz/jit_diff
	@$(BUILD)/fuzz/jit_diff --kernel --from $(FROM) --to $$(($(FROM) + $(SEEDS)))

soak-filter:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet fuzz/filter_diff
	@$(BUILD)/fuzz/filter_diff $(FROM) $(SEEDS)

soak-map:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet tests/map/test_storm
	@SKEP_MAP_STEPS=$(STEPS) $(BUILD)/tests/map/test_storm

# Threads run programs that another thread replaces: natively, then with the thread sanitizer.
stress:
	@scripts/setup test
	@$(MAKE) --no-print-directory stress-build
	@$(MAKE) --no-print-directory PRESET=tsan stress-build

stress-build: $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet tests/user/test_stress tests/user/stress.o
	@SKEP_STRESS_SECONDS=$(STRESS_SECONDS) $(BUILD)/tests/user/test_stress

kill-test:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet tests/map/test_kill
	@SKEP_KILLS=$(KILLS) $(BUILD)/tests/map/test_kill

# Threads change maps of every type, with the address sanitizer, then with the thread sanitizer.
torture:
	@scripts/setup test
	@$(MAKE) --no-print-directory PRESET=asan torture-build
	@$(MAKE) --no-print-directory PRESET=tsan torture-build

torture-build: $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet tests/map/test_torture
	@SKEP_TORTURE_SECONDS=$(TORTURE_SECONDS) $(BUILD)/tests/map/test_torture

live-drops:
	@scripts/setup test
	@$(MAKE) --no-print-directory $(BUILD)/.tests
	@ninja -C $(BUILD) --quiet skep gen-pcap tests/cli/send_frames
	@tests/cli/dump_live.py $(BUILD) $(PACKETS)

install: all
	@meson configure $(BUILD) -Dprefix=$(abspath $(PREFIX))
	@meson install -C $(BUILD) --quiet $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

clean:
	rm -rf build build-*

.PHONY: kill-test live-drops all static test test-vm objects demo check bench fuzz soak soak-jit soak-filter soak-map stress stress-build torture torture-build install clean

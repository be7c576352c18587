# SPDX-License-Identifier: MIT
# roinit. `make help` says what there is. The source lists are the architecture: one list a floor,
# and a floor may call its own functions and those of the floors below it (tests/floors.txt).

BUILD   ?= build
FLAVOUR ?= release
PREFIX  ?= /usr/local
VERSION := $(shell cat VERSION)

# ---- floor 1: what the author wrote
CONFIG_SRC = \
    config/arena.c \
    config/capname.c \
    config/command.c \
    config/crosscheck.c \
    config/crosscheck_mounts.c \
    config/diag.c \
    config/doc.c \
    config/docwrite.c \
    config/dump.c \
    config/err.c \
    config/feed.c \
    config/grow.c \
    config/lines.c \
    config/load.c \
    config/reference.c \
    config/reference_tables.c \
    config/resolve.c \
    config/resolve_checks.c \
    config/resolve_tell.c \
    config/resolve_unit.c \
    config/schema.c \
    config/sha256.c \
    config/signame.c \
    config/synonyms.c \
    config/text.c \
    config/value.c \
    config/value_form.c \
    config/value_list.c \
    config/value_number.c \
    config/value_probe.c \
    config/value_schedule.c \
    config/vars.c \

# ---- floor 2: services alive
SUPERVISOR_SRC = \
    supervisor/agenda.c \
    supervisor/check.c \
    supervisor/cron.c \
    supervisor/ctlmsg.c \
    supervisor/ctlreply.c \
    supervisor/ctlserver.c \
    supervisor/events.c \
    supervisor/exits.c \
    supervisor/fleet.c \
    supervisor/fleet_ask.c \
    supervisor/fleet_end.c \
    supervisor/fleet_schedule.c \
    supervisor/fleet_settle.c \
    supervisor/fleet_word.c \
    supervisor/httpreply.c \
    supervisor/launch.c \
    supervisor/life.c \
    supervisor/log.c \
    supervisor/log_pipe.c \
    supervisor/log_ring.c \
    supervisor/logline.c \
    supervisor/lone.c \
    supervisor/lone_news.c \
    supervisor/lograte.c \
    supervisor/loop.c \
    supervisor/loop_actions.c \
    supervisor/loop_beside.c \
    supervisor/loop_check.c \
    supervisor/loop_clients.c \
    supervisor/loop_news.c \
    supervisor/loop_notify.c \
    supervisor/loop_probe.c \
    supervisor/loop_ready.c \
    supervisor/loop_schedule.c \
    supervisor/notifymsg.c \
    supervisor/loop_watch.c \
    supervisor/order.c \
    supervisor/probe.c \
    supervisor/restart.c \
    supervisor/sigmap.c \
    supervisor/sys_caps.c \
    supervisor/sys_cgroup.c \
    supervisor/sys_child.c \
    supervisor/sys_guard.c \
    supervisor/sys_origin.c \
    supervisor/sys_exec.c \
    supervisor/sys_lone.c \
    supervisor/sys_notify.c \
    supervisor/sys_probe.c \
    supervisor/sys_proc.c \
    supervisor/sys_reserve.c \
    supervisor/sys_sched.c \
    supervisor/sys_strays.c \
    supervisor/sys_promise.c \
    supervisor/sys_tty.c \
    supervisor/sys_unit.c \
    supervisor/sys_watch.c \
    supervisor/tell.c \

# ---- floor 3: the life of PID 1, and the command line (init/main.c stands apart: tests have mains of their own)
INIT_SRC = \
    init/accounts.c \
    init/answer.c \
    init/answer_check.c \
    init/answer_figures.c \
    init/answer_reload.c \
    init/answer_status.c \
    init/answer_stream.c \
    init/answer_units.c \
    init/blame.c \
    init/blame_svg.c \
    init/authority.c \
    init/as.c \
    init/as_catatonit.c \
    init/as_dumb_init.c \
    init/as_licence.c \
    init/as_options.c \
    init/as_tini.c \
    init/boot.c \
    init/boot_units.c \
    init/boot_volumes.c \
    init/client.c \
    init/cmd_completion.c \
    init/cmd_explain.c \
    init/cmd_help.c \
    init/cmd_lint.c \
    init/cmd_prepare.c \
    init/cmd_probe.c \
    init/cmd_run.c \
    init/cmd_show.c \
    init/cmd_top.c \
    init/cmd_verify.c \
    init/completion.c \
    init/contract.c \
    init/contract_host.c \
    init/contract_mount.c \
    init/contract_undeclared.c \
    init/contract_units.c \
    init/drift.c \
    init/environ.c \
    init/environ_files.c \
    init/environ_redirect.c \
    init/finding.c \
    init/finding_json.c \
    init/goal.c \
    init/held.c \
    init/host.c \
    init/host_late.c \
    init/host_probe.c \
    init/identity.c \
    init/identity_groups.c \
    init/idmap.c \
    init/identity_words.c \
    init/mend.c \
    init/mend_prepare.c \
    init/metrics.c \
    init/mountinfo.c \
    init/onlyif.c \
    init/options.c \
    init/options_want.c \
    init/place.c \
    init/privilege.c \
    init/redirect.c \
    init/status.c \
    init/status_table.c \
    init/status_checks.c \
    init/status_holds.c \
    init/sys_access.c \
    init/sys_await.c \
    init/sys_below.c \
    init/sys_command.c \
    init/sys_copy.c \
    init/sys_files.c \
    init/sys_helper.c \
    init/sys_inode.c \
    init/sys_levels.c \
    init/sys_observe.c \
    init/sys_problem.c \
    init/sys_seed.c \
    init/sys_seed_entry.c \
    init/sys_seed_links.c \
    init/sys_self.c \
    init/sys_state.c \
    init/sys_termination.c \
    init/sys_volumes.c \
    init/sys_watch.c \
    init/sys_walk.c \
    init/sys_walkers.c \
    init/sys_walk_links.c \
    init/usage.c \
    init/verbs.c \
    init/volumes.c \
    init/volumes_dirs.c \
    init/walk.c \
    init/watch.c \

# ---- the rings; tests/<ring>/suites.h names the suites
UNIT_TESTS = \
    tests/unit/judged.c \
    tests/unit/main.c \
    tests/unit/sample.c \
    tests/unit/shown.c \
    tests/unit/stage.c \
    tests/unit/test_accounts.c \
    tests/unit/test_authority.c \
    tests/unit/test_as_options.c \
    tests/unit/test_blame.c \
    tests/unit/test_check.c \
    tests/unit/test_completion.c \
    tests/unit/test_contract.c \
    tests/unit/test_contract_mount.c \
    tests/unit/test_contract_owner.c \
    tests/unit/test_cron.c \
    tests/unit/test_ctlmsg.c \
    tests/unit/test_diag.c \
    tests/unit/test_doc.c \
    tests/unit/test_environ.c \
    tests/unit/test_environ_files.c \
    tests/unit/test_events.c \
    tests/unit/test_feed.c \
    tests/unit/test_finding.c \
    tests/unit/test_goal.c \
    tests/unit/test_identity.c \
    tests/unit/test_identity_groups.c \
    tests/unit/test_launch.c \
    tests/unit/test_life.c \
    tests/unit/test_lines.c \
    tests/unit/test_load.c \
    tests/unit/test_log_ring.c \
    tests/unit/test_logline.c \
    tests/unit/test_lograte.c \
    tests/unit/test_memory.c \
    tests/unit/test_mend.c \
    tests/unit/test_metrics.c \
    tests/unit/test_mountinfo.c \
    tests/unit/test_notifymsg.c \
    tests/unit/test_options.c \
    tests/unit/test_place.c \
    tests/unit/test_privilege.c \
    tests/unit/test_probe.c \
    tests/unit/test_redirect.c \
    tests/unit/test_crosscheck.c \
    tests/unit/test_reference.c \
    tests/unit/test_resolve.c \
    tests/unit/test_restart.c \
    tests/unit/test_sigmap.c \
    tests/unit/test_status.c \
    tests/unit/test_tables.c \
    tests/unit/test_tell.c \
    tests/unit/test_text.c \
    tests/unit/test_usage.c \
    tests/unit/test_value.c \
    tests/unit/test_vars.c \
    tests/unit/test_volumes.c \
    tests/unit/test_walk.c \
    tests/unit/test_watch.c \
    tests/unit/written.c \

SIM_TESTS = \
    tests/sim/main.c \
    tests/sim/test_blame.c \
    tests/sim/test_fleet_ask.c \
    tests/sim/test_fleet_boot.c \
    tests/sim/test_fleet_kill.c \
    tests/sim/test_fleet_loss.c \
    tests/sim/test_fleet_random.c \
    tests/sim/test_fleet_ready.c \
    tests/sim/test_fleet_restart.c \
    tests/sim/test_fleet_schedule.c \
    tests/sim/test_fleet_stop.c \
    tests/sim/test_fleet_tasks.c \
    tests/sim/test_metrics.c \
    tests/sim/world.c \
    tests/sim/world_check.c \

PROC_TESTS = \
    tests/proc/asking.c \
    tests/proc/harness.c \
    tests/proc/inside.c \
    tests/proc/main.c \
    tests/proc/raw.c \
    tests/proc/measure.c \
    tests/proc/ring.c \
    tests/proc/served.c \
    tests/proc/stage.c \
    tests/proc/streams.c \
    tests/proc/test_ask.c \
    tests/proc/test_attack.c \
    tests/proc/test_capability.c \
    tests/proc/test_as.c \
    tests/proc/test_as_signals.c \
    tests/proc/test_as_weak.c \
    tests/proc/test_check.c \
    tests/proc/test_child.c \
    tests/proc/test_completion.c \
    tests/proc/test_control.c \
    tests/proc/test_crowd.c \
    tests/proc/test_faults.c \
    tests/proc/test_figures.c \
    tests/proc/test_dead.c \
    tests/proc/test_follow.c \
    tests/proc/test_forward.c \
    tests/proc/test_helper.c \
    tests/proc/test_late.c \
    tests/proc/test_log.c \
    tests/proc/test_lone.c \
    tests/proc/test_lone_words.c \
    tests/proc/test_memory.c \
    tests/proc/test_notify.c \
    tests/proc/test_order.c \
    tests/proc/test_orphans.c \
    tests/proc/test_prepare.c \
    tests/proc/test_seed.c \
    tests/proc/test_privilege.c \
    tests/proc/test_prompt.c \
    tests/proc/test_ready.c \
    tests/proc/test_restart.c \
    tests/proc/test_schedule.c \
    tests/proc/test_siege.c \
    tests/proc/test_state.c \
    tests/proc/test_stop.c \
    tests/proc/test_strays.c \
    tests/proc/test_streams.c \
    tests/proc/test_terminal.c \
    tests/proc/test_walk.c \
    tests/proc/test_walk_attack.c \
    tests/proc/applied.c \
    tests/proc/field.c \
    tests/proc/test_watch.c \

# The stage of ring 3, for the soak.
SOAK_STAGE = tests/proc/harness.c tests/proc/inside.c tests/proc/measure.c tests/proc/ring.c tests/proc/stage.c tests/proc/streams.c

PUPPET_SRC = \
    tests/puppet.c \
    tests/puppet_net.c \
    tests/puppet_attack.c \
    tests/puppet_show.c \

FUZZ_TARGETS = accounts contract cron http mountinfo notify output reply request values

# ---- flags
WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wformat=2 \
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wmissing-declarations \
    -Wredundant-decls -Wnested-externs -Wundef -Wwrite-strings -Wcast-qual -Wcast-align \
    -Wpointer-arith -Wvla -Wnull-dereference -Wswitch-enum -Wimplicit-fallthrough \
    -Wdouble-promotion -Wdate-time
ifeq ($(shell $(CC) -dM -E - </dev/null | grep -c __clang__),0)
WARNINGS += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init \
    -Warith-conversion -Wformat-signedness -Walloca -Wtrampolines
endif
ifeq ($(CI),true)
WARNINGS += -Werror
endif

HARDENING = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
HARDENED_LINK = -static-pie -Wl,--wrap=epoll_ctl,--wrap=epoll_wait -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections,--sort-section=alignment
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

release_CFLAGS = -O2 $(HARDENING)
release_LDFLAGS = $(HARDENED_LINK) -s
musl_CFLAGS = -Os $(HARDENING) -fno-asynchronous-unwind-tables -isystem $(BUILD)/musl/include
musl_LDFLAGS = $(HARDENED_LINK) -s -L$(BUILD)/musl/lib
clang_CFLAGS = $(release_CFLAGS)
clang_LDFLAGS = $(release_LDFLAGS)
# gcc 12 takes memory that a structure of the caller's holds for lost; ASan looks for leaks in the rings.
analyzer_CFLAGS = -O1 -fanalyzer -Wno-analyzer-malloc-leak -Werror
asan_CFLAGS = -O1 -g $(SANITIZERS)
asan_LDFLAGS = $(SANITIZERS)
asan_BESIDE = sanitizer
fuzz_CFLAGS = -O1 -g $(SANITIZERS) -fsanitize=fuzzer-no-link
fuzz_LDFLAGS = $(SANITIZERS) -fsanitize=fuzzer
# gcov's own fork and exec lose what a PID 1 counts: tests/coverage.c has others.
cov_CFLAGS = -O0 -g --coverage -fno-builtin-fork -fno-builtin-execve -fno-builtin-execvp
cov_LDFLAGS = $(HARDENED_LINK) --coverage
cov_BESIDE = coverage
cov_WRAPPED = clone execve execvp _exit
# Ring 1 lets memory run out.
unit_WRAPPED = malloc calloc

OURS = -std=gnu17 -D_GNU_SOURCE -DROINIT_VERSION='"$(VERSION)"' -I. $(WARNINGS) -fPIE \
    -ffunction-sections -fdata-sections -MMD -MP $($(FLAVOUR)_CFLAGS)
LIBS = -lev -linih -lm -Wl,-T,supervisor/quiet.ld
MUSL_CC ?= $(if $(findstring musl,$(shell $(CC) -dumpmachine)),$(CC),musl-gcc)
CHECK_LIBS ?= $(shell pkg-config --libs check 2>/dev/null || echo -lcheck -lsubunit -lrt -lm -pthread)

# ---- what is made of them
OUT := $(BUILD)/$(FLAVOUR)
BIN := $(if $(filter release,$(FLAVOUR)),$(BUILD),$(OUT))/roinit
ARCHIVES = $(OUT)/libinit.a $(OUT)/libsupervisor.a $(OUT)/libconfig.a
objects = $(patsubst %.c,$(OUT)/%.o,$(wildcard $(1)))
RUNNER = $(call objects,tests/runner.c)
RING_ENV = ROINIT=$(abspath $(BIN)) PUPPET=$(abspath $(OUT)/puppet)

FLOORS_C = $(wildcard $(CONFIG_SRC) $(SUPERVISOR_SRC) $(INIT_SRC)) init/main.c
FORMATTED = $(wildcard $(foreach d,config supervisor init tests tests/unit tests/sim tests/proc tests/fuzz tests/faults tests/bench tests/soak tests/kernel,$(d)/*.[ch]))
JOBS = $(shell nproc 2>/dev/null || echo 2)
Q = $(if $(V),,@)
say = @echo "  $(1)$(if $(filter release,$(FLAVOUR)),, [$(FLAVOUR)])"

.PHONY: docs bench fuzz faults soak kernel scoreboard all static musl check sim proc e2e test asan coverage golden regolden floors pure format reformat \
    tidy lint analyzer clang demo demo-docker packages install clean help
.DELETE_ON_ERROR:

all: $(BIN)  ## the static, stripped program at build/roinit

$(BIN): $(OUT)/init/main.o $($(FLAVOUR)_BESIDE:%=$(OUT)/tests/%.o) \
    $(OUT)/libinit.a $(OUT)/libconfig.a $(OUT)/libsupervisor.a
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -o $@ $^ $($(FLAVOUR)_LDFLAGS) $($(FLAVOUR)_WRAPPED:%=-Wl,--wrap=%) $(LDFLAGS) $(LIBS)

$(OUT)/%.o: %.c VERSION
	@mkdir -p $(@D)
	$(call say,CC    $<)
	$(Q)$(CC) $(OURS) $(CFLAGS) -c -o $@ $<

$(OUT)/libconfig.a: $(call objects,$(CONFIG_SRC))
$(OUT)/libsupervisor.a: $(call objects,$(SUPERVISOR_SRC)) supervisor/quiet.ld
$(OUT)/libinit.a: $(call objects,$(INIT_SRC))
$(OUT)/%.a:
	@mkdir -p $(@D) && rm -f $@
	$(Q)$(AR) rcs $@ $(filter %.o,$^)

$(OUT)/unit: $(call objects,$(UNIT_TESTS)) $(RUNNER) $(ARCHIVES)
$(OUT)/sim: $(call objects,$(SIM_TESTS)) $(RUNNER) $(ARCHIVES)
$(OUT)/proc: $(call objects,$(PROC_TESTS)) $(RUNNER) $(ARCHIVES)
$(OUT)/soak: $(call objects,tests/soak/soak.c tests/soak/seen.c $(SOAK_STAGE)) $(RUNNER) $(ARCHIVES)
$(OUT)/siege: $(call objects,tests/faults/siege.c tests/faults/siege_group.c tests/proc/asking.c $(SOAK_STAGE)) $(RUNNER) $(ARCHIVES)
KERNEL_TESTS = tests/kernel/main.c tests/kernel/test_cgroup.c tests/kernel/test_nfs.c tests/faults/siege_group.c tests/proc/asking.c
$(OUT)/kernel: $(call objects,$(KERNEL_TESTS) $(SOAK_STAGE)) $(RUNNER) $(ARCHIVES)
$(OUT)/unit $(OUT)/sim $(OUT)/proc $(OUT)/soak $(OUT)/siege $(OUT)/kernel:
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -pie -o $@ $^ $(filter-out -static-pie -s,$($(FLAVOUR)_LDFLAGS)) \
	    $($(@F)_WRAPPED:%=-Wl,--wrap=%) $(LDFLAGS) $(CHECK_LIBS) $(LIBS)

# The puppet is the same in all flavours: static, and never sanitized.
$(OUT)/puppet: OURS := $(filter-out $(SANITIZERS) --coverage,$(OURS))
$(OUT)/puppet: $(call objects,$(PUPPET_SRC))
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -static -o $@ $^ $(LDFLAGS)

$(OUT)/fuzz_%: $(OUT)/tests/fuzz/fuzz_%.o $(ARCHIVES)
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -pie -o $@ $^ $(fuzz_LDFLAGS) $(LDFLAGS) $(LIBS)

# What runs beside the program: the same in all flavours.
$(OUT)/inject: OURS := $(filter-out $(SANITIZERS) --coverage,$(OURS))
$(OUT)/inject: $(call objects,tests/faults/inject.c)
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -static -o $@ $^ $(LDFLAGS)

check: $(OUT)/unit  ## ring 1: unit tests
	$(RING_ENV) $<

sim: $(OUT)/sim  ## ring 2: fleets in virtual time
	$(RING_ENV) $<

proc: $(OUT)/proc $(BIN) $(OUT)/puppet  ## ring 3: the program as PID 1 of a namespace of its own
	$(RING_ENV) $<

static: $(BIN)  ## all, and a look whether the program really needs nothing
	@! readelf -lW $< | grep -q INTERP && ! readelf -dW $< | grep -q NEEDED && size $<

musl:  ## the small program at build/musl/roinit, which images should ship
	packaging/musl.sh $(MUSL_CC) $(BUILD)/musl
	$(MAKE) FLAVOUR=musl CC=$(abspath $(BUILD))/musl/cc static

asan:  ## rings 1 to 3 under the address and undefined behaviour sanitizers
	$(MAKE) FLAVOUR=asan check sim proc

coverage:  ## lines and branches that rings 1 to 3 reach, held against the aims (gcovr)
	$(MAKE) FLAVOUR=cov all $(addprefix $(BUILD)/cov/,unit sim proc puppet)
	tests/coverage.sh $(abspath $(BUILD))

fuzz:  ## libFuzzer over all that others write, until FUZZ_RUNS inputs or FUZZ_TIME seconds each
	$(MAKE) FLAVOUR=fuzz CC=clang $(addprefix $(BUILD)/fuzz/fuzz_,$(FUZZ_TARGETS))
	tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_TARGETS)

# The program whose N-th allocation fails.
$(OUT)/roinit-oom: $(OUT)/init/main.o $(OUT)/tests/faults/oom.o $(ARCHIVES)
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -o $@ $^ -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc $($(FLAVOUR)_LDFLAGS) $(LDFLAGS) $(LIBS)

# The program whose wall clock jumps.
$(OUT)/roinit-clock: $(OUT)/init/main.o $(OUT)/tests/faults/clock.o $(ARCHIVES)
	$(call say,LINK  $@)
	$(Q)$(CC) $(OURS) $(CFLAGS) -o $@ $^ -Wl,--wrap=clock_gettime,--wrap=time,--wrap=timerfd_create,--wrap=timerfd_settime,--wrap=read $($(FLAVOUR)_LDFLAGS) $(LDFLAGS) $(LIBS)

FAULTS = $(OUT)/puppet $(OUT)/inject $(OUT)/roinit-oom $(OUT)/siege $(OUT)/roinit-clock
faults: $(BIN) $(FAULTS)  ## each system call and each allocation fails once; sieges that last a minute (root)
	tests/faults/run.sh $(BUILD)/faults $(BIN) $(FAULTS)

soak: $(OUT)/soak $(BIN) $(OUT)/puppet  ## one container under everything at once, for SOAK_SECONDS (root)
	$(RING_ENV) $<

kernel:  ## cgroup v2 and NFS in a kernel that QEMU boots, with roinit as the machine's PID 1 (45 MB of downloads, once)
	packaging/dev-packages.sh build test kernel
	$(MAKE) all $(OUT)/kernel $(OUT)/proc $(OUT)/puppet
	tests/kernel/run.sh $(BUILD) $(BIN) $(OUT)/puppet $(OUT)/kernel $(OUT)/proc

scoreboard:  ## docs/reliability.md: every promise, its test, its figure (root; SCOREBOARD_PARTS="rings soak": those anew)
	packaging/dev-packages.sh build musl test checks bench
	$(MAKE) all musl $(OUT)/unit $(OUT)/sim $(OUT)/proc $(OUT)/puppet
	tests/scoreboard.sh $(abspath $(BUILD))

e2e:  ## ring 4: real containers; puts up engines where it may
	tests/run e2e

test:  ## all four rings, with everything that they need on a Debian machine
	tests/run

golden: $(BIN)  ## output that people read, held against tests/golden
	tests/golden.sh $(BIN)
	packaging/docs.sh $(BIN) --check

docs: $(BIN)  ## the reference in README.md, from what the program says of itself
	packaging/docs.sh $(BIN)

bench:  ## roinit beside other inits and a bare loop, into docs/bench and README.md (root, 20 minutes)
	packaging/dev-packages.sh build musl bench
	$(MAKE) all musl
	tests/bench/run.sh $(BUILD)/bench $(BIN) $(BUILD)/musl/roinit

regolden: $(BIN)  ## rewrite tests/golden from the program
	tests/golden.sh $(BIN) --write

floors: $(ARCHIVES)  ## who may include and call whom
	tests/floors.sh $(OUT) $(CONFIG_SRC) $(SUPERVISOR_SRC) $(INIT_SRC) init/main.c

pure: $(ARCHIVES)  ## which symbols the pure core may use
	tests/pure.sh $(OUT)

format:  ## is the code laid out as .clang-format says
	clang-format --dry-run --Werror $(FORMATTED)

reformat:  ## lay it out so
	clang-format -i $(FORMATTED)

tidy:  ## clang-tidy
	printf '%s\n' $(FLOORS_C) | xargs -P $(JOBS) -n 1 tests/tidy.sh

lint: clang analyzer  ## warnings of gcc and clang, analysers, scripts, spelling, manual pages
	tests/lint.sh

clang:
	$(MAKE) CI=true FLAVOUR=clang CC=clang all

analyzer:
	$(MAKE) CI=true FLAVOUR=analyzer $(patsubst $(OUT)/%,$(BUILD)/analyzer/%,$(ARCHIVES))

demo:  ## boot examples/nginx on a read-only root, with nothing but the kernel
	packaging/dev-packages.sh build demo
	$(MAKE) all
	tests/e2e/demo.sh $(BIN)

demo-docker:  ## the same, with a Docker Engine that answers
	packaging/dev-packages.sh build
	$(MAKE) all
	tests/e2e/demo-docker.sh $(BIN)

packages:  ## install what building and testing need (Debian, root)
	packaging/dev-packages.sh build musl test checks

install: $(BIN)  ## the program and its manual pages, under DESTDIR and PREFIX
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/roinit
	for page in $(wildcard man/*.[58]); do \
	    install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done

clean:  ## delete what was built
	rm -rf $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*  ## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r t w; do printf '  %-12s %s\n' "$$t" "$$w"; done

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

# The files that are measured. Each comes from a public registry or a compiler
# at hand; README.md says what each stands for. Made once: nothing here is redone
# while the file exists.

IN      := inputs
BUILD   := $(IN)/build
JOBS    ?= 1
KERNEL  ?= 0

ROCKSDB_VERSION := 7.8.3
KERNEL_PACKAGE  := linux-image-6.1.0-50-cloud-amd64-dbg

INPUTS          := $(addprefix $(IN)/,libc.debug rocksdb.so rust go go-plain)
INPUTS_pdb      := $(addprefix $(IN)/,belt.pdb conpty.pdb arm64/conpty.pdb)
INPUTS_breakpad := $(addprefix $(IN)/,rocksdb.sym large.sym)
ifeq ($(KERNEL),1)
INPUTS += $(IN)/vmlinux
endif

.PHONY: inputs
inputs: $(INPUTS)

# C: the debug file of the C library. Its sections are zlib-compressed and shared
# types sit in partial units (dwz).
$(IN)/libc.debug: | $(BUILD)
	dpkg -s libc6-dbg >/dev/null 2>&1 || apt-get install -y libc6-dbg
	cp "$$(./debugfile.sh "$$(ldconfig -p | awk '/libc.so.6 .*x86-64/ {print $$NF; exit}')")" $@.part
	mv $@.part $@

# C, huge, on request: KERNEL=1 (fetches 280 MB, keeps 280 MB). The linker's relocations,
# which are already applied, are dropped: LLVM's tools would spend minutes on them.
$(IN)/vmlinux: | $(BUILD)
	cd $(BUILD) && apt-get download $(KERNEL_PACKAGE)
	dpkg-deb --fsys-tarfile $(BUILD)/$(KERNEL_PACKAGE)_*.deb \
		| tar -x -C $(BUILD) --wildcards --strip-components=5 --no-anchored 'boot/vmlinux-*'
	objcopy --remove-section='.rela.*' $(BUILD)/vmlinux-* $@.part
	rm $(BUILD)/vmlinux-* $(BUILD)/$(KERNEL_PACKAGE)_*.deb
	mv $@.part $@

# C++: the two largest directories of RocksDB as Debian ships its source, -O2 -g.
# A shared library may leave symbols open, so the rest need not be compiled.
# About fifteen minutes of one core; JOBS=2 halves that.
ROCKSDB := $(BUILD)/rocksdb-$(ROCKSDB_VERSION)
ROCKSDB_FLAGS := -std=c++17 -O2 -g -fPIC -fno-builtin-memcmp -w \
	-DROCKSDB_PLATFORM_POSIX -DROCKSDB_LIB_IO_POSIX -DOS_LINUX -DROCKSDB_SUPPORT_THREAD_LOCAL \
	-ffile-prefix-map=$(CURDIR)/$(BUILD)/=/usr/src/ -I. -Iinclude

$(IN)/rocksdb.so: $(ROCKSDB)/src.mk
	$(MAKE) -C $(ROCKSDB) -f $(CURDIR)/rocksdb.mk -j$(JOBS) CXXFLAGS='$(ROCKSDB_FLAGS)' rocksdb.so
	mv $(ROCKSDB)/rocksdb.so $@

# A list of sources of our own, so that the machine's package settings stay as they are.
APT_DIR     := $(CURDIR)/$(BUILD)/apt
APT_PRIVATE := -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$(APT_DIR)/parts \
	-o Dir::State::Lists=$(APT_DIR)/lists -o Dir::Cache=$(APT_DIR)/cache

$(ROCKSDB)/src.mk: | $(BUILD)
	mkdir -p $(APT_DIR)/parts $(APT_DIR)/lists/partial $(APT_DIR)/cache/archives/partial
	printf '%s\n' 'Types: deb-src' 'URIs: http://deb.debian.org/debian' 'Suites: bookworm' \
		'Components: main' 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' \
		> $(APT_DIR)/parts/src.sources
	apt-get $(APT_PRIVATE) update
	cd $(BUILD) && apt-get $(APT_PRIVATE) source --download-only rocksdb
	tar -x -C $(BUILD) -f $(BUILD)/rocksdb_$(ROCKSDB_VERSION).orig.tar.gz
	touch $@

# Rust: the program of peers/ itself, which is built with full debug information.
$(IN)/rust: | peers/target/release/peers
	cp peers/target/release/peers $@

# Go: the toolchain's own compiler, once as the linker writes it (zlib) and once plain.
$(IN)/go: | $(BUILD)
	go build -trimpath -o $@ cmd/compile

$(IN)/go-plain: | $(BUILD)
	go build -trimpath -ldflags=-compressdwarf=false -o $@ cmd/compile

# A PDB of 34 MB: a program of 7000 functions that program/ writes, with 360 000
# inlined calls. Four minutes of one core; JOBS=2 halves that.
BELT       := $(BUILD)/belt
BELT_FLAGS := --target=x86_64-pc-windows-msvc -std=c++17 -O2 -g -gcodeview -gcolumn-info \
	-ffreestanding -fno-exceptions -fno-rtti -mno-stack-arg-probe -fdebug-compilation-dir=/src
$(IN)/belt.pdb: | $(BUILD)
	mkdir -p $(BELT)
	$(GO) run ./program $(BELT) 70 100
	cd $(BELT) && ls *.cc | xargs -P $(JOBS) -I{} clang++-19 $(BELT_FLAGS) -c -o {}.obj {}
	cd $(BELT) && lld-link-19 /nologo /debug /entry:start /subsystem:console /nodefaultlib /brepro \
		/pdbaltpath:%_PDB% /out:belt.exe *.obj
	cp $(BELT)/belt.exe $(IN)
	cp $(BELT)/belt.pdb $@

# PDBs of Microsoft's compiler, for two machines: a package of npm ships them.
PTY := node-pty-1.1.0
$(IN)/conpty.pdb $(IN)/arm64/conpty.pdb &: | $(BUILD)
	cd $(BUILD) && npm pack --silent node-pty@1.1.0 && tar -xzf $(PTY).tgz package/prebuilds
	cp $(BUILD)/package/prebuilds/win32-x64/conpty.node $(IN)
	cp $(BUILD)/package/prebuilds/win32-x64/conpty.pdb $(IN)
	mkdir -p $(IN)/arm64
	cp $(BUILD)/package/prebuilds/win32-arm64/conpty.node $(IN)/arm64
	cp $(BUILD)/package/prebuilds/win32-arm64/conpty.pdb $(IN)/arm64

# Breakpad files, of what the C++ library says, once and 45 times over (1 GB).
$(IN)/rocksdb.sym: $(IN)/rocksdb.so
	inputs/bin/lookup breakpad $< 1 > $@.part
	mv $@.part $@

$(IN)/large.sym: $(IN)/rocksdb.so
	inputs/bin/lookup breakpad $< 45 > $@.part
	mv $@.part $@

$(BUILD):
	mkdir -p $@

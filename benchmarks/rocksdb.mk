# Runs inside RocksDB's source tree: db/ and table/ into one shared library.
include src.mk
SOURCES := $(filter db/%.cc table/%.cc,$(LIB_SOURCES))
OBJECTS := $(SOURCES:%.cc=out/%.o)

rocksdb.so: $(OBJECTS)
	$(CXX) -shared -o $@ $^

out/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -c $< -o $@

package pdb

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func TestStreams(t *testing.T) {
	long := buffer{}
	for i := range 3000 {
		long = long.u32(uint32(i))
	}
	for _, tt := range []struct {
		name string
		msf  testMSF
	}{
		{"in order", testMSF{}},
		{"fragmented", testMSF{fragmented: true}},
		{"blocks of 4 KiB", testMSF{blockSize: 4096, fragmented: true}},
		{"blocks of 32 KiB", testMSF{blockSize: 32 << 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.msf.streams = []buffer{long, nil, {}, {1, 2, 3}, long, long[:512]}
			m, err := openMSF(tt.msf.bytes())
			if err != nil {
				t.Fatal(err)
			}
			for n, want := range tt.msf.streams {
				got, err := m.stream(uint16(n))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("stream %d has %d bytes (%v), want %d", n, len(got), err, len(want))
				}
			}
			if got, err := m.stream(noStream); got != nil || err != nil {
				t.Errorf("no stream has %d bytes (%v), want none", len(got), err)
			}
		})
	}
}

func TestStreamAliasesTheFile(t *testing.T) {
	file := testMSF{streams: []buffer{nil, make(buffer, 5000)}}.bytes()
	m, err := openMSF(file)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := m.stream(1)
	file[3*512] = 7 // its first byte
	if data[0] != 7 {
		t.Error("a stream in consecutive blocks was copied")
	}
}

func TestMSFErrors(t *testing.T) {
	good := func() []byte { return testMSF{streams: []buffer{nil, {1, 2, 3}}}.bytes() }
	put := binary.LittleEndian.PutUint32
	for _, tt := range []struct {
		name  string
		spoil func(file []byte) []byte
		want  string
	}{
		{"empty", func([]byte) []byte { return nil }, "MSF header+0x0: no magic number"},
		{"cut in the header", func(b []byte) []byte { return b[:0x21] }, "MSF header+0x20: need 4 bytes, have 1"},
		{"block size", func(b []byte) []byte { put(b[0x20:], 513); return b }, "MSF header+0x20: block size 513"},
		{
			"directory size", func(b []byte) []byte { put(b[0x2c:], 1<<30); return b },
			"MSF header+0x2c: directory of 0x40000000 bytes: file has 0xc00 bytes",
		},
		{
			"block list", func(b []byte) []byte { put(b[directoryList:], 99); return b },
			"directory's block list: 0x4 bytes in block 99: file has 6 blocks",
		},
		{
			"directory", func(b []byte) []byte { put(b[5*512:], 99); return b },
			"directory: 0x10 bytes in block 99: file has 6 blocks",
		},
		{
			"number of streams", func(b []byte) []byte { put(b[4*512:], 1<<30); return b },
			"MSF directory+0x4: need 4294967296 bytes, have 12",
		},
		{
			"more blocks than the file", func(b []byte) []byte { put(b[4*512+8:], 0x7fffffff); return b },
			"MSF directory+0xc: streams of 4194304 blocks, file has 6",
		},
		{
			"blocks not listed", func(b []byte) []byte { put(b[4*512+8:], 1000); return b },
			"MSF directory+0xc: need 8 bytes, have 4",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := openMSF(tt.spoil(good())); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestStreamOutsideTheFile(t *testing.T) {
	file := testMSF{streams: []buffer{nil, {1, 2, 3}}}.bytes()
	binary.LittleEndian.PutUint32(file[4*512+12:], 77)
	m, err := openMSF(file)
	if err != nil {
		t.Fatal(err)
	}
	const want = "stream 1: 0x3 bytes in block 77: file has 6 blocks"
	if _, err := m.stream(1); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

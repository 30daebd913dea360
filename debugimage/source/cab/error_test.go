package cab

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// small is a cabinet of one folder with two files: the folder is at 36, the list of
// files at 44, the only block at 0x50.
func small(t testing.TB) []byte {
	return writeCabinet(reserves{}, mszipFolder(t, testFile{"a", []byte("alpha alpha")}, testFile{"b", []byte("beta")}))
}

func TestErrors(t *testing.T) {
	good := small(t)
	const list = 36 + 8
	block := int(u32(good[36:]))
	poke := func(at int, b ...byte) []byte {
		bad := bytes.Clone(good)
		copy(bad[at:], b)
		return bad
	}
	unchecked := func(data []byte) []byte {
		clear(data[block:][:4])
		return data
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not a cabinet"},
		{"another format", poke(0, 'X'), "not a cabinet"},
		{"short header", good[:20], "header of cabinet: unexpected EOF"},
		{"version", poke(25, 2), "cabinet of version 2.3, known is 1"},
		{"cut short", good[:len(good)-1], "cabinet is cut short: 107 bytes of 108"},
		{"set", poke(30, hasNext), `cabinet is one of a set, as is "` + string(good[36:36+bytes.IndexByte(good[36:], 0)]) + `"`},
		{"reserve past the end", poke(30, hasReserve), "header of cabinet: unexpected EOF"},
		{"folders past the end", poke(26, 0xff), "header of cabinet: unexpected EOF"},
		{"list past the end", poke(16, 0xff, 0xff), "file 0 of cabinet: unexpected EOF"},
		{"continued", poke(list+8, 0xfd, 0xff), `file 0 of cabinet: "a" goes on in another cabinet`},
		{"no such folder", poke(list+8, 1), `file 0 of cabinet: "a" is in folder 1 of 1`},
		{"size", poke(list, 0, 0, 0, 1), `file 0 of cabinet: "a" ends at 0x1000000 in a folder of at most 0x8000 bytes`},
		{"long name", append(poke(16, byte(len(good))), append(make([]byte, 16), strings.Repeat("n", 300)+"\x00"...)...), "file 0 of cabinet: name has more than 255 bytes"},
		{"quantum", poke(42, 2), `"a": folder 0 is packed by Quantum, which is not supported`},
		{"method", poke(42, 7), `"a": folder 0 is packed by an unknown method, 7`},
		{"window", poke(42, 3, 14), `"a": folder 0: LZX window of 14 bits, possible are 15 to 21`},
		{"folder past the end", poke(36, 0xff, 0xff), `"a": block at 0xffff: unexpected EOF`},
		{"block past the end", poke(block+4, 0xff), `"a": block at 0x50: unexpected EOF`},
		{"block too large", poke(block+4, 0xff, 0xff), `"a": block at 0x50: 65535 bytes that unpack to 15, limits are 38912 and 32768`},
		{"block elsewhere", poke(block+6, 0, 0), `"a": block at 0x50: goes on in another cabinet`},
		{"checksum", poke(block, 1, 2, 3, 4), `"a": block at 0x50: checksum is 0x4030201, bytes give 0x`},
		{"no checksum", unchecked(poke(0)), ""},
		{"no magic", unchecked(poke(block+8, 'X')), `"a": block at 0x50: MSZIP block does not begin with CK`},
		{"wrong size", unchecked(poke(block+6, 16)), `"a": block at 0x50: MSZIP: compressed data at 0x12: stream ends after 0xf bytes of 0x10`},
		{"short folder", unchecked(poke(list, 16)), `"a": unexpected EOF`},
		{"stored size", unchecked(poke(42, 0)), `"a": block at 0x50: 20 stored bytes are to be 15`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := contents(tt.data)
			if tt.want == "" && err == nil {
				return
			}
			if err == nil || err.Error() != tt.want && !(strings.HasSuffix(tt.want, "0x") && strings.HasPrefix(err.Error(), tt.want)) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if errors.Is(err, ErrFormat) != (tt.want == "not a cabinet") {
				t.Errorf("%v: ErrFormat is %v", err, errors.Is(err, ErrFormat))
			}
		})
	}
}

// The sum of a block includes what an application has in its header, or not.
func TestChecksumWithReserve(t *testing.T) {
	data := writeCabinet(reserves{block: 6}, storedFolder(testFile{"a", []byte("alpha")}))
	block := int(u32(data[40:]))
	sum := checksum(checksum(0, data[block+14:]), data[block+4:block+14])
	binary.LittleEndian.PutUint32(data[block:], sum)
	files, err := contents(data)
	if err != nil || string(files[0].data) != "alpha" {
		t.Errorf("%q, error %v", files, err)
	}
}

// bitsOf makes an LZX frame of numbers and their widths.
func bitsOf(pairs ...int) []byte {
	var p lzxPacker
	for i := 0; i < len(pairs); i += 2 {
		p.put(uint32(pairs[i]), pairs[i+1])
	}
	p.align()
	return p.out
}

func TestLZXErrors(t *testing.T) {
	lengths := func(first int, n ...int) (pairs []int) { // of a preliminary code
		pairs = make([]int, 0, 2*preliminaryCount)
		for i := range preliminaryCount {
			v := 0
			if i >= first && i-first < len(n) {
				v = n[i-first]
			}
			pairs = append(pairs, v, 4)
		}
		return pairs
	}
	header := func(kind, size int, rest ...int) []byte {
		return bitsOf(append([]int{0, 1, kind, 3, size, 24}, rest...)...)
	}
	recents := func(kind int, r0 uint32, rest ...byte) []byte {
		b := binary.LittleEndian.AppendUint32(header(kind, 5), r0)
		return append(append(b, make([]byte, 8)...), rest...)
	}
	for _, tt := range []struct {
		name  string
		frame []byte
		want  string
	}{
		{"empty", nil, "LZX: block of an unknown kind, 0"},
		{"kind", header(7, 5), "LZX: block of an unknown kind, 7"},
		{"no codes", header(verbatim, 5), "LZX: codes contradict each other"},
		{"codes of low bits", header(aligned, 5, 0, 24), "LZX: codes contradict each other"},
		{"half a code", header(verbatim, 5, lengths(0, 1)...), "LZX: codes contradict each other"},
		{"too many codes", header(verbatim, 5, lengths(0, 1, 1, 1)...), "LZX: codes contradict each other"},
		{"empty main code", header(verbatim, 5, append(append(append(lengths(17, 1, 1), ones(90)...), lengths(17, 1, 1)...), ones(90)...)...), "LZX: lengths of codes run over"},
		{"a length of 18", header(verbatim, 5, append(lengths(18, 1, 1), 1, 1, 0, 1, 0, 1)...), "LZX: lengths of codes run over"},
		{"cut in recent distances", header(uncompressed, 5), "LZX: ends before what it holds"},
		{"cut in bytes", recents(uncompressed, 1, 'a'), "LZX: ends before what it holds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newLZX(15, maxUnpacked).unpack(tt.frame, 5)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// ones are n bits that are set.
func ones(n int) (pairs []int) {
	for range n {
		pairs = append(pairs, 1, 1)
	}
	return pairs
}

// Frames that are well packed, of matches that lead nowhere.
func TestLZXMatchErrors(t *testing.T) {
	data := bytes.Repeat([]byte("abcdefgh"), 5000)
	frames := packLZX(data, lzxOptions{15, []lzxBlock{{verbatim, len(data)}}, 0})
	u := newLZX(15, 2*maxUnpacked)
	if _, err := u.unpack(frames[0], maxUnpacked); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		bend func(u *lzxUnpacker)
		want error
	}{
		{"before the start", func(u *lzxUnpacker) { u.recent[0] = 40_000 }, errFar},
		{"nowhere", func(u *lzxUnpacker) { u.recent[0] = 0 }, errFar},
		{"after the block", func(u *lzxUnpacker) { u.left = 7 }, errBeyond},
		{"no long lengths", func(u *lzxUnpacker) { u.length.empty = true }, errNoLong},
		{"as it is", func(*lzxUnpacker) {}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bent := *u
			bent.window.buf = bytes.Clone(u.window.buf)
			tt.bend(&bent)
			if _, err := bent.unpack(frames[1], len(data)-maxUnpacked); err != tt.want {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
	for n := range frames[1] {
		bent := *u
		bent.window.buf = bytes.Clone(u.window.buf)
		if _, err := bent.unpack(frames[1][:n], len(data)-maxUnpacked); err == nil {
			t.Errorf("the first %d of %d bytes are taken for all", n, len(frames[1]))
		}
	}
	if _, err := u.unpack(frames[1], len(data)-maxUnpacked); err != nil {
		t.Fatal(err)
	}
	const want = "LZX: follows a frame that is the last, being short"
	if _, err := u.unpack(frames[1], 5); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// What is read at once does not change what is read, and a file that is read to its
// end stays there.
func TestReadInSteps(t *testing.T) {
	r, err := NewReader(bytes.NewReader(small(t)), int64(len(small(t))))
	if err != nil {
		t.Fatal(err)
	}
	in, err := r.Files[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for b := make([]byte, 3); ; {
		n, err := in.Read(b)
		got = append(got, b[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := in.Read(make([]byte, 1)); err != io.EOF || string(got) != "beta" {
		t.Errorf("read %q, then error %v", got, err)
	}
}

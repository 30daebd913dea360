package inflate

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	kp "github.com/klauspost/compress/zlib"

	"github.com/nativesym/nativesym/internal/fixture"
)

// samples returns data of many kinds: text, a program, noise, runs.
func samples(t testing.TB) map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	skewed := make([]byte, 200_000) // gives codes of all lengths
	for i := range skewed {
		skewed[i] = byte(rng.ExpFloat64() * 6)
	}
	self, err := os.ReadFile("inflate.go")
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"empty": nil, "one": {7}, "text": self, "noise": noise, "skewed": skewed,
		"run": bytes.Repeat([]byte{0}, 1<<20), "pattern": bytes.Repeat([]byte("abcde"), 50_000),
		"program": fixture.Read(t, "bin/shop-clang19-x86_64"),
	}
}

func pack(t testing.TB, data []byte, level int) []byte {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnpacksWhatOthersPack(t *testing.T) {
	for name, data := range samples(t) {
		for _, level := range []int{zlib.HuffmanOnly, zlib.NoCompression, zlib.BestSpeed, 6, zlib.BestCompression} {
			dst := make([]byte, len(data))
			if err := Zlib(dst, pack(t, data, level)); err != nil || !bytes.Equal(dst, data) {
				t.Errorf("%s at level %d: error %v, equal %t", name, level, err, bytes.Equal(dst, data))
			}
		}
	}
}

func TestWrongSize(t *testing.T) {
	for name, data := range samples(t) {
		packed := pack(t, data, 6)
		if err := Zlib(make([]byte, len(data)+1), packed); err == nil {
			t.Errorf("%s: one byte too few goes unnoticed", name)
		}
		if len(data) > 0 {
			if err := Zlib(make([]byte, len(data)-1), packed); err == nil {
				t.Errorf("%s: one byte too many goes unnoticed", name)
			}
		}
	}
}

// A stream that goes on from what came before repeats it, as the blocks of a cabinet
// do; compress/flate makes one from a dictionary.
func TestDeflateAfter(t *testing.T) {
	data := samples(t)["text"]
	before, after := data[:len(data)/2], data[len(data)/2:]
	var packed bytes.Buffer
	w, err := flate.NewWriterDict(&packed, 6, before)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(after)
	w.Close()
	dst := append(bytes.Clone(before), make([]byte, len(after))...)
	n, err := DeflateAfter(dst, len(before), packed.Bytes())
	if err != nil || n != packed.Len() || !bytes.Equal(dst, data) {
		t.Errorf("took %d bytes of %d, error %v", n, packed.Len(), err)
	}
	if _, err := Deflate(make([]byte, len(after)), packed.Bytes()); err == nil {
		t.Error("a stream that goes on from nothing goes unnoticed")
	}
	const want = "compressed data at 0x2: stream ends after 0x0 bytes of 0x3"
	if _, err := DeflateAfter(make([]byte, 5), 2, []byte{3, 0}); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestCutShort(t *testing.T) {
	data := samples(t)["text"]
	packed := pack(t, data, 6)
	dst := make([]byte, len(data))
	for n := range packed {
		if err := Zlib(dst, packed[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for all", n, len(packed))
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		src  []byte
		want string
	}{
		{"no header", []byte{0x78}, "compressed data at 0x1: need 2 bytes of zlib header"},
		{"method", []byte{0x79, 0x9c}, "compressed data at 0x0: zlib header names no method that exists"},
		{"check", []byte{0x78, 0x9d}, "compressed data at 0x0: zlib header has a wrong check"},
		{"dictionary", []byte{0x78, 0xbb}, "compressed data at 0x1: zlib stream needs a dictionary"},
		{"block type", []byte{0x78, 0x9c, 0x07}, "compressed data at 0x3: block of a type that does not exist"},
		{"stored length", []byte{0x78, 0x9c, 0x01, 1, 0, 0, 0}, "compressed data at 0x7: stored block has a wrong length"},
		{"stored cut", []byte{0x78, 0x9c, 0x01, 1, 0, 0xfe, 0xff}, "compressed data at 0x7: stored block is cut short"},
		{"far back", []byte{0x78, 0x9c, 0x03, 0x02}, "compressed data at 0x4: distance leads before the start"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := Zlib(make([]byte, 8), tt.src); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// FuzzDeflate compares with the standard library: what one takes the other does.
func FuzzDeflate(f *testing.F) {
	for _, data := range samples(f) {
		for _, level := range []int{zlib.HuffmanOnly, 1, 6} {
			if p := pack(f, data, level); len(p) < 1<<12 { // larger seeds are slow to vary
				f.Add(p[2:])
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		want, stdErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(src)), 1<<22))
		dst := make([]byte, len(want))
		n, err := Deflate(dst, src)
		switch {
		case len(want) == 1<<22:
		case stdErr == nil && err != nil:
			t.Errorf("refuses what the standard library takes: %v", err)
		case stdErr == nil && !bytes.Equal(dst, want):
			t.Error("unpacks to other bytes than the standard library")
		case stdErr != nil && err == nil:
			t.Errorf("takes %d bytes of what the standard library refuses: %v", n, stdErr)
		}
	})
}

// BenchmarkZlib compares with the streaming readers that could be used instead.
func BenchmarkZlib(b *testing.B) {
	data := bytes.Repeat(fixture.Read(b, "bin/fleet-go1.26-x86_64.debug"), 8)
	if path := os.Getenv("INFLATE_FILE"); path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			b.Fatal(err)
		}
	}
	packed := pack(b, data, 6)
	dst := make([]byte, len(data))
	readAll := func(r io.Reader, err error) error {
		if err == nil {
			_, err = io.ReadFull(r, dst)
		}
		return err
	}
	for _, bb := range []struct {
		name   string
		unpack func() error
	}{
		{"own", func() error { return Zlib(dst, packed) }},
		{"klauspost", func() error { return readAll(kp.NewReader(bytes.NewReader(packed))) }},
		{"standard", func() error { return readAll(zlib.NewReader(bytes.NewReader(packed))) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if err := bb.unpack(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

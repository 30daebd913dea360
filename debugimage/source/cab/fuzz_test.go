package cab

import (
	"bytes"
	"compress/flate"
	"io"
	"testing"
)

// FuzzLZX checks that whatever a frame is, it unpacks to as much as it should, twice
// the same, or is refused.
func FuzzLZX(f *testing.F) {
	text := bytes.Repeat([]byte("a cabinet \xe8\x01\x00\x00\x00 of curiosities; "), 40)
	for _, kind := range []int{verbatim, aligned, uncompressed} {
		frame := packLZX(text, lzxOptions{15, []lzxBlock{{kind, 500}}, 4096})[0]
		f.Add(frame, frame, uint16(len(text)))
	}
	f.Fuzz(func(t *testing.T, first, second []byte, n uint16) {
		size := int(n) % maxUnpacked
		run := func() ([]byte, error) {
			u := newLZX(15, 2*maxUnpacked)
			before, err := u.unpack(first, maxUnpacked)
			if err != nil {
				u = newLZX(15, 2*maxUnpacked)
			}
			before = bytes.Clone(before)
			after, err := u.unpack(second, size)
			if err == nil && len(after) != size {
				t.Errorf("%d bytes, want %d", len(after), size)
			}
			return append(before, after...), err
		}
		out, err := run()
		again, errAgain := run()
		if !bytes.Equal(out, again) || (err == nil) != (errAgain == nil) {
			t.Errorf("the same frames unpack in two ways: errors %v and %v", err, errAgain)
		}
	})
}

// FuzzLZXRoundTrip checks that what is packed in any way comes out again.
func FuzzLZXRoundTrip(f *testing.F) {
	f.Add([]byte("to be or not to be, that is the question"), uint8(0), uint16(7), uint16(30), int32(1000))
	f.Fuzz(func(t *testing.T, data []byte, window uint8, first, second uint16, calls int32) {
		data = bytes.Repeat(data, 1+40_000/(1+len(data)))
		how := lzxOptions{
			windowBits: minWindowBits + int(window)%7,
			blocks:     []lzxBlock{{1 + int(first)%3, 1 + int(first)}, {1 + int(second)%3, 1000 + int(second)}},
			calls:      max(0, calls),
		}
		u := newLZX(how.windowBits, len(data)+maxUnpacked)
		var got []byte
		for i, frame := range packLZX(data, how) {
			out, err := u.unpack(frame, min(maxUnpacked, len(data)-i*maxUnpacked))
			if err != nil {
				t.Fatalf("frame %d: %v", i, err)
			}
			got = append(got, out...)
		}
		if !bytes.Equal(got, data) {
			t.Error("other bytes come out")
		}
	})
}

// FuzzMSZIP compares two blocks with what the standard library makes of them.
func FuzzMSZIP(f *testing.F) {
	for _, b := range mszipFolder(f, testFile{"x", bytes.Repeat([]byte("abcdef"), 6000)}).blocks {
		f.Add(b.packed, b.packed)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		u := newMSZIP(2 * maxUnpacked)
		var before []byte
		for _, block := range [][]byte{first, second} {
			stream, ok := bytes.CutPrefix(block, []byte(mszipMagic))
			if !ok {
				return
			}
			want, stdErr := io.ReadAll(io.LimitReader(flate.NewReaderDict(bytes.NewReader(stream), before), maxUnpacked+1))
			if len(want) > maxUnpacked || len(want) == 0 {
				return
			}
			got, err := u.unpack(block, len(want))
			if stdErr == nil && err != nil || err == nil && !bytes.Equal(got, want) {
				t.Fatalf("error %v, that of the standard library %v", err, stdErr)
			}
			if err != nil {
				return
			}
			before = append(before, want...)
		}
	})
}

// FuzzRead opens whole cabinets and reads all that they let.
func FuzzRead(f *testing.F) {
	f.Add(small(f))
	f.Add(writeCabinet(reserves{1, 2, 3}, lzxFolder(lzxOptions{15, []lzxBlock{{verbatim, 40}}, 0}, testFile{"a", []byte("alpha alpha alpha")})))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, file := range r.Files[:min(len(r.Files), 8)] {
			in, err := file.Open()
			if err != nil {
				continue
			}
			if n, err := io.Copy(io.Discard, in); err == nil && n != file.Size {
				t.Errorf("%q has %d bytes, %d are read", file.Name, file.Size, n)
			}
		}
	})
}

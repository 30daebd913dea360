package cab

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"testing"
)

// A testFolder is a folder of a cabinet to write: files one after another, and how
// they are packed.
type testFolder struct {
	method uint16
	blocks []testBlock
	files  []testFile
}

type testBlock struct {
	packed []byte
	size   int
}

type testFile struct {
	name string
	data []byte
}

// reserves are the bytes that an application has in headers.
type reserves struct{ header, folder, block int }

// writeCabinet lays a cabinet out.
func writeCabinet(res reserves, folders ...testFolder) []byte {
	le := binary.LittleEndian
	var list, data bytes.Buffer
	files := 0
	for i, f := range folders {
		start := 0
		for _, file := range f.files {
			files++
			list.Write(le.AppendUint32(le.AppendUint32(nil, uint32(len(file.data))), uint32(start)))
			list.Write(le.AppendUint16(nil, uint16(i)))
			list.WriteString("\x21\x5b\x00\x60\x20\x00" + file.name + "\x00")
			start += len(file.data)
		}
	}
	head := 36
	if res != (reserves{}) {
		head += 4 + res.header
	}
	listAt := head + len(folders)*(8+res.folder)
	dataAt := listAt + list.Len()
	var table []byte
	for _, f := range folders {
		table = le.AppendUint32(table, uint32(dataAt+data.Len()))
		table = le.AppendUint16(table, uint16(len(f.blocks)))
		table = le.AppendUint16(table, f.method)
		table = append(table, bytes.Repeat([]byte{0xfe}, res.folder)...)
		for _, b := range f.blocks {
			sizes := le.AppendUint16(le.AppendUint16(nil, uint16(len(b.packed))), uint16(b.size))
			data.Write(le.AppendUint32(nil, checksum(checksum(0, b.packed), sizes)))
			data.Write(sizes)
			data.Write(bytes.Repeat([]byte{0xfd}, res.block))
			data.Write(b.packed)
		}
	}
	out := []byte(Magic + "\x00\x00\x00\x00")
	out = le.AppendUint32(out, uint32(dataAt+data.Len()))
	out = le.AppendUint32(out, 0)
	out = le.AppendUint32(out, uint32(listAt))
	out = append(out, 0, 0, 0, 0, 3, 1)
	out = le.AppendUint16(le.AppendUint16(out, uint16(len(folders))), uint16(files))
	if res != (reserves{}) {
		out = append(out, hasReserve, 0, 0, 0, 0, 0)
		out = append(le.AppendUint16(out, uint16(res.header)), byte(res.folder), byte(res.block))
		out = append(out, bytes.Repeat([]byte{0xff}, res.header)...)
	} else {
		out = append(out, 0, 0, 0, 0, 0, 0)
	}
	out = append(append(out, table...), list.Bytes()...)
	return append(out, data.Bytes()...)
}

// join returns the bytes of files one after another.
func join(files []testFile) (all []byte) {
	for _, f := range files {
		all = append(all, f.data...)
	}
	return all
}

// cut calls fn for each 32 KiB of data.
func cut(data []byte, fn func(before, block []byte)) {
	for at := 0; at < len(data); at += maxUnpacked {
		fn(data[:at], data[at:min(len(data), at+maxUnpacked)])
	}
}

func storedFolder(files ...testFile) testFolder {
	f := testFolder{method: stored, files: files}
	cut(join(files), func(_, block []byte) { f.blocks = append(f.blocks, testBlock{block, len(block)}) })
	return f
}

func mszipFolder(t testing.TB, files ...testFile) testFolder {
	t.Helper()
	f := testFolder{method: mszip, files: files}
	cut(join(files), func(before, block []byte) {
		var b bytes.Buffer
		b.WriteString(mszipMagic)
		w, err := flate.NewWriterDict(&b, 6, before[max(0, len(before)-maxUnpacked):])
		if err != nil {
			t.Fatal(err)
		}
		w.Write(block)
		w.Close()
		f.blocks = append(f.blocks, testBlock{b.Bytes(), len(block)})
	})
	return f
}

func lzxFolder(how lzxOptions, files ...testFile) testFolder {
	data := join(files)
	f := testFolder{method: lzx | uint16(how.windowBits)<<8, files: files}
	for i, frame := range packLZX(data, how) {
		f.blocks = append(f.blocks, testBlock{frame, min(maxUnpacked, len(data)-i*maxUnpacked)})
	}
	return f
}

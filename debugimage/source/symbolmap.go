package source

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/nativesym/nativesym/objfile"
)

const (
	// maxPlist is more than a property list takes that has a few names and ids.
	maxPlist = 1 << 20

	// maxSymbolMap is more than the names of the largest programs take.
	maxSymbolMap = 1 << 30
)

// attachSymbolMap restores the names of a dSYM that Apple compiled from bitcode,
// where it lies in Xcode's archive.
func attachSymbolMap(dsym *objfile.File) {
	if dsym.Format() != objfile.MachO {
		return
	}
	if path := symbolMapOf(dsym.Name(), dsym.DebugID()); path != "" {
		if text := readFile(path, maxSymbolMap); text != nil {
			_ = dsym.AttachSymbolMap(text) // of a version to come: the names stay hidden
		}
	}
}

// SymbolMap returns the path of a file with names that Open takes from there, "" if
// there is none.
func (f File) SymbolMap() string { return symbolMapOf(f.Path, f.slice.debugID) }

// symbolMapOf returns the path of a dSYM's symbol map. The bundle's Resources have a
// property list called like the dSYM's id, which names the id that the program had
// before; the map is in BCSymbolMaps, beside the folder of dSYMs, under that one.
func symbolMapOf(dsym string, id objfile.DebugID) string {
	resources, _, ok := strings.Cut(dsym, "/DWARF/")
	if !ok {
		return ""
	}
	plist := readFile(filepath.Join(resources, spellUUID(id)+".plist"), maxPlist)
	_, value, _ := bytes.Cut(plist, []byte("<key>DBGOriginalUUID</key>"))
	_, value, _ = bytes.Cut(value, []byte("<string>"))
	value, _, _ = bytes.Cut(value, []byte("</string>"))
	original, err := objfile.ParseDebugID(string(value))
	if err != nil {
		return ""
	}
	archive := filepath.Join(resources, "../../../..") // over Contents, the bundle, the folder of dSYMs
	path := filepath.Join(archive, "BCSymbolMaps", spellUUID(original)+".bcsymbolmap")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// spellUUID writes an id as Apple's tools do.
func spellUUID(id objfile.DebugID) string {
	id.Age = 0
	return strings.ToUpper(id.String())
}

// readFile returns the content of a file, nil if there is none or it is too big.
func readFile(path string, limit int64) []byte {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > limit {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil
	}
	return data
}

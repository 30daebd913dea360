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
// where it lies in Xcode's archive. The bundle's Resources have a property list
// called like the dSYM's id, which names the id that the program had before; the
// names are in BCSymbolMaps, beside the folder of dSYMs, under that one.
func attachSymbolMap(dsym *objfile.File) {
	resources, _, ok := strings.Cut(dsym.Name(), "/DWARF/")
	if !ok || dsym.Format() != objfile.MachO {
		return
	}
	plist := readFile(filepath.Join(resources, spellUUID(dsym.DebugID())+".plist"), maxPlist)
	_, value, _ := bytes.Cut(plist, []byte("<key>DBGOriginalUUID</key>"))
	_, value, _ = bytes.Cut(value, []byte("<string>"))
	value, _, _ = bytes.Cut(value, []byte("</string>"))
	original, err := objfile.ParseDebugID(string(value))
	if err != nil {
		return
	}
	archive := filepath.Join(resources, "../../../..") // over Contents, the bundle, the folder of dSYMs
	if text := readFile(filepath.Join(archive, "BCSymbolMaps", spellUUID(original)+".bcsymbolmap"), maxSymbolMap); text != nil {
		_ = dsym.AttachSymbolMap(text) // of a version to come: the names stay hidden
	}
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

package source

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// hideName puts "__hidden#0_" in the place of a name, in symbols and debug information.
func hideName(data []byte, name string) []byte {
	hidden := append([]byte("__hidden#0_\x00"), bytes.Repeat([]byte("x"), len(name)-len("__hidden#0_\x00"))...)
	return bytes.ReplaceAll(data, append([]byte(name), 0), append(hidden, 0))
}

// An archive of Xcode's has the names that bitcode lost. They are restored in
// debug information and in symbols.
func TestSymbolMapOfAnArchive(t *testing.T) {
	const name, id = "_ZN12_GLOBAL__N_16refuseEl", "4C4C44E2-5555-3144-A12F-09335875F234"
	dsym := hideName(fixture.Read(t, "bin/macos/fat/prog.dSYM/Contents/Resources/DWARF/prog"), name)
	if bytes.Count(dsym, []byte("hidden#0_")) < 4 { // two slices, two tables each
		t.Fatal("the name is not in the dSYM")
	}
	const plist = `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>
<key>DBGArchitecture</key><string>arm64</string>
<key>DBGOriginalUUID</key>
<string>01020304-0506-0708-090A-0B0C0D0E0F10</string></dict></plist>`
	for _, tt := range []struct {
		name, text string
		want       string
	}{
		{"restored", "BCSymbolMap Version: 2.0\n" + name + "\n", name},
		{"another version", "BCSymbolMap Version: 9.0\n" + name + "\n", "__hidden#0_"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			archive := t.TempDir()
			resources := filepath.Join(archive, "dSYMs/prog.app.dSYM/Contents/Resources")
			put(t, filepath.Join(resources, "DWARF/prog"), dsym)
			put(t, filepath.Join(resources, id+".plist"), []byte(plist))
			put(t, filepath.Join(archive, "BCSymbolMaps/01020304-0506-0708-090A-0B0C0D0E0F10.bcsymbolmap"), []byte(tt.text))
			im := (&debugimage.Fields{Type: "macho", DebugID: id}).Image()
			res, err := NewDir(archive).Find(t.Context(), &im)
			if err != nil || len(res.Files) != 1 {
				t.Fatal(res, err)
			}
			const path = "BCSymbolMaps/01020304-0506-0708-090A-0B0C0D0E0F10.bcsymbolmap"
			if got := res.Files[0].SymbolMap(); got != filepath.Join(archive, path) {
				t.Errorf("the symbol map is %q, want %s in the archive", got, path)
			}
			f, err := res.Files[0].Open()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			symbols, err := f.Symbols()
			if err != nil || !slices.ContainsFunc(symbols, func(s objfile.Symbol) bool { return s.Name == tt.want }) {
				t.Errorf("symbols %+v, error %v, want %s among them", symbols, err, tt.want)
			}
			if !slices.Contains(functionNames(t, f), tt.want) {
				t.Errorf("functions %q, want %s among them", functionNames(t, f), tt.want)
			}
		})
	}
}

func functionNames(t *testing.T, f *objfile.File) (names []string) {
	t.Helper()
	info, err := f.DebugInfo()
	if err != nil {
		t.Fatal(err)
	}
	var u debuginfo.Unit
	r := info.NewReader()
	for i := range info.NumUnits() {
		if err := r.Read(i, &u); err != nil {
			t.Error(err)
		}
		for _, fn := range u.Functions {
			names = append(names, u.Names[fn.Name].Symbol)
		}
	}
	return names
}

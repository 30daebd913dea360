package source

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/unpack"
	"github.com/nativesym/nativesym/objfile"
)

// A bundle is a zip archive with the sources of one build, as sentry-cli makes
// it: 8 bytes of header, then the archive. Its manifest.json names the build and
// says which path each file had when it was compiled:
//
//	{
//	  "debug_id": "…", "code_id": "…",
//	  "files": {"files/src/main.c": {"type": "source", "path": "/src/main.c"}}
//	}
//
// A bundle is safe for concurrent use.
type bundle struct {
	file  *os.File
	zip   *zip.Reader
	build build
	files map[string]*zip.File // by slashed path
}

const (
	bundleMagic    = "SYSB" // begins the header; a version follows
	zipMagic       = "PK\x03\x04"
	bundleManifest = "manifest.json"

	// maxManifest bounds the manifest in memory: a line for each of 100,000 files.
	maxManifest = 32 << 20

	// maxBundleList bounds the archive's own list, and with it memory.
	maxBundleList = 32 << 20
)

// isBundle reports whether a file that begins with head may be a bundle.
func isBundle(head []byte) bool {
	return strings.HasPrefix(string(head), bundleMagic) || strings.HasPrefix(string(head), zipMagic)
}

// openBundle opens the bundle at path and reads its manifest.
func openBundle(path string) (*bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &bundle{file: f, files: make(map[string]*zip.File)}
	if err := b.open(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// open reads the lists of the archive and of the bundle.
func (b *bundle) open() error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	if b.zip, err = unpack.OpenZip(b.file, info.Size(), maxBundleList); err != nil {
		return err
	}
	if err := b.readManifest(); err != nil {
		return fmt.Errorf("%s: %w", bundleManifest, err)
	}
	return nil
}

func (b *bundle) readManifest() error {
	f, err := b.zip.Open(bundleManifest)
	if err != nil {
		return objfile.ErrUnknownFormat // any zip archive
	}
	defer f.Close()
	var m struct {
		DebugID string `json:"debug_id"`
		CodeID  string `json:"code_id"`
		Files   map[string]struct{ Type, Path string }
	}
	text, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	b.build.debugID, _ = objfile.ParseDebugID(m.DebugID)
	b.build.codeID = debugimage.CleanCodeID(m.CodeID)
	byName := make(map[string]*zip.File, len(b.zip.File))
	for _, entry := range b.zip.File {
		byName[entry.Name] = entry
	}
	for name, info := range m.Files {
		if entry := byName[name]; entry != nil && info.Type == "source" {
			b.files[slashes(info.Path)] = entry
		}
	}
	return nil
}

func (b *bundle) close() { b.file.Close() }

// read returns the content of a source file by its path in debug files, nil if
// the bundle does not have it.
func (b *bundle) read(file string) []byte {
	entry := b.files[slashes(file)]
	if entry == nil {
		return nil
	}
	f, err := entry.Open()
	if err != nil {
		return nil
	}
	defer f.Close()
	return readCode(f)
}

// OpenBundle returns the source code in a file that has Sources among its
// [Features]. The file is open as long as the Code is in use: the garbage
// collector closes it, as it does with every os.File.
func OpenBundle(path string) (*Code, error) {
	b, err := openBundle(path)
	if err != nil {
		return nil, err
	}
	return newCode(MaxBuildCode, b), nil
}

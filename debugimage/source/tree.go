package source

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/debugimage/source/unpack"
	"github.com/nativesym/nativesym/objfile"
)

// A tree is what a directory and all below it held, by what it is asked for. It does
// not change.
type tree struct {
	root      *folder
	byDebugID map[objfile.DebugID][]*entry
	byCodeID  map[string][]*entry
	byName    map[string][]*entry // by base name, for saying what was there instead

	// Of packed files that were not looked into:
	packedByID   map[string][]*entry // by what may be an id in their paths
	packedByName map[string][]*entry // by packedName, those without
}

func newTree(root *folder) *tree {
	t := &tree{
		root:         root,
		byDebugID:    make(map[objfile.DebugID][]*entry),
		byCodeID:     make(map[string][]*entry),
		byName:       make(map[string][]*entry),
		packedByID:   make(map[string][]*entry),
		packedByName: make(map[string][]*entry),
	}
	t.addFolder(root)
	return t
}

func (t *tree) addFolder(f *folder) {
	for _, e := range f.files {
		switch {
		case e.builds != nil || e.broken != nil:
			t.add(e)
		case e.wrapping != unpack.None:
			t.addPacked(e)
		}
	}
	for _, sub := range f.folders {
		t.addFolder(sub)
	}
}

func (t *tree) add(e *entry) {
	for _, b := range e.builds {
		if !b.debugID.IsZero() {
			t.byDebugID[b.debugID] = append(t.byDebugID[b.debugID], e)
		}
		if b.codeID != "" {
			t.byCodeID[b.codeID] = append(t.byCodeID[b.codeID], e)
		}
	}
	name := filepath.Base(e.path)
	t.byName[name] = append(t.byName[name], e)
}

func (t *tree) addPacked(e *entry) {
	ids := idsInPath(e.path[len(t.root.path):])
	for _, id := range ids {
		t.packedByID[id] = append(t.packedByID[id], e)
	}
	if len(ids) == 0 {
		name := packedName(filepath.Base(e.path))
		t.packedByName[name] = append(t.packedByName[name], e)
	}
}

// tree adds the image's files to the result, or else what has their names.
func (s *search) tree(t *tree) {
	if !s.im.DebugID.IsZero() {
		s.tryAll(t.byDebugID[s.im.DebugID])
	}
	if s.im.CodeID != "" {
		s.tryAll(t.byCodeID[s.im.CodeID])
	}
	for _, id := range pathIDs(s.im) {
		s.tryAll(t.packedByID[id])
	}
	s.followLinks(t)
	if !s.hasDebugInfo() {
		s.guess(t)
	}
	if len(s.res.Files) == 0 {
		s.tellOthers(t)
	}
}

func (s *search) tryAll(entries []*entry) {
	for _, e := range entries {
		if !s.asked(e.path) {
			s.try(e)
		}
	}
}

// tellOthers adds lookups of files that have the right name.
func (s *search) tellOthers(t *tree) {
	for _, name := range names(s.im) {
		for _, e := range t.byName[name] {
			switch {
			case s.asked(e.path):
			case e.broken != nil:
				s.res.Lookups = append(s.res.Lookups, Lookup{e.path, statusOf(e.broken), e.broken.Error()})
			default:
				s.res.Lookups = append(s.res.Lookups, Lookup{e.path, OtherID, describe(e.builds)})
			}
		}
	}
}

// maxLinked is how many files of one name are looked into for the one that an
// executable links to: all of each is read.
const maxLinked = 16

// followLinks adds the debug files that the executables among the files link to
// by name and sum, which is how they are told without a build-id.
func (s *search) followLinks(t *tree) {
	if s.hasDebugInfo() {
		return
	}
	for _, f := range slices.Clone(s.res.Files) {
		if !f.Compiled && !f.Features.Sources {
			s.followLink(t, f)
		}
	}
}

func (s *search) followLink(t *tree, f File) {
	image, err := f.Open()
	if err != nil {
		return
	}
	defer image.Close()
	_ = image.Guard(func() error { s.followLinkOf(t, f, image); return nil })
}

// followLinkOf is followLink for an open file.
func (s *search) followLinkOf(t *tree, f File, image *objfile.File) {
	links, _ := image.Links() // those that can be read
	if links.DebugName == "" {
		return
	}
	list := t.byName[filepath.Base(links.DebugName)]
	for _, e := range list[:min(len(list), maxLinked)] {
		if e.path == f.Path || len(e.builds) != 1 || s.asked(e.path) {
			continue
		}
		file, err := objfile.Open(e.path)
		if err != nil {
			continue
		}
		look := Lookup{Location: e.path, Status: OtherID, Detail: describe(e.builds)}
		var features Features
		if isLinked(file, image, links) && file.Guard(func() error { features = objectFeatures(file); return nil }) == nil {
			look = Lookup{Location: e.path, Status: Found}
			s.res.Files = append(s.res.Files, File{
				Path: e.path, Origin: e.path, Features: features, slice: e.builds[0], folders: s.dir.folders(),
			})
		}
		file.Close()
		s.res.Lookups = append(s.res.Lookups, look)
	}
}

// idsInPath returns what in a path may be an id: elements that are hex, without what
// stores put in front of them, and such elements joined that follow one another, as
// in "ab/cdef0123.debug". All is in small letters and without dashes.
func idsInPath(path string) (ids []string) {
	joined, parts := "", 0
	end := func() {
		if parts > 1 && len(joined) >= minPathID {
			ids = append(ids, joined)
		}
		joined, parts = "", 0
	}
	for part := range strings.SplitSeq(strings.ToLower(filepath.ToSlash(path)), "/") {
		part, _, _ = strings.Cut(part, ".")
		part = strings.ReplaceAll(part[idPrefix(part):], "-", "")
		if part == "" || strings.Trim(part, "0123456789abcdef") != "" {
			end()
			continue
		}
		if len(part) >= minPathID {
			ids = append(ids, part)
		}
		joined += part
		parts++
	}
	end()
	return ids
}

// minPathID is the least number of digits of an id in a path, one less than PE files'
// have: eight for a time, and a size.
const minPathID = 8

// idPrefix returns how long the prefix is that the SSQP protocol puts in front of ids.
func idPrefix(part string) int {
	for _, prefix := range [...]string{"elf-buildid-sym-", "elf-buildid-", "mach-uuid-sym-", "mach-uuid-"} {
		if strings.HasPrefix(part, prefix) {
			return len(prefix)
		}
	}
	return 0
}

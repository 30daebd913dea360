package main

import (
	"errors"
	"fmt"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/dwarf"
	"github.com/nativesym/nativesym/objfile/gopclntab"
)

// A link is another file that one refers to.
type link struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Path string `json:"path,omitempty"` // where it was found
}

// Kinds of links.
const (
	linkDebug  = "debug file"
	linkShared = "shared file"
	linkSplit  = "split file"
)

// linksOf looks for the files that a file refers to.
func linksOf(file *objfile.File) ([]link, error) {
	var all []link
	links, err := file.Links()
	for _, name := range []string{links.DebugName, links.PDBPath} {
		if name == "" {
			continue
		}
		l := link{Kind: linkDebug, Name: name}
		if linked := source.OpenLinked(file); linked != nil {
			l.Path = linked.Name()
			err = errors.Join(err, linked.Close())
		}
		all = append(all, l)
	}
	split, shared, partsErr := file.Parts()
	if shared != nil {
		all = append(all, link{linkShared, shared.Name, shared.Path})
	}
	for _, p := range split {
		all = append(all, link{linkSplit, p.Name, p.Path})
	}
	return all, errors.Join(err, partsErr)
}

// mostLinks is how many links of a program with hundreds of split files are shown.
const mostLinks = 8

// writeLinks writes a row for each link, or for some of them if they are many.
func writeLinks(row func(name, format string, args ...any), links []link) {
	for _, l := range links[:min(len(links), mostLinks)] {
		if l.Path == "" {
			row(l.Kind, "%s, missing", visible(l.Name))
			continue
		}
		row(l.Kind, "%s, at %s", visible(l.Name), visible(l.Path))
	}
	if len(links) <= mostLinks {
		return
	}
	missing := 0
	for _, l := range links[mostLinks:] {
		if l.Path == "" {
			missing++
		}
	}
	row("", "and %d more, %d of them missing", len(links)-mostLinks, missing)
}

// debugKind names the format of a file's debug information.
func debugKind(file *objfile.File, info debuginfo.Source) string {
	switch info := info.(type) {
	case *dwarf.Data:
		lowest, highest := info.Versions()
		if lowest == highest {
			return fmt.Sprintf("DWARF %d", highest)
		}
		return fmt.Sprintf("DWARF %d to %d", lowest, highest)
	case *gopclntab.Table:
		return "Go's line table"
	}
	switch file.Format() {
	case objfile.PDB:
		return "PDB"
	case objfile.Breakpad:
		return "Breakpad"
	case objfile.MachO:
		return "DWARF in object files"
	}
	return "DWARF and Go's line table"
}

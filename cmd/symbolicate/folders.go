package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

// dirSources returns a source for each folder. One that is not there is a slip of
// the person who typed it, where the engine would only miss files.
func dirSources(dirs []string) ([]symbolicate.Source, error) {
	var sources []symbolicate.Source
	for _, dir := range dirs {
		if err := checkDir(dir); err != nil {
			return nil, err
		}
		sources = append(sources, source.NewDir(dir))
	}
	return sources, nil
}

// codeRoots returns the source code in folders, nil if there are none.
func codeRoots(flags []string) (*source.Code, error) {
	var roots []source.CodeRoot
	for _, flag := range flags {
		root := source.CodeRoot{Dir: flag}
		if from, dir, ok := strings.Cut(flag, "="); ok {
			root = source.CodeRoot{From: from, Dir: dir}
		}
		if err := checkDir(root.Dir); err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
	if roots == nil {
		return nil, nil
	}
	return source.NewCode(roots...), nil
}

func checkDir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", dir)
	}
	return err
}

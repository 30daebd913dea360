package floors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/nativesym/nativesym"

// check returns what in the module's tree is against the policy, sorted, and how
// many packages it looked at.
func check(tree fs.FS) (problems []string, packages int, err error) {
	h := newHouse()
	seen := make(map[string]bool)
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && name != "."):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		pkg := path.Dir(name)
		if !seen[pkg] && h.floor(pkg) < 0 {
			problems = append(problems, pkg+": is on no floor")
		}
		seen[pkg] = true
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, p := range append(h.imports(pkg, file), h.names(pkg, file)...) {
			problems = append(problems, name+": "+p)
		}
		return nil
	})
	slices.Sort(problems)
	return problems, len(seen), err
}

// A house is the policy, taken apart.
type house struct {
	floors      [][]string          // patterns of own packages
	rooms       map[string][]string // outside package → patterns of own packages
	commandOnly []string
}

func newHouse() house {
	h := house{rooms: make(map[string][]string), commandOnly: strings.Fields(commandOnly)}
	for line := range strings.Lines(strings.TrimSpace(floors)) {
		h.floors = append(h.floors, strings.Fields(line))
	}
	for line := range strings.Lines(strings.TrimSpace(rooms)) {
		outside, own, _ := strings.Cut(strings.TrimSpace(line), ":")
		h.rooms[outside] = strings.Fields(own)
	}
	return h
}

// floor returns which floor an own package is on, or -1.
func (h house) floor(pkg string) int {
	return slices.IndexFunc(h.floors, func(patterns []string) bool { return matchAny(patterns, pkg) })
}

// imports returns what is wrong with what a file imports.
func (h house) imports(pkg string, file *ast.File) (problems []string) {
	for _, spec := range file.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		if own, ok := strings.CutPrefix(target, module+"/"); ok {
			if f := h.floor(own); f < 0 || f >= h.floor(pkg) {
				problems = append(problems, "imports "+own+", which is not on a floor below")
			}
			continue
		}
		for outside, allowed := range h.rooms {
			if !under(outside, target) || matchAny(allowed, pkg) {
				continue
			}
			whom := strings.Join(allowed, " ")
			if whom == "" {
				whom = "tests"
			}
			problems = append(problems, "imports "+target+", which is for "+whom)
		}
	}
	return problems
}

// names returns which names a file uses that are for commands.
func (h house) names(pkg string, file *ast.File) []string {
	if h.floor(pkg) >= h.floor("cmd/symbolicate") {
		return nil
	}
	problems := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(h.commandOnly, x.Name+"."+sel.Sel.Name) {
			problems["uses "+x.Name+"."+sel.Sel.Name+", which is for commands"] = true
		}
		return true
	})
	return slices.Collect(maps.Keys(problems))
}

// matchAny reports whether one of the patterns, names or "x/*", is or covers pkg.
func matchAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		dir, all := strings.CutSuffix(p, "/*")
		return p == pkg || all && pkg != dir && under(dir, pkg)
	})
}

// under reports whether pkg is dir or below it.
func under(dir, pkg string) bool {
	return pkg == dir || strings.HasPrefix(pkg, dir+"/")
}

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
		for _, p := range append(h.imports(pkg, file), h.uses(pkg, file)...) {
			problems = append(problems, name+": "+p)
		}
		return nil
	})
	slices.Sort(problems)
	return problems, len(seen), err
}

// A house is the policy, taken apart.
type house struct {
	floors [][]string          // patterns of own packages
	rooms  map[string][]string // outside package → patterns of own packages
	names  map[string][]string // "package.Name" → patterns of own packages
}

func newHouse() house {
	h := house{rooms: make(map[string][]string), names: make(map[string][]string)}
	for line := range strings.Lines(strings.TrimSpace(floors)) {
		h.floors = append(h.floors, strings.Fields(line))
	}
	for text, lists := range map[string]map[string][]string{rooms: h.rooms, names: h.names} {
		for line := range strings.Lines(strings.TrimSpace(text)) {
			things, own, _ := strings.Cut(line, ":")
			for _, thing := range strings.Fields(things) {
				lists[thing] = strings.Fields(own)
			}
		}
	}
	return h
}

// floor returns the highest floor that names an own package, or -1.
func (h house) floor(pkg string) int {
	for i := len(h.floors) - 1; i >= 0; i-- {
		if matchAny(h.floors[i], pkg) {
			return i
		}
	}
	return -1
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
			if under(outside, target) && !matchAny(allowed, pkg) {
				problems = append(problems, "imports "+target+", which is for "+whom(allowed))
			}
		}
	}
	return problems
}

// uses returns what is wrong with the names that a file uses.
func (h house) uses(pkg string, file *ast.File) []string {
	problems := make(map[string]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok {
			name := x.Name + "." + sel.Sel.Name
			if allowed, ok := h.names[name]; ok && !matchAny(allowed, pkg) {
				problems["uses "+name+", which is for "+whom(allowed)] = true
			}
		}
		return true
	})
	return slices.Collect(maps.Keys(problems))
}

func whom(allowed []string) string {
	if len(allowed) == 0 {
		return "tests"
	}
	return strings.Join(allowed, " ")
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

package serve

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// Load fills in what the command line has not set: from the environment, or else
// from the file at path, if path is not empty. What neither has stays as it is.
// Lists are replaced whole, never added to.
func Load(groups []Group, path string, environ func(name string) (value string, ok bool)) error {
	if path != "" {
		if err := loadFile(groups, path); err != nil {
			return err
		}
	}
	for f := range settings(groups) {
		name := envName(f.Name)
		if text, ok := environ(name); ok && !f.Changed {
			if err := setText(f, text); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// Unknown returns the variables of an environment ("NAME=value") that are called as
// settings are and are none. They are no error: an orchestrator has variables for
// each service, called after it.
func Unknown(groups []Group, environ []string) (names []string) {
	known := map[string]bool{envName("config"): true}
	for f := range settings(groups) {
		known[envName(f.Name)] = true
	}
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, envName("")) && !known[name] {
			names = append(names, name)
		}
	}
	return names
}

// settings yields all settings of a table, in its order.
func settings(groups []Group) func(yield func(*pflag.Flag) bool) {
	return func(yield func(*pflag.Flag) bool) {
		more := true
		for _, g := range groups {
			g.VisitAll(func(f *pflag.Flag) { more = more && yield(f) })
		}
	}
}

// lookup returns the setting of that name, or nil.
func lookup(groups []Group, name string) *pflag.Flag {
	for _, g := range groups {
		if f := g.Lookup(name); f != nil {
			return f
		}
	}
	return nil
}

// envName returns what a setting is called in the environment.
func envName(name string) string {
	return "NATIVESYM_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// setText gives a setting the value that the environment has for it. The elements
// of lists are separated by commas or newlines.
func setText(f *pflag.Flag, text string) error {
	list, ok := f.Value.(pflag.SliceValue)
	if !ok {
		return f.Value.Set(text)
	}
	if err := list.Replace(nil); err != nil {
		return err
	}
	for element := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		if err := list.Append(strings.TrimSpace(element)); err != nil {
			return err
		}
	}
	return nil
}

// loadFile sets what a YAML file says. A key that is no setting is an error, and
// so is one that is there twice: a slip in a configuration must not pass for one.
func loadFile(groups []Group, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	var doc yaml.Node
	if err := yaml.NewDecoder(in).Decode(&doc); errors.Is(err, io.EOF) {
		return nil // empty
	} else if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	err = eachKey(doc.Content[0], func(key, value *yaml.Node) error {
		f := lookup(groups, key.Value)
		switch {
		case f == nil:
			return at(key, fmt.Errorf("there is no setting %q", key.Value))
		case f.Changed:
			return nil
		}
		if err := setNode(f, value); err != nil {
			return fmt.Errorf("%w (%s)", err, key.Value)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s:%w", path, err)
	}
	return nil
}

// setNode gives a setting the value that the file has for it.
func setNode(f *pflag.Flag, value *yaml.Node) error {
	list, ok := f.Value.(pflag.SliceValue)
	if !ok {
		if value.Kind != yaml.ScalarNode {
			return at(value, errors.New("want one value"))
		}
		if value.Tag == "!!null" {
			return at(value, f.Value.Set(""))
		}
		return at(value, f.Value.Set(value.Value))
	}
	if err := list.Replace(nil); err != nil {
		return err
	}
	_, nested := f.Value.(*Scopes)
	return eachText(value, "", nested, list.Append)
}

// eachText calls do for each value in a list, or the only one. Of nested mappings
// the keys come in front of the values, as flags have them: a.b=value.
func eachText(node *yaml.Node, prefix string, nested bool, do func(text string) error) error {
	switch {
	case node.Kind == yaml.ScalarNode && node.Tag == "!!null":
		return nil
	case node.Kind == yaml.ScalarNode:
		return at(node, do(prefix+node.Value))
	case node.Kind == yaml.SequenceNode:
		for _, element := range node.Content {
			if err := eachText(element, prefix, false, do); err != nil {
				return err
			}
		}
		return nil
	case nested && node.Kind == yaml.MappingNode:
		return eachKey(node, func(key, value *yaml.Node) error {
			separator := "="
			if value.Kind == yaml.MappingNode {
				separator = "."
			}
			return eachText(value, prefix+key.Value+separator, true, do)
		})
	}
	return at(node, errors.New("want a value or a list of values"))
}

// eachKey calls do for each key of a mapping.
func eachKey(node *yaml.Node, do func(key, value *yaml.Node) error) error {
	if node.Kind != yaml.MappingNode {
		return at(node, errors.New("want lines of the form \"setting: value\""))
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if seen[key.Value] {
			return at(key, fmt.Errorf("%s is there twice", key.Value))
		}
		seen[key.Value] = true
		if err := do(key, node.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// at puts the line of a node in front of an error.
func at(node *yaml.Node, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%d: %w", node.Line, err)
}

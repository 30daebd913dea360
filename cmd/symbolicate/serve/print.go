package serve

import (
	"io"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// Print writes the settings as a file that [Load] reads. There are no secrets in
// it: settings only name the files and variables that hold them.
func Print(out io.Writer, groups []Group) error {
	doc := &yaml.Node{Kind: yaml.MappingNode}
	for _, g := range groups {
		title := "# " + g.Title
		g.VisitAll(func(f *pflag.Flag) {
			key := text(f.Name)
			key.HeadComment, title = title, ""
			doc.Content = append(doc.Content, key, valueNode(f.Value))
		})
	}
	e := yaml.NewEncoder(out)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return err
	}
	return e.Close()
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

func valueNode(v pflag.Value) *yaml.Node {
	list, ok := v.(pflag.SliceValue)
	if !ok {
		return text(v.String())
	}
	if _, ok := v.(*Scopes); ok {
		return scopesNode(list.GetSlice())
	}
	return listNode(list.GetSlice())
}

func listNode(values []string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.SequenceNode}
	if len(values) == 0 {
		node.Style = yaml.FlowStyle
	}
	for _, v := range values {
		node.Content = append(node.Content, text(v))
	}
	return node
}

// scopesNode returns sources of scopes, NAME.KIND=SOURCE, as nested mappings.
func scopesNode(sources []string) *yaml.Node {
	scopes := &yaml.Node{Kind: yaml.MappingNode}
	if len(sources) == 0 {
		scopes.Style = yaml.FlowStyle
	}
	for _, s := range sources {
		key, source, _ := strings.Cut(s, "=")
		name, kind, _ := strings.Cut(key, ".")
		kinds := child(scopes, name, yaml.MappingNode)
		list := child(kinds, kind, yaml.SequenceNode)
		list.Content = append(list.Content, text(source))
	}
	return scopes
}

// child returns the value of a key, which is added to the mapping if it is not the
// last one there.
func child(mapping *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	n := len(mapping.Content)
	if n == 0 || mapping.Content[n-2].Value != key {
		mapping.Content = append(mapping.Content, text(key), &yaml.Node{Kind: kind})
		n += 2
	}
	return mapping.Content[n-1]
}

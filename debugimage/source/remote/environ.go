package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ParseDebuginfodURLs returns the servers in the value of DEBUGINFOD_URLS: words,
// without those that say how signatures are checked ("ima:enforcing").
func ParseDebuginfodURLs(text string) (urls []string) {
	for _, word := range strings.Fields(text) {
		if !strings.HasPrefix(word, "ima:") && !slices.Contains(urls, word) {
			urls = append(urls, word)
		}
	}
	return urls
}

// A PathElement is one place of a symbol path: a folder or a server.
type PathElement struct {
	Dir   string // debug files, in a store or under any names; "" if it is a server
	Store bool   // Dir is for a debugger to put files into: there may be none yet
	URL   string // of a symbol server
}

// ParseSymbolPath returns the places in the value of _NT_SYMBOL_PATH, in the order in
// which they are asked. Elements are separated by semicolons:
//
//	C:\symbols                                     a folder
//	srv*C:\cache*https://example.com/symbols       stores, the nearest first
//	symsrv*symsrv.dll*C:\cache*https://…           the same
//	cache*C:\cache                                 a store for what follows
//
// A store that is left out ("srv**https://…") is the debugger's own, which nobody
// else has. Nothing is written to any store: what is downloaded goes to our own
// cache. Folders on other machines (\\server\share) are refused, since reading them
// is a request over the net that nothing guards.
func ParseSymbolPath(text string) ([]PathElement, error) {
	var elements []PathElement
	for element := range strings.SplitSeq(text, ";") {
		places, store := places(strings.TrimSpace(element))
		for _, place := range places {
			e, err := parsePlace(strings.TrimSpace(place))
			if err != nil {
				return nil, fmt.Errorf("symbol path: %w", err)
			}
			e.Store = store && e.Dir != ""
			if (e.Dir != "" || e.URL != "") && !slices.Contains(elements, e) {
				elements = append(elements, e)
			}
		}
	}
	return elements, nil
}

// places returns the places of an element of a symbol path, and whether its folders
// are stores.
func places(element string) (list []string, stores bool) {
	words := strings.Split(element, "*")
	switch keyword := strings.ToLower(words[0]); {
	case keyword == "symsrv" && len(words) > 1:
		return words[2:], true // after the name of a library
	case (keyword == "srv" || keyword == "cache") && len(words) > 1:
		return words[1:], true
	}
	return []string{element}, false
}

// parsePlace returns what a place is. Of one that is refused its error has nothing
// that may be secret.
func parsePlace(text string) (PathElement, error) {
	scheme, _, isURL := strings.Cut(text, "://")
	word, _, isList := strings.Cut(text, "*")
	switch {
	case isList && isURL:
		return PathElement{}, errors.New("a URL with a * in it: want srv* before stores")
	case isList:
		return PathElement{}, fmt.Errorf("%q: want srv*, symsrv* or cache* before stores", word+"*…")
	case isURL && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")):
		return PathElement{URL: text}, nil
	case isURL:
		return PathElement{}, fmt.Errorf("%q: want a URL of http or https, or a folder", scheme+"://…")
	case len(text) > 1 && isSlash(text[0]) && isSlash(text[1]):
		return PathElement{}, fmt.Errorf("%q: a folder of another machine is not read", text)
	}
	return PathElement{Dir: text}, nil
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

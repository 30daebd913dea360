package serve

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
)

// A place is a source on the net: where it is, and what it takes to ask it.
type place struct {
	at      string
	options map[string]string
}

// parsePlace parses "PLACE [OPTION=VALUE]...".
func parsePlace(text string, allowed []string) (place, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return place{}, errors.New("names no place")
	}
	if err := checkSecrets(fields[0]); err != nil {
		return place{}, err
	}
	p := place{at: fields[0], options: make(map[string]string)}
	for _, field := range fields[1:] {
		name, value, _ := strings.Cut(field, "=")
		if !slices.Contains(allowed, name) || value == "" {
			return p, fmt.Errorf("%s: option %q: want %s, each with =VALUE", p.at, name, strings.Join(allowed, ", "))
		}
		p.options[name] = value
	}
	return p, nil
}

// checkURL refuses what is no URL of a server, and secrets in one.
func checkURL(text string) error {
	if err := checkSecrets(text); err != nil {
		return err
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("want a URL that starts with https:// or http://")
	}
	return nil
}

// checkSecrets refuses URLs with secrets in them: they would be shown in the list of
// processes, in logs and to whoever reads the configuration. Its errors do not
// repeat the text.
func checkSecrets(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("is no URL")
	case u.User != nil || u.RawQuery != "":
		return errors.New("has credentials or a query in it: what is secret belongs in a file or in the environment")
	}
	return nil
}

// secret returns a secret that a place names: in a file, or in a variable of the
// environment. It is empty if the place names none.
func (p place) secret(fileOption, envOption string) (string, error) {
	file, variable := p.options[fileOption], p.options[envOption]
	text := os.Getenv(variable)
	switch {
	case file != "" && variable != "":
		return "", fmt.Errorf("has %s and %s, want one of them", fileOption, envOption)
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("%s: %w", fileOption, err)
		}
		text = string(data)
	}
	text = strings.TrimSpace(text)
	if text == "" && cmp.Or(file, variable) != "" {
		return "", fmt.Errorf("%s is empty", cmp.Or(file, variable))
	}
	return text, nil
}

package rpc

import (
	"context"
	"encoding/binary"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate"
)

// maxAddresses is how many addresses a request may have: more than a profiler sees
// of one image in a minute, and an answer of some ten megabytes.
const maxAddresses = 1 << 20

// addresses looks addresses of an image up.
func (s *Server) addresses(ctx context.Context, r *LookupAddressesRequest) (*LookupAddressesResponse, error) {
	if n := len(r.GetAddresses()); n > maxAddresses {
		return nil, badField("addresses", "%d, where %d are the most", n, maxAddresses)
	}
	engine, err := s.engineFor(r.GetScope(), false)
	if err != nil {
		return nil, err
	}
	im := toImage(r.GetImage())
	found, err := engine.Lookup(ctx, &im, r.GetAddresses())
	if err != nil {
		return nil, err
	}
	return fromLookups(found), nil
}

// image finds the debug file of an image.
func (s *Server) image(ctx context.Context, r *ImageStatusRequest) (*ImageStatusResponse, error) {
	engine, err := s.engineFor(r.GetScope(), false)
	if err != nil {
		return nil, err
	}
	im := toImage(r.GetImage())
	report, err := engine.Image(ctx, &im)
	if err != nil {
		return nil, err
	}
	return &ImageStatusResponse{Report: fromImageReport(&report)}, nil
}

// A tables is a LookupAddressesResponse that grows, and where its parts are.
type tables struct {
	out       *LookupAddressesResponse
	strings   map[string]uint32
	locations map[symbolicate.Location]uint32
	chains    map[string]uint32 // by their locations, each as four bytes
	key       []byte
}

// fromLookups returns the answer with the same content, in which nothing is twice.
func fromLookups(l *symbolicate.Lookups) *LookupAddressesResponse {
	t := tables{
		out:       &LookupAddressesResponse{Image: fromImageReport(&l.Image), Strings: []string{""}, ChainEnds: []uint32{0}},
		strings:   map[string]uint32{"": 0},
		locations: make(map[symbolicate.Location]uint32),
		chains:    map[string]uint32{"": 0},
	}
	seen := make(map[symbolicate.Span]uint32) // addresses share their spans
	for i, span := range l.Index {
		chain, ok := seen[span]
		if !ok {
			chain = t.chain(l.At(i))
			seen[span] = chain
		}
		t.out.Chains = append(t.out.Chains, chain)
	}
	return t.out
}

func (t *tables) chain(calls []symbolicate.Location) uint32 {
	t.key = t.key[:0]
	for _, call := range calls {
		t.key = binary.LittleEndian.AppendUint32(t.key, t.location(call))
	}
	n, ok := t.chains[string(t.key)]
	if !ok {
		n = uint32(len(t.chains))
		t.chains[string(t.key)] = n
		for key := t.key; len(key) > 0; key = key[4:] {
			t.out.ChainLocations = append(t.out.ChainLocations, binary.LittleEndian.Uint32(key))
		}
		t.out.ChainEnds = append(t.out.ChainEnds, uint32(len(t.out.ChainLocations)))
	}
	return n
}

func (t *tables) location(call symbolicate.Location) uint32 {
	n, ok := t.locations[call]
	if !ok {
		n = uint32(len(t.locations))
		t.locations[call] = n
		t.out.Locations = append(t.out.Locations, &Location{
			Function:    t.text(call.Function),
			RawFunction: t.text(call.RawFunction),
			Symbol:      t.text(call.Symbol),
			Lang:        t.text(call.Language),
			Path:        t.text(call.File),
			Line:        call.Line,
			Column:      call.Column,
			Entry:       call.Entry,
			Inlined:     call.Inlined,
		})
	}
	return n
}

func (t *tables) text(s string) uint32 {
	n, ok := t.strings[s]
	if !ok {
		n = uint32(len(t.strings))
		t.strings[s] = n
		t.out.Strings = append(t.out.Strings, clean(s))
	}
	return n
}

// toLookups returns the lookups that an answer tells of. Places that do not exist
// are nothing.
func toLookups(r *LookupAddressesResponse) *symbolicate.Lookups {
	text := func(i uint32) string { return at(r.GetStrings(), i) }
	out := &symbolicate.Lookups{Image: toImageReport(r.GetImage())}
	for _, i := range r.GetChainLocations() {
		l := at(r.GetLocations(), i)
		out.Locations = append(out.Locations, symbolicate.Location{
			Function:    text(l.GetFunction()),
			RawFunction: text(l.GetRawFunction()),
			Symbol:      text(l.GetSymbol()),
			Language:    text(l.GetLang()),
			File:        text(l.GetPath()),
			Line:        l.GetLine(),
			Column:      l.GetColumn(),
			Entry:       l.GetEntry(),
			Inlined:     l.GetInlined(),
		})
	}
	for _, chain := range r.GetChains() {
		var span symbolicate.Span
		if chain > 0 {
			span = symbolicate.Span{First: int32(at(r.GetChainEnds(), chain-1)), End: int32(at(r.GetChainEnds(), chain))}
		}
		if span.First < 0 || span.First > span.End || int(span.End) > len(out.Locations) {
			span = symbolicate.Span{}
		}
		out.Index = append(out.Index, span)
	}
	return out
}

// at returns an element of a list, or the zero value if there is none.
func at[T any](list []T, i uint32) (element T) {
	if int64(i) < int64(len(list)) {
		element = list[i]
	}
	return element
}

// Lookup is [symbolicate.Symbolicator.Lookup], for at most 1048576 addresses.
func (c *Client) Lookup(ctx context.Context, im *debugimage.Image, rels []uint64) (*symbolicate.Lookups, error) {
	r, err := try(ctx, c, c.rpc.LookupAddresses, &LookupAddressesRequest{Scope: c.opts.Scope, Image: fromImage(im), Addresses: rels})
	if err != nil {
		return nil, err
	}
	return toLookups(r), nil
}

// Image is [symbolicate.Symbolicator.Image].
func (c *Client) Image(ctx context.Context, im *debugimage.Image) (symbolicate.ImageReport, error) {
	r, err := try(ctx, c, c.rpc.ImageStatus, &ImageStatusRequest{Scope: c.opts.Scope, Image: fromImage(im)})
	return toImageReport(r.GetReport()), err
}

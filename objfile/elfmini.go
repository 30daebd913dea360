package objfile

// miniDebugInfo is the section in which Fedora and others keep, packed with xz, an
// ELF file that holds nothing but the symbols that stripping removed.
const miniDebugInfo = ".gnu_debugdata"

// miniSymbols returns the symbols of .gnu_debugdata. Its sections have the
// addresses of the file around it.
func (f *elfFile) miniSymbols() ([]Symbol, error) {
	s, ok := f.Section(miniDebugInfo)
	if !ok {
		return nil, nil
	}
	data, err := s.load()
	if err != nil {
		return nil, err
	}
	inner, err := Parse(miniDebugInfo, data)
	if err != nil {
		return nil, err
	}
	mini, ok := inner.image.(*elfFile)
	if !ok {
		return nil, ErrUnknownFormat
	}
	return mini.tableSymbols()
}

package objfile

import "github.com/nativesym/nativesym/objfile/debuginfo"

func (f *elfFile) debugInfo() (debuginfo.Source, error) { return nil, nil }

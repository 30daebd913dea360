package symbolicate

import (
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// readImage reads an element of debug_meta.images. What is no object is an image
// without addresses: it still counts for the indexes of those after it.
func readImage(v jsonspan.Value) debugimage.Image {
	if v.Kind() != jsonspan.Object {
		return debugimage.Image{}
	}
	var f debugimage.Fields
	for k, m := range v.Members() {
		if field := imageField(&f, k.Bytes()); field != nil {
			*field = m.Text()
		}
	}
	return f.Image()
}

// imageField returns the field that a key names, or nil.
func imageField(f *debugimage.Fields, key []byte) *string {
	switch string(key) {
	case "type":
		return &f.Type
	case "code_id":
		return &f.CodeID
	case "debug_id":
		return &f.DebugID
	case "code_file":
		return &f.CodeFile
	case "debug_file":
		return &f.DebugFile
	case "arch":
		return &f.Arch
	case "image_addr":
		return &f.ImageAddr
	case "image_size":
		return &f.ImageSize
	case "image_vmaddr":
		return &f.VMAddr
	case "name":
		return &f.Name
	case "uuid":
		return &f.UUID
	case "id":
		return &f.ID
	}
	return nil
}

// readOS tells the operating system: from its name, or else from the images.
func readOS(event jsonspan.Value, images []debugimage.Image) OS {
	switch name := strings.ToLower(event.Get("contexts").Get("os").Get("name").Text()); name {
	case "":
	case "linux", "android":
		return Linux
	case "windows":
		return Windows
	case "ios", "ipados", "macos", "mac os x", "tvos", "watchos", "visionos":
		return Apple
	default:
		if strings.HasSuffix(name, "bsd") || name == "playstation" {
			return OtherUnix
		}
	}
	for i := range images {
		switch images[i].Type {
		case debugimage.MachO:
			return Apple
		case debugimage.ELF:
			return Linux
		case debugimage.PE:
			return Windows
		}
	}
	return UnknownOS
}

package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// images writes what became of each image that a frame needed, and counts the others.
func (p *prettyWriter) images(images jsonspan.Value) {
	var needed []jsonspan.Value
	unused, width := 0, 0
	for image := range images.Elements() {
		status := image.Get("debug_status").Text()
		if status == "unused" || status == "" {
			unused++
			continue
		}
		needed = append(needed, image)
		width = max(width, utf8.RuneCountInString(visible(imageName(image))))
	}
	if len(needed)+unused == 0 {
		return
	}
	p.section()
	p.put(bold, "Images")
	p.WriteByte('\n')
	for _, image := range needed {
		p.image(image, width)
	}
	if unused > 0 {
		p.put(dim, fmt.Sprintf("  %d more that no frame needed", unused))
		p.WriteByte('\n')
	}
}

func (p *prettyWriter) image(image jsonspan.Value, width int) {
	status, name := image.Get("debug_status").Text(), imageName(image)
	color, what := green, image.First("debug_id", "id", "uuid", "code_id").Text()
	if status != "found" {
		color, what = yellow, p.reasons[image.Get("image_addr").Text()]
	}
	p.WriteString("  ")
	p.put(color, status)
	p.pad(status, len("malformed"))
	p.put(plain, name)
	p.pad(name, width)
	p.put(dim, what)
	p.WriteByte('\n')
}

// note remembers what a frame says of its image, whose own entry has no place for it.
func (p *prettyWriter) note(frame jsonspan.Value) {
	why := frame.Get("data").Get("symbolicator_reason").Text()
	if why != "" {
		p.reasons[frame.Get("image_addr").Text()] = strings.TrimPrefix(why, frame.Get("package").Text()+": ")
	}
}

func imageName(image jsonspan.Value) string {
	return debugimage.BaseName(image.First("code_file", "debug_file", "name").Text())
}

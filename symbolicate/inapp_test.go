package symbolicate

import (
	"encoding/json"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"/lib/*", "/lib/libc.so.6", true},
		{"/lib/*", "/opt/lib/libc.so.6", false},
		{"*/libc.so*", "/lib/libc.so.6", true},
		{"?:/windows/*", `C:\Windows\System32\ntdll.dll`, true},
		{"*a*b", "xaxxbxb", true},
		{"*a*b", "xaxxbxc", false},
		{"", "", true},
		{"*", "", true},
		{"?", "", false},
		{"abc", "ab", false},
		{"ab", "abc", false},
	} {
		if got := match(tt.pattern, tt.text); got != tt.want {
			t.Errorf("match(%q, %q) = %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

func TestIsSystem(t *testing.T) {
	for _, tt := range []struct {
		os   OS
		path string
		want bool
	}{
		{Linux, "/usr/lib/x86_64-linux-gnu/libc.so.6", true},
		{Linux, "/lib64/ld-linux-x86-64.so.2", true},
		{Linux, "linux-vdso.so.1", true},
		{Linux, "/apex/com.android.runtime/lib64/bionic/libc.so", true},
		{Linux, "/data/app/com.example-1/lib/arm64/libgame.so", false},
		{Linux, "/opt/shop/bin/shop", false},
		{Apple, "/usr/lib/system/libdyld.dylib", true},
		{Apple, "/System/Library/Frameworks/UIKit.framework/UIKit", true},
		{Apple, "/private/var/containers/Bundle/Application/X/App.app/App", false},
		{Apple, "/private/var/containers/Bundle/Application/X/App.app/Frameworks/libswiftCore.dylib", true},
		{Windows, `C:\Windows\System32\ntdll.dll`, true},
		{Windows, `C:\Program Files\Shop\shop.exe`, false},
		{UnknownOS, `C:\Windows\System32\ntdll.dll`, true},
		{UnknownOS, "/System/Library/Frameworks/UIKit.framework/UIKit", true},
		{UnknownOS, "/home/me/shop", false},
		{UnknownOS, "", false},
	} {
		if got := isSystem(tt.os, tt.path); got != tt.want {
			t.Errorf("isSystem(%d, %q) = %v, want %v", tt.os, tt.path, got, tt.want)
		}
	}
}

func TestIsDependency(t *testing.T) {
	for path, want := range map[string]bool{
		"/rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/core/src/option.rs":   true,
		"/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde-1.0/x.rs": true,
		"/usr/include/c++/12/bits/stl_algo.h":                                          true,
		"/usr/local/go/src/runtime/proc.go":                                            true,
		"/home/me/go/pkg/mod/golang.org/x/sync@v0.1.0/errgroup/errgroup.go":            true,
		"/src/shop/main.cc": false,
		`D:\a\_work\1\s\src\vctools\crt\vcstartup\src\startup\exe_common.inl`: true,
	} {
		if got := isDependency(path); got != want {
			t.Errorf("isDependency(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestInApp(t *testing.T) {
	rules := []InAppRule{{Package: "*/mine/*", InApp: true}, {Path: "/src/in.h"}, {Package: "*/theirs/*"}}
	for _, tt := range []struct {
		name, pkg, frame string
		rules            []InAppRule
		want             []any // of the frames that come out; nil: not said
	}{
		{"an image of the application", "/opt/app/x86_64.so", `"instruction_addr":"0x1010"`, nil, []any{true}},
		{"an image of the system", "/usr/lib/x86_64.so", `"instruction_addr":"0x1010"`, nil, []any{false}},
		{"one without symbols, too", "/usr/lib/x86_64.so", `"instruction_addr":"0x9010"`, nil, []any{false}},
		{"the sender knows", "/usr/lib/x86_64.so", `"instruction_addr":"0x1010","in_app":true`, nil, []any{true}},
		{"a null is not knowledge", "/usr/lib/x86_64.so", `"in_app":null,"instruction_addr":"0x1010"`, nil, []any{false}},
		{"an image without name", "", `"instruction_addr":"0x9010"`, nil, []any{nil}},
		{"the user's rule before the defaults", "/usr/lib/mine/x86_64.so", `"instruction_addr":"0x1010"`, rules, []any{true}},
		{"by package", "/opt/theirs/x86_64.so", `"instruction_addr":"0x1010"`, rules, []any{false}},
		{"by path, for each inlined frame", "/opt/app/x86_64.so", `"instruction_addr":"0x2010"`, rules, []any{true, false}},
		{"the first rule that matches counts", "/opt/mine/x86_64.so", `"instruction_addr":"0x2010"`, rules, []any{true, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := symbolicateFake(t, Options{InApp: tt.rules}, `{"platform":"native","contexts":{"os":{"name":"Linux"}},
				"stacktrace":{"frames":[{`+tt.frame+`,"addr_mode":"rel:0"}]},
				"debug_meta":{"images":[{"type":"elf","code_id":"01","image_addr":"0x10000","code_file":`+string(quoted(tt.pkg))+`}]}}`)
			var e struct {
				Stacktrace struct {
					Frames []struct {
						InApp any `json:"in_app"`
					}
				}
			}
			if err := json.Unmarshal([]byte(out), &e); err != nil {
				t.Fatal(err)
			}
			if len(e.Stacktrace.Frames) != len(tt.want) {
				t.Fatalf("%d frames, want %d: %s", len(e.Stacktrace.Frames), len(tt.want), out)
			}
			for i, want := range tt.want {
				if got := e.Stacktrace.Frames[i].InApp; got != want {
					t.Errorf("frame %d: in_app is %v, want %v", i, got, want)
				}
			}
		})
	}
}

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/nativesym/nativesym/cmd/symbolicate/serve"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

const compileLong = `Compile the debug information of files into tables that are looked up without
parsing anything again. The addr command, and whatever asks for the same file
more than once, answers at once from a table.`

func newCompile() *cobra.Command {
	var output, arch string
	var options symcache.Options
	cmd := &cobra.Command{
		Use:   "compile FILE... -o PATH",
		Short: "Compile debug information into fast tables",
		Long:  compileLong,
		Example: `  symbolicate compile program -o program.symcache
  symbolicate compile symbols/.build-id/*/*.debug -o tables/`,
		Args: minArgs(1, "the files to compile"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return compileAll(cmd, args, output, arch, options)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVarP(&output, "output", "o", "", "table to write, or the folder for several")
	f.StringVar(&arch, "default-arch", "", "architecture to compile of a file with several (default the first)")
	f.IntVar(&options.Workers, "workers", runtime.GOMAXPROCS(0), "how many units to decode at once")
	f.Var((*serve.ByteSize)(&options.Memory), "memory", "bytes to stay within if possible, such as 512M or 2G (0: no limit)")
	f.BoolVar(&options.Columns, "columns", false, "keep columns, which takes about as much again as lines do")
	return cmd
}

func compileAll(cmd *cobra.Command, paths []string, output, arch string, options symcache.Options) error {
	if output == "" {
		return usagef("name where to write with -o")
	}
	if options.Workers < 1 {
		return usagef("%d workers do nothing", options.Workers)
	}
	info, err := os.Stat(output)
	isDir := err == nil && info.IsDir()
	if len(paths) > 1 && !isDir {
		return usagef("%s is not a folder, and there are %d files to compile", output, len(paths))
	}
	return eachPath(cmd, paths, func(path string) error {
		if isTable(path) {
			return fmt.Errorf("%s: is a compiled table already", path)
		}
		file, err := openArch(path, arch)
		if err != nil {
			return err
		}
		defer file.Close()
		target := output
		if isDir {
			target = filepath.Join(output, filepath.Base(path)+".symcache")
		}
		return compileFile(cmd, file, target, options)
	})
}

func compileFile(cmd *cobra.Command, file *objfile.File, target string, options symcache.Options) error {
	start := time.Now()
	done := showProgress(cmd, file.Name(), &options)
	spendMemory(file, options.Memory)
	spendMore(&options)
	result, err := symcache.Compile(file, options)
	done()
	if err != nil {
		return err
	}
	if err := writeFile(target, result.Table); err != nil {
		return err
	}
	if result.Broken > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: units that cannot be read to their end: %d, the first one because of %v\n", file.Name(), result.Broken, result.Fault)
	} else if result.Fault != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %v\n", file.Name(), result.Fault)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s in %.1f s\n", target, bytesText(len(result.Table)), time.Since(start).Seconds())
	return err
}

// spendMore raises the limit of spendMemory as what must be kept comes near it. A
// heap that is all in use has nothing to collect, however often that is tried.
func spendMore(options *symcache.Options) {
	limit := debug.SetMemoryLimit(-1) // only asks
	if limit == math.MaxInt64 || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	show := options.Progress
	options.Progress = func(done, total int64) {
		metrics.Read(live)
		if used := int64(live[0].Value.Uint64()); used > limit/4*3 {
			limit = used / 3 * 4
			debug.SetMemoryLimit(limit)
		}
		if show != nil {
			show(done, total)
		}
	}
}

// writeFile writes a file that is complete or not there at all.
func writeFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".symcache-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // once renamed, there is nothing to remove
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(0o644)
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// showProgress shows on a terminal how far the compilation is, and returns what
// to call at its end.
func showProgress(cmd *cobra.Command, name string, options *symcache.Options) (done func()) {
	errOut, ok := cmd.ErrOrStderr().(*os.File)
	if !ok || !term.IsTerminal(int(errOut.Fd())) {
		return func() {}
	}
	const clearLine = "\r\x1b[K"
	shown := int64(-1)
	options.Progress = func(done, total int64) {
		if percent := done * 100 / max(total, 1); percent != shown {
			shown = percent
			fmt.Fprintf(errOut, clearLine+"%s: %d %%", visible(filepath.Base(name)), percent)
		}
	}
	return func() { fmt.Fprint(errOut, clearLine) }
}

package main

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/nativesym/nativesym/cmd/symbolicate/serve"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
)

// cacheOptions are the flags of the cache commands.
type cacheOptions struct {
	dir    string
	json   bool
	dryRun bool
	size   serve.ByteSize
	age    time.Duration
}

func newCache() *cobra.Command {
	var o cacheOptions
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look at the cache of downloads and compiled tables, and tidy it",
		Long: `Look at the cache of downloads and compiled tables, and tidy it. Programs that
use it may go on running meanwhile.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usagef("there is no command %q%s", args[0], didYouMean(cmd.SuggestionsFor(args[0])))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.PersistentFlags().StringVar(&o.dir, "cache", "", "folder of the cache (default $NATIVESYM_CACHE, else the one of \"event\")")

	ls := &cobra.Command{
		Use:   "ls",
		Short: "List what is in the cache",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.list(cmd.OutOrStdout()) },
	}
	ls.Flags().BoolVar(&o.json, "json", false, "one JSON object for each answer")

	gc := &cobra.Command{
		Use:   "gc",
		Short: "Remove what is left over, too old or too much, least recently used first",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.collect(cmd) },
	}
	gc.Flags().Var(&o.size, "max-size", "how much may stay (default 10G)")
	gc.Flags().DurationVar(&o.age, "max-age", 0, "remove what was not used for so long, such as 168h")
	gc.Flags().BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would be removed")
	gc.Flags().BoolVar(&o.json, "json", false, "one JSON object")

	verify := &cobra.Command{
		Use:   "verify",
		Short: "Compare every file with its checksum, and drop those that are damaged",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.verify(cmd) },
	}
	cmd.AddCommand(ls, gc, verify)
	return cmd
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("takes no arguments, and got %q", args[0])
	}
	return nil
}

// defaultCache returns the folder that commands keep downloads and tables in.
func defaultCache() (string, error) {
	if dir := os.Getenv("NATIVESYM_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: say where with --cache", err)
	}
	return filepath.Join(dir, "nativesym"), nil
}

// open opens the cache. One that is not there is not made.
func (o *cacheOptions) open() (*filecache.Cache, error) {
	dir := o.dir
	if dir == "" {
		var err error
		if dir, err = defaultCache(); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	return filecache.Open(dir, filecache.Options{})
}

// A cacheItem is an answer in the cache, as --json shows it.
type cacheItem struct {
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	Size     int64     `json:"size,omitempty"`
	SHA256   string    `json:"sha256,omitempty"`
	Path     string    `json:"path,omitempty"`
	Miss     string    `json:"miss,omitempty"`
	Believed float64   `json:"believed_seconds,omitempty"`
	Stored   time.Time `json:"stored"`
	Used     time.Time `json:"used"`
}

func newCacheItem(i *filecache.Item) cacheItem {
	item := cacheItem{
		Kind: i.Key.Kind, Name: i.Key.Name, Size: i.Size, Path: i.Path,
		Miss: i.Miss, Believed: i.Left.Seconds(), Stored: i.Stored, Used: i.Used,
	}
	if i.Path != "" {
		item.SHA256 = hex.EncodeToString(i.Digest[:])
	}
	return item
}

func (o *cacheOptions) list(out io.Writer) error {
	cache, err := o.open()
	if err != nil {
		return err
	}
	items, err := cache.List()
	if err != nil {
		return err
	}
	if o.json {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		for i := range items {
			if err := e.Encode(newCacheItem(&items[i])); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var total int64
	seen := make(map[[32]byte]bool)
	for i := range items {
		item := &items[i]
		size := "none"
		if item.Path != "" {
			size = bytesText(int(item.Size))
		}
		if !seen[item.Digest] {
			total += item.Size
		}
		seen[item.Digest] = true
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", item.Key.Kind, size, item.Used.Format(time.DateTime), visible(cmp.Or(describeMiss(item), item.Key.Name)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d answers, %s\n", len(items), bytesText(int(total)))
	return err
}

// describeMiss says why there is no file, "" if there is one.
func describeMiss(item *filecache.Item) string {
	if item.Path != "" {
		return ""
	}
	return fmt.Sprintf("%s: %s, believed for another %v", item.Key.Name, strings.TrimRight(item.Miss, ": "), item.Left.Round(time.Second))
}

// A collected says what gc did, as --json shows it.
type collected struct {
	Removed    int   `json:"removed"`
	Orphans    int   `json:"orphans"`
	Unfinished int   `json:"unfinished"`
	Damaged    int   `json:"damaged"`
	FreedBytes int64 `json:"freed_bytes"`
	Kept       int   `json:"kept"`
	KeptBytes  int64 `json:"kept_bytes"`
	DryRun     bool  `json:"dry_run"`
}

func (o *cacheOptions) collect(cmd *cobra.Command) error {
	cache, err := o.open()
	if err != nil {
		return err
	}
	limit := int64(o.size)
	if cmd.Flags().Changed("max-size") && limit == 0 {
		limit = -1 // nothing may stay
	}
	r, err := cache.GC(cmd.Context(), filecache.GCOptions{MaxBytes: limit, MaxAge: o.age, DryRun: o.dryRun})
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(collected{
			len(r.Removed), r.Orphans, r.Unfinished, r.Damaged, r.Freed, r.Kept, r.KeptBytes, o.dryRun,
		})
	}
	done := "removed"
	if o.dryRun {
		done = "would remove"
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s %d answers, %d files nothing refers to, %d unfinished and %d damaged ones: %s; %d answers stay: %s\n",
		done, len(r.Removed), r.Orphans, r.Unfinished, r.Damaged, bytesText(int(r.Freed)), r.Kept, bytesText(int(r.KeptBytes)))
	return err
}

// errDamaged is about a file that is gone: what Peek finds damaged it drops.
var errDamaged = errors.New("damaged, or removed meanwhile; it will be made again")

func (o *cacheOptions) verify(cmd *cobra.Command) error {
	cache, err := o.open()
	if err != nil {
		return err
	}
	items, err := cache.List()
	if err != nil {
		return err
	}
	var result error
	good := 0
	for _, item := range items {
		_, err := cache.Peek(item.Key)
		var miss *filecache.Miss
		switch {
		case err == nil, errors.As(err, &miss):
			good++
			continue
		case errors.Is(err, filecache.ErrAbsent):
			err = cmp.Or(cache.Forget(item.Key), errDamaged)
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s %s: %v\n", cmd.CommandPath(), item.Key.Kind, visible(item.Key.Name), err)
		result = errReported
	}
	if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%d of %d answers are good\n", good, len(items)); err != nil {
		return err
	}
	return result
}

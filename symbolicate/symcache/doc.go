// Package symcache compiles debug information once into a table that is looked up
// without parsing anything again.
//
// [Compile] turns a file's functions, inlined calls, lines and symbols into the
// bytes of a table; [Open] or [OpenFile] reads them in place; [Cache.Lookup] answers
// which chain of calls an address belongs to. [Lazy] answers the same without a
// table, for the few addresses for which making one is not worth it.
//
// FORMAT.md tells the layout, with an example that the tests decode.
//
// A table may come from a stranger. Opening one checks what no lookup may have to
// check again, and takes the same time for any size; whatever the other bytes are,
// a lookup ends, in time bounded by a block's length, and reads nothing outside.
package symcache

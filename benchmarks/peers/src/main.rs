//! Other symbolication libraries, asked the same questions as nativesym.
//!
//!     peers symcache compile OBJECT CACHE       write symbolic's SymCache
//!     peers symcache base OBJECT                what SymCache addresses are relative to
//!     peers ENGINE answer FILE BASE < ADDRS     print the chain of every address
//!     peers ENGINE time FILE BASE ADDRS MODES   print nanoseconds a lookup, a mode a line
//!
//! ENGINE is symcache, addr2line or blazesym; FILE is a SymCache for the first and an
//! object for the others. ADDRS holds linked addresses, one a line, in hexadecimal;
//! BASE is subtracted from each. Answers are written as llvm-symbolizer writes them.

mod blaze;
mod gimli;
mod symcache;
mod timing;

use std::error::Error;
use std::io::{self, BufWriter, Read, Write};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A library that knows the chain of frames at an address.
pub trait Engine {
    /// Looks at every frame's name, file and line, and returns how many there are.
    fn touch(&mut self, addr: u64) -> usize;

    /// Calls `frame` with name, file and line of every frame, innermost first.
    fn answer(&mut self, addr: u64, frame: &mut dyn FnMut(&str, &str, u32));

    /// Is told all addresses before they are asked for one by one.
    fn prepare(&mut self, _addrs: &[u64]) {}
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["symcache", "compile", object, cache] => symcache::compile(object, cache),
        ["symcache", "base", object] => symcache::print_base(object),
        [engine, "answer", file, base] => answer(open(engine, file)?, addresses(io::stdin(), base)?),
        [engine, "time", file, base, addrs, modes] => {
            let addrs = addresses(std::fs::File::open(addrs)?, base)?;
            timing::run(open(engine, file)?, &addrs, modes)
        }
        _ => Err("usage: see the head of src/main.rs".into()),
    }
}

fn open(engine: &str, file: &str) -> Result<Box<dyn Engine>> {
    Ok(match engine {
        "symcache" => Box::new(symcache::Cache::open(file)?),
        "addr2line" => Box::new(gimli::Dwarf::open(file)?),
        "blazesym" => Box::new(blaze::Blaze::open(file)),
        _ => return Err(format!("no engine {engine}").into()),
    })
}

/// Reads hexadecimal addresses, one a line, and makes them relative to base.
fn addresses(mut from: impl Read, base: &str) -> Result<Vec<u64>> {
    let mut text = String::new();
    from.read_to_string(&mut text)?;
    let base = hex(base)?;
    text.lines().map(|line| Ok(hex(line)?.wrapping_sub(base))).collect()
}

fn hex(text: &str) -> Result<u64> {
    Ok(u64::from_str_radix(text.trim_start_matches("0x"), 16)?)
}

fn answer(mut engine: Box<dyn Engine>, addrs: Vec<u64>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    engine.prepare(&addrs);
    for addr in addrs {
        let mut written = Ok(());
        engine.answer(addr, &mut |name, file, line| {
            if written.is_ok() {
                written = write!(out, "{name}\n{file}:{line}:0\n");
            }
        });
        written?;
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

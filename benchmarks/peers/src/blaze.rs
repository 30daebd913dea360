//! blazesym: DWARF, parsed unit by unit when first asked for, through addresses in batches.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;

use blazesym::symbolize::source::{Elf, Source};
use blazesym::symbolize::{CodeInfo, Input, Sym, Symbolizer};

use crate::Engine;

pub struct Blaze {
    raw: Symbolizer,
    readable: Symbolizer,
    source: Source<'static>,
    prepared: HashMap<u64, Sym<'static>>,
}

impl Blaze {
    pub fn open(path: &str) -> Blaze {
        let symbolizer = |demangle| {
            Symbolizer::builder().enable_auto_reload(false).enable_demangling(demangle).build()
        };
        Blaze {
            raw: symbolizer(false),
            readable: symbolizer(true),
            source: Source::Elf(Elf::new(Path::new(path))),
            prepared: HashMap::new(),
        }
    }
}

impl Engine for Blaze {
    fn touch(&mut self, addr: u64) -> usize {
        match self.raw.symbolize_single(&self.source, Input::VirtOffset(addr)) {
            Ok(found) => black_box(found).as_sym().map_or(0, |sym| 1 + sym.inlined.len()),
            Err(_) => 0,
        }
    }

    /// Asks for all addresses at once, which is how blazesym is fastest.
    fn prepare(&mut self, addrs: &[u64]) {
        if let Ok(found) = self.readable.symbolize(&self.source, Input::VirtOffset(addrs)) {
            let syms = found.into_iter().map(|found| found.into_sym().map(Sym::into_owned));
            self.prepared = addrs.iter().copied().zip(syms).filter_map(|(a, s)| Some((a, s?))).collect();
        }
    }

    fn answer(&mut self, addr: u64, frame: &mut dyn FnMut(&str, &str, u32)) {
        let Some(sym) = self.prepared.get(&addr) else { return };
        let mut emit = |name: &str, code: Option<&CodeInfo>| match code {
            Some(code) => frame(name, &code.to_path().to_string_lossy(), code.line.unwrap_or(0)),
            None => frame(name, "??", 0),
        };
        for inlined in sym.inlined.iter().rev() {
            emit(&inlined.name, inlined.code_info.as_ref());
        }
        emit(&sym.name, sym.code_info.as_deref());
    }
}

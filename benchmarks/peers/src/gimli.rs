//! gimli's addr2line: DWARF, parsed unit by unit when first asked for.

use std::borrow::Cow;
use std::hint::black_box;

use addr2line::Loader;

use crate::{Engine, Result};

pub struct Dwarf(Loader);

impl Dwarf {
    pub fn open(path: &str) -> Result<Dwarf> {
        // The loader's error is neither Send nor always typed, so it is passed on as text.
        Ok(Dwarf(Loader::new(path).map_err(|err| err.to_string())?))
    }
}

impl Engine for Dwarf {
    fn touch(&mut self, addr: u64) -> usize {
        let mut count = 0;
        if let Ok(mut frames) = self.0.find_frames(addr) {
            while let Ok(Some(frame)) = frames.next() {
                black_box(frame.function.as_ref().map(|function| function.raw_name().is_ok()));
                black_box(frame.location.map(|location| (location.file, location.line)));
                count += 1;
            }
        }
        count
    }

    fn answer(&mut self, addr: u64, frame: &mut dyn FnMut(&str, &str, u32)) {
        let symbol = self.0.find_symbol(addr);
        let mut found = false;
        if let Ok(mut frames) = self.0.find_frames(addr) {
            while let Ok(Some(next)) = frames.next() {
                let name = next.function.as_ref().and_then(|function| function.demangle().ok());
                let (file, line) = match next.location {
                    Some(location) => (location.file.unwrap_or("??"), location.line.unwrap_or(0)),
                    None => ("??", 0),
                };
                frame(name.as_deref().or(symbol).unwrap_or("??"), file, line);
                found = true;
            }
        }
        if !found && let Some(symbol) = symbol {
            frame(&addr2line::demangle_auto(Cow::from(symbol), None), "??", 0);
        }
    }
}
